import Bytes
import Events
import Network

/// Asks events for single values of fields, with buffers that are used again.
struct EventReader: Sendable {
    private var values = FieldValues()
    /// Where the values of the field that was read last begin.
    private var first = 0

    /// Reads a field; how many values it has.
    mutating func read(
        _ field: FieldID?, _ event: borrowing some EventSource & ~Copyable, _ message: RawSpan
    ) -> Int {
        // Emptying it for each field would cost more than reading most.
        if values.isHalfFull { values.removeAll() }
        first = values.count
        guard let field else { return 0 }
        event.read(field, message: message, into: &values)
        return values.count &- first
    }

    /// The first value of a field as a truth; `nil` where it has none.
    mutating func truth(
        _ field: FieldID?, _ event: borrowing some EventSource & ~Copyable, _ message: RawSpan
    ) -> Bool? {
        guard read(field, event, message) > 0, case .bool(let value) = values.values[first] else { return nil }
        return value
    }

    /// The first value of a field as a whole number; `nil` where it has none.
    mutating func integer(
        _ field: FieldID?, _ event: borrowing some EventSource & ~Copyable, _ message: RawSpan
    ) -> Int64? {
        guard read(field, event, message) > 0, case .int(let value) = values.values[first] else { return nil }
        return value
    }

    /// The first value of a field as a number; `nil` where it has none.
    mutating func number(
        _ field: FieldID?, _ event: borrowing some EventSource & ~Copyable, _ message: RawSpan
    ) -> Double? {
        guard read(field, event, message) > 0 else { return nil }
        switch values.values[first] {
        case .float(let value): return value
        case .int(let value): return Double(value)
        default: return nil
        }
    }

    /// Copies the bytes of the first value of a field; false where it has none.
    mutating func copy(
        _ field: FieldID?, _ event: borrowing some EventSource & ~Copyable, _ message: RawSpan, to buffer: inout [UInt8]
    ) -> Bool {
        buffer.removeAll(keepingCapacity: true)
        guard read(field, event, message) > 0 else { return false }
        return copy(0, message, to: &buffer)
    }

    /// Copies the bytes of a value of the field that was read last.
    func copy(_ index: Int, _ message: RawSpan, to buffer: inout [UInt8]) -> Bool {
        buffer.removeAll(keepingCapacity: true)
        guard first + index < values.count, case .bytes(let reference) = values.values[first + index] else {
            return false
        }
        values.withBytes(reference, message: message) { buffer.append(copying: $0) }
        return true
    }

    /// The hash of a value of the field that was read last, over its bytes.
    func hash(_ index: Int, _ message: RawSpan, _ hash: SeededHash) -> UInt64 {
        guard first + index < values.count, case .bytes(let reference) = values.values[first + index] else { return 0 }
        return values.withBytes(reference, message: message) { hash.hash($0) }
    }

    /// The text of a value of the field that was read last, at most 256 bytes of it.
    func text(_ index: Int, _ message: RawSpan) -> String {
        guard first + index < values.count, case .bytes(let reference) = values.values[first + index] else { return "" }
        return values.withBytes(reference, message: message) { bytes in
            var copy: [UInt8] = []
            copy.append(copying: bytes.slice(ByteRange(offset: 0, count: min(bytes.byteCount, 256))))
            return String(decoding: copy, as: UTF8.self)
        }
    }
}
