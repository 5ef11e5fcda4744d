import Events
import Tables

/// What a step gave: bytes of the data messages of one direction in order, and marks where something happens between
/// them.
///
/// A buffer to be used again.
public struct WebSocketOutput: Sendable {
    /// The bytes, unmasked and inflated.
    public internal(set) var bytes: [UInt8] = []
    /// What happens, in the order of the offsets.
    public internal(set) var marks: [WebSocketMark] = []
    /// Bytes of the wire that were given up: those in front of a frame that was found again, and
    /// those of messages that cannot be read.
    public internal(set) var dropped = 0

    /// No bytes.
    public init() {}

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        marks.removeAll(keepingCapacity: true)
        dropped = 0
    }

    mutating func mark(_ kind: WebSocketMark.Kind) {
        marks.append(WebSocketMark(offset: bytes.count, kind: kind))
    }

    mutating func note(_ violation: CarrierViolation) {
        var mark = WebSocketMark(offset: bytes.count, kind: .violation)
        mark.violations = CarrierViolations(violation)
        marks.append(mark)
    }
}

/// Something between two bytes of the output.
public struct WebSocketMark: Hashable, Sendable {
    /// What happens at a mark.
    public enum Kind: UInt8, Sendable {
        /// A message of bytes begins.
        case binaryBegins
        /// A message of text begins.
        case textBegins
        /// The message ends.
        case messageEnds
        /// Bytes are missing; what follows does not continue what stands before.
        case hole
        /// The frame whose bytes follow breaks the statements in `violations`.
        case violation
    }

    /// How many bytes of the output stand before it.
    public var offset: Int
    /// What happens there.
    public var kind: Kind
    /// The statements that a frame breaks, where that is what happens.
    public var violations = CarrierViolations()
}
