import Bytes

/// What stands at the beginning of a stretch of a stream.
public enum MQTTFrameVerdict: Hashable, Sendable {
    /// A whole message of that many bytes, fixed header included.
    case message(Int)
    /// The beginning of one. `total` is its length in bytes, where enough is there to tell.
    case incomplete(total: Int?)
    /// A remaining length of more than four bytes: nobody can tell where the next message begins.
    case lost
}

/// How a byte stream falls into messages (MQTT 3.1.1, 2.2; MQTT 5.0, 2.1).
public enum MQTTFraming {
    /// The longest message there can be: a type, four bytes of length, 268,435,455 bytes.
    public static let longestMessage = 268_435_460

    /// The longest fixed header: a type, four bytes of length.
    public static let longestHeader = 5

    /// Looks at the fixed header only: constant time, nothing is allocated.
    public static func frame(_ bytes: RawSpan) -> MQTTFrameVerdict {
        switch VariableByteInteger(bytes, at: 1, end: bytes.byteCount) {
        case .incomplete: return .incomplete(total: nil)
        case .tooLong: return .lost
        case .value(let remaining, let length, _):
            let total = 1 &+ length &+ remaining
            return bytes.byteCount >= total ? .message(total) : .incomplete(total: total)
        }
    }
}
