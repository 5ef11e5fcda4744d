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
    /// Where the bytes came from, in their order.
    public internal(set) var origins: [WebSocketOrigin] = []
    /// Where the next byte of the input lies that a step takes, counted as those of `origins`.
    var position = 0
    /// Bytes of the wire that were given up: those in front of a frame that was found again, and
    /// those of messages that cannot be read.
    public internal(set) var dropped = 0

    /// Whether the last bytes were inflated.
    public var isInflated: Bool { origins.last?.isVerbatim == false }

    /// No bytes.
    public init() {}

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        marks.removeAll(keepingCapacity: true)
        origins.removeAll(keepingCapacity: true)
        position = 0
        dropped = 0
    }

    mutating func mark(_ kind: WebSocketMark.Kind) {
        marks.append(WebSocketMark(offset: bytes.count, kind: kind))
    }

    /// Marks the end of a message, which the input from `needed` on completed.
    mutating func markEnd(needed: Int) {
        var mark = WebSocketMark(offset: bytes.count, kind: .messageEnds)
        mark.input = needed..<max(needed, position)
        marks.append(mark)
    }

    /// Notes where the bytes came from that were appended last.
    mutating func noteOrigin(_ input: Range<Int>, isVerbatim: Bool) {
        origins.append(WebSocketOrigin(outputEnd: bytes.count, input: input, isVerbatim: isVerbatim))
    }

    mutating func note(_ violation: CarrierViolation) {
        var mark = WebSocketMark(offset: bytes.count, kind: .violation)
        mark.violations = CarrierViolations(violation)
        marks.append(mark)
    }
}

/// Where bytes of the output came from.
///
/// The input is counted from the first byte that the table kept back of the direction before the step
/// (`WebSocketTable.bytesKeptBack`), or the first one of the step where it kept back none. Where an inflater goes on without
/// new input, it begins before that.
public struct WebSocketOrigin: Hashable, Sendable {
    /// Where the bytes end in the output; they begin where those of the origin before them end.
    public var outputEnd: Int
    /// The bytes of the input behind them, the head of their frame among them.
    public var input: Range<Int>
    /// Whether each is a byte of the input, the last one the last, and only the first needs what stands before; else all of
    /// them need all of the input.
    public var isVerbatim: Bool
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
        /// Compressed messages come to more than may be read of the connection, or of all: what follows is left out.
        case overBudget
        /// The frame whose bytes follow breaks the statements in `violations`.
        case violation
    }

    /// How many bytes of the output stand before it.
    public var offset: Int
    /// What happens there.
    public var kind: Kind
    /// Of the end of a message: what completed it beside its bytes, counted as the input of `WebSocketOrigin`; often nothing.
    public var input = 0..<0
    /// The statements that a frame breaks, where that is what happens.
    public var violations = CarrierViolations()
}
