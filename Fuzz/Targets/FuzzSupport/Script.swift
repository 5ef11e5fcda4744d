import Bytes

/// An input of libFuzzer, read as a script: from its beginning, byte by byte. Behind the end come zeros.
public struct Script {
    private let bytes: [UInt8]
    private var position = 0

    /// Copies what libFuzzer gives, so that a span of it ends where the input ends.
    public init(_ data: UnsafePointer<UInt8>?, _ count: Int) {
        bytes = Array(UnsafeBufferPointer(start: data, count: count))
    }

    /// The same from bytes.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether all was read.
    public var isOver: Bool { position >= bytes.count }

    /// What was not read yet.
    public var rest: [UInt8] { Array(bytes[position...]) }

    /// The next byte.
    public mutating func byte() -> UInt8 {
        guard position < bytes.count else { return 0 }
        position += 1
        return bytes[position - 1]
    }

    /// The next two bytes, most significant first.
    public mutating func uint16() -> UInt16 { UInt16(byte()) << 8 | UInt16(byte()) }

    /// The next eight bytes, most significant first.
    public mutating func uint64() -> UInt64 { (0..<8).reduce(0) { value, _ in value << 8 | UInt64(byte()) } }

    /// The next bytes, `count` of them or as many as are left.
    public mutating func take(_ count: Int) -> [UInt8] {
        let end = position + min(count, bytes.count - position)
        defer { position = end }
        return Array(bytes[position..<end])
    }
}

/// Ends the program where something does not hold that must hold for every input; libFuzzer then keeps the input.
public func require(_ condition: Bool, _ claim: @autoclosure () -> String) {
    if !condition { fatalError(claim()) }
}
