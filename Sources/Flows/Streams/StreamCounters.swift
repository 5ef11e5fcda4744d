/// What happened to TCP segments.
public struct StreamCounters: Sendable {
    /// Segments whose bytes had all come before.
    public var retransmitted: UInt64 = 0
    /// Segments some of whose bytes had come before.
    public var overlapping: UInt64 = 0
    /// Copies of segments with other content.
    public var conflicts: UInt64 = 0
    /// Segments that came before the bytes in front of them.
    public var outOfOrder: UInt64 = 0
    /// Segments that came before the bytes of the other end that they acknowledge.
    public var acknowledgedAhead: UInt64 = 0
    /// Segments that there was reason to doubt.
    public var doubted: UInt64 = 0
    /// Of those, segments that were not let into their stream.
    public var refused: UInt64 = 0
    /// Datagrams with a wrong checksum, of senders that have shown right ones: they were not read.
    public var refusedDatagrams: UInt64 = 0
    /// RST segments that were not believed.
    public var forgedResets: UInt64 = 0
    /// Segments too far ahead to belong to the stream.
    public var outOfWindow: UInt64 = 0
    /// Holes that were never filled.
    public var gaps: UInt64 = 0
    /// Bytes in those holes.
    public var lostBytes: UInt64 = 0
    /// Bytes of followed streams that were not understood.
    public var unparsedBytes: UInt64 = 0
    /// Messages whose end never came.
    public var unfinishedMessages: UInt64 = 0
    /// Beginnings of messages that were given up because the limit of all held bytes was reached.
    public var heldEvicted: UInt64 = 0

    /// Zeros.
    public init() {}
}
