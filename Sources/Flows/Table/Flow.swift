import Bytes
import Network
import Packets

/// Which end of a flow sent something: the first or the second of its key.
public enum Side: UInt8, Sendable {
    case first, second

    /// The other end.
    public var other: Side { self == .first ? .second : .first }
}

/// Where a stream of messages stands.
public enum MessageFraming: Hashable, Sendable {
    /// What comes next begins a message, or goes on with the one whose beginning is held.
    case inOrder
    /// The message whose beginning is held was told by that alone: the rest of it is passed over once its length is known.
    case told
    /// A message passes of which nothing more is held: `rest` bytes of it are still to come. `whole` is its length, where its
    /// beginning is held; `nil` where it lost a part of itself, so that nobody knows what it said.
    case passing(rest: Int, whole: Int?)
    /// Message boundaries were lost; nothing is dissected until one proves itself. `startsSegment` says whether what is held
    /// begins with a segment, `searched` how many bytes were held when they were last searched.
    case lost(startsSegment: Bool, searched: Int)
    /// A message that a carrier gives in parts is put together; so many bytes of it came.
    case collecting(Int)

    /// Whether message boundaries were lost.
    public var isLost: Bool { if case .lost = self { true } else { false } }

    /// Whether the rest of a message passes.
    public var isPassing: Bool { if case .passing = self { true } else { false } }
}

/// What a flow was found to carry.
public enum FlowKind: Hashable, Sendable {
    /// Not told yet.
    case unknown
    /// What looks like a protocol, by its number; something has to prove it.
    case candidate(UInt8)
    /// A protocol, by its number.
    case followed(UInt8)
    /// Nothing that is followed.
    case ignored

    /// Whether it is known to carry a protocol.
    public var isFollowed: Bool { if case .followed = self { true } else { false } }
}

/// One direction of a TCP connection.
public struct HalfStream: Sendable {
    /// The sequence number of the next byte in order; meaningless until `isSynchronised`.
    public internal(set) var next = SequenceNumber(0)
    /// Whether a sequence number is known.
    public internal(set) var isSynchronised = false
    /// Whether it is known that nothing comes before `next`: until then segments wait, for the first one that is seen of
    /// a stream need not be the first one sent.
    public internal(set) var isSettled = false
    /// Whether the SYN of this direction was seen.
    public internal(set) var hasSYN = false
    var initial = SequenceNumber(0)
    /// The first sequence number of a connection that a SYN in the middle of this one announced; it begins when the
    /// other end agrees.
    var rival: SequenceNumber?
    /// Where the last segment that lay far off the stream ended, and how many such followed each other without a hole.
    var strayEnd = SequenceNumber(0)
    var strays: UInt8 = 0
    /// Whether this direction ended: the byte behind `finSequence` will never come.
    public internal(set) var hasFIN = false
    var finSequence = SequenceNumber(0)
    /// The segment delivered last, in the history of all streams; 0 for none.
    var newest: UInt64 = 0
    /// Segments that wait for bytes in front of them.
    @usableFromInline var queued = WaitingSegments()
    /// Segments that wait for what decides whether their receiver took them.
    @usableFromInline var doubted = WaitingSegments()
    /// How packets of this end look.
    var profile = SenderProfile()
    /// The buffer with the beginning of an unfinished message; -1 for none.
    public internal(set) var held: Int32 = -1
    /// Where it stands between messages.
    public var framing = MessageFraming.inOrder
    /// Whether what is read at the moment is a second reading, of a copy that may not be what the receiver took.
    public internal(set) var isOtherReading = false
    /// How many copies of it were read beside it.
    var otherReadings: UInt8 = 0
    /// How many bytes that were delivered were looked at again for them.
    var bytesReadAgain: UInt32 = 0
    /// Whether it has a second reading that goes on.
    public internal(set) var hasOtherReading = false
    /// Whether bytes were given up since the caller last looked, nobody knows how many: for whoever keeps boundaries of his
    /// own below those of messages.
    public var hasUnknownHole = false

    /// Moves over bytes that come next in order; `false`, and nothing has changed, where they do not.
    mutating func advance(from start: SequenceNumber, by count: Int) -> Bool {
        guard isSettled, start == next else { return false }
        next = start.advanced(by: count)
        strays = 0
        return true
    }

    /// Whether the next byte begins a message.
    public var isAtBoundary: Bool {
        if held >= 0 { return false }
        if case .inOrder = framing { return true }
        return false
    }

    /// Whether everything up to the FIN was delivered.
    public var isFinished: Bool { hasFIN && isSynchronised && next.distance(from: finSequence) >= 0 }
}

/// What the sensor keeps of a flow.
///
/// A plain value; the table holds it in place.
public struct Flow: Sendable {
    /// The addresses, ports and transport that tell it from other flows.
    public internal(set) var key: FlowKey
    var hash: UInt64
    /// Capture time of the first packet.
    public internal(set) var firstSeen: Timestamp
    /// Capture time of the latest packet; a packet that comes out of order does not set it back.
    public internal(set) var lastSeen: Timestamp
    /// Whether this slot is in use.
    var isLive = true
    /// Whether it is in the list of established flows, which outlive all others.
    public internal(set) var isEstablished = false
    /// Whether the connection was closed by RST or by FIN from both ends.
    public internal(set) var isClosed = false
    /// What the flow was found to carry.
    public var kind = FlowKind.unknown {
        didSet { if kind == .unknown, case .followed(let number) = oldValue { earlier = number } }
    }
    /// The protocol that it was followed as until something looked like a new connection on its ports; `nil` for none.
    ///
    /// Bytes alone do not make it one of another.
    public private(set) var earlier: UInt8?
    /// Where the caller keeps more about it; -1 for nowhere.
    public var handle: Int64 = -1
    /// Where the caller keeps what carries the messages over the transport; -1 for nowhere.
    public var carrier: Int64 = -1
    /// Where the caller keeps what proxies put in front of the streams; -1 for nowhere, -2 where it looked and there is none.
    public var proxy: Int64 = -1
    /// The end that is the client, once the protocol told.
    public var client = Side.first
    /// Seconds of silence that an established flow may keep by what its ends agreed on; 0 for the general limit.
    public var idleSeconds: Int32 = 0
    /// Which ends were heard with a message of the protocol, and how many there were: what the caller needs to be sure.
    public var heard: UInt8 = 0
    /// Which ends packets were seen of, two bits; behind them which with VLAN tags, and which without.
    var seen: UInt8 = 0
    /// Whether packets of one end only were seen.
    public var isOneSided: Bool { seen & 3 != 3 }
    /// The latest datagrams of both ends, as `FlowTrace.print`.
    var prints: InlineArray<2, UInt32> = [0, 0]
    /// How often the caller looked in vain for a protocol that it knows.
    public var failedProbes: UInt8 = 0
    @usableFromInline var streams: InlineArray<2, HalfStream> = [HalfStream(), HalfStream()]

    /// What was seen of the ends of a flow.
    public enum EndsSeen: Sendable {
        /// Packets of one end only.
        case one
        /// Packets of both.
        case both
        /// Those of one end have VLAN tags, those of the other have none.
        case bothWithTagsOnOneSide
    }

    /// Notes whether a packet of `side` has VLAN tags; says what was seen of both ends by now.
    public mutating func noteTags(_ side: Side, isTagged: Bool) -> EndsSeen {
        let bit = side.bit
        seen |= isTagged ? bit << 2 : bit << 4
        if seen & 3 != 3 { return .one }
        let (tagged, untagged) = (seen >> 2 & 3, seen >> 4 & 3)
        return tagged & untagged == 0 && tagged != 0 && untagged != 0 ? .bothWithTagsOnOneSide : .both
    }

    /// Whether both directions have named their last byte.
    var isEnding: Bool { streams[0].hasFIN && streams[1].hasFIN }

    /// Whether the beginning of a message is held of one of its streams.
    public var hasHeld: Bool { streams[0].held >= 0 || streams[1].held >= 0 }

    /// The stream that `side` sends.
    @inlinable public subscript(_ side: Side) -> HalfStream {
        _read { yield streams[Int(side.rawValue)] }
        _modify { yield &streams[Int(side.rawValue)] }
    }
}
