import Bytes

/// An integer of one to four bytes, seven bits each, least significant first (MQTT 3.1.1, 2.2.3; MQTT 5.0, 1.5.5).
enum VariableByteInteger {
    /// A whole integer: 0 to 268,435,455, how many bytes it took, and whether fewer would not have done.
    case value(Int, length: Int, isMinimal: Bool)
    /// The bytes end before it does.
    case incomplete
    /// The fourth byte says that a fifth follows.
    case tooLong

    /// Reads at `offset`, not beyond `end`, which must lie within the span.
    init(_ bytes: RawSpan, at offset: Int, end: Int) {
        var value = 0
        for index in 0..<4 {
            guard offset &+ index < end else {
                self = .incomplete
                return
            }
            let byte = bytes.byte(at: offset &+ index)
            value |= Int(byte & 0x7F) << (7 &* index)
            if byte & 0x80 == 0 {
                self = .value(value, length: index &+ 1, isMinimal: index == 0 || byte != 0)
                return
            }
        }
        self = .tooLong
    }
}
