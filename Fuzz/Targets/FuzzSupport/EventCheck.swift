import Bytes
import Events
import Glibc

/// Control characters; a zero ends them.
private let controls: [UInt8] = Array(1..<0x20) + [0x7F, 0]

/// Reads every field of an event and checks what holds for all of them.
public struct EventCheck: Sendable {
    private let fields: [FieldID]
    private var json: EventJSON
    private var values = FieldValues()
    private var line: [UInt8] = []

    /// For events whose fields are in `registry`.
    public init(registry: FieldRegistry) {
        fields = registry.entries.map(\.id)
        json = EventJSON(registry: registry, showsSecrets: true)
    }

    /// Writes an event as JSON, which is returned: one line of printable characters.
    @discardableResult
    public mutating func line(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> [UInt8] {
        line.removeAll(keepingCapacity: true)
        json.write(event, context, message: message, to: &line)
        require(line.first == UInt8(ascii: "{") && line.last == UInt8(ascii: "}"), "no object")
        require(plainLength() == line.count, "control character in \(line)")
        require(String(validating: line, as: UTF8.self) != nil, "ill-formed text \(line)")
        return line
    }

    /// Bytes before the first control character. The loop is libc's, which libFuzzer does not trace comparison by
    /// comparison.
    private mutating func plainLength() -> Int {
        line.append(0)
        defer { line.removeLast() }
        return line.withUnsafeBytes { text in
            controls.withUnsafeBytes { set in
                guard let text = text.bindMemory(to: CChar.self).baseAddress,
                    let set = set.bindMemory(to: CChar.self).baseAddress
                else { return 0 }
                return strcspn(text, set)
            }
        }
    }

    /// Asks for every field, of other protocols as well: values refer to bytes that are there.
    public mutating func values(_ event: borrowing some EventSource & ~Copyable, message: RawSpan) {
        for field in fields {
            values.removeAll()
            event.read(field, message: message, into: &values)
            for value in values.values {
                guard case .bytes(let reference) = value else { continue }
                let range = reference.range
                require(range.offset >= 0 && range.count >= 0, "range of field \(field.rawValue)")
                let isInside = values.withBytes(reference, message: message) { $0.byteCount == range.count }
                require(isInside, "field \(field.rawValue) reaches behind the message")
            }
        }
    }
}
