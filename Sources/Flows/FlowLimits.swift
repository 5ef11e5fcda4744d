/// Every bound of flow tracking, each with its reason.
public struct FlowLimits: Sendable {
    /// Flows at most: with what a session needs beside, the tables stay near 70 MiB however many an attacker opens.
    public var flows = 65_536
    /// Seconds of silence after which a flow that is ignored, half-open, or closed is forgotten: longer than the
    /// retransmissions of a TCP handshake (RFC 6298) and than a closing connection lingers.
    public var transientIdleSeconds: Int64 = 120
    /// Seconds of silence after which a flow of a known protocol is forgotten: MQTT's largest keep-alive is 65,535 s,
    /// and a broker waits half as long again (MQTT 3.1.1, 3.1.2.10).
    public var establishedIdleSeconds: Int64 = 98_302
    /// Seconds that a flow may be silent beyond what its ends agreed on: an MQTT broker closes after one and a half times
    /// the keep-alive, and a sensor behind a span port need not be quicker.
    public var idleGraceSeconds: Int64 = 60
    /// Bytes that wait out of order for one direction of one flow: a generous receive window.
    public var queuedBytesPerStream = 1 << 20
    /// Segments that wait out of order for one direction of one flow: bounds the walk that sorts a segment in.
    public var queuedSegmentsPerStream = 256
    /// Bytes that wait in all flows together.
    public var queuedBytesTotal = 64 << 20
    /// Nanoseconds of capture time that the first waiting segment waits before the hole in front of it is declared
    /// lost: longer than the retransmission timers in use, short enough that an alert still comes in time.
    public var queueWaitNanoseconds: Int64 = 2_000_000_000
    /// Bytes delivered last, of all streams together, that copies are held against: some tenths of a second of a busy
    /// link, longer than a retransmission takes there, and as much as stays in a processor's cache.
    public var historyBytes = 1 << 20
    /// Bytes of one message that are held while it arrives in pieces.
    ///
    /// A longer message is dissected by its first bytes; the rest is counted as it passes.
    public var heldBytesPerMessage = 65_536
    /// Bytes of unfinished messages that are held in all flows together.
    public var heldBytesTotal = 64 << 20
    /// Fragmented datagrams that are put together at the same time, as many as a busy host has on the way: the tables
    /// for them stay near 5 MiB.
    public var fragmentedDatagrams = 4096
    /// Bytes of memory that fragments wait in, all datagrams together, where each takes a power of two from 2,048 on.
    ///
    /// A quarter as much may be kept for later use. Copies of the frames that they came in may take as much again.
    public var fragmentBytesTotal = 16 << 20
    /// Pieces of one datagram: bounds the walk that sorts a piece in.
    ///
    /// A datagram of 65,535 bytes comes in 119 pieces over a link that carries 576.
    public var fragmentPieces = 128
    /// Nanoseconds of capture time that an IPv4 datagram waits for its last piece: between the 15 s of RFC 791 (3.2)
    /// and the 60 s of RFC 1122 (3.3.2), as Linux has it.
    ///
    /// Identifications of 16 bits soon come round, and a longer wait would mix the pieces of two datagrams (RFC 4963).
    public var fragmentWaitIPv4Nanoseconds: Int64 = 30_000_000_000
    /// Nanoseconds of capture time that an IPv6 datagram waits for its last piece: 60 s are laid down (RFC 8200, 4.5),
    /// and identifications of 32 bits do not come round in that time.
    public var fragmentWaitIPv6Nanoseconds: Int64 = 60_000_000_000

    /// The defaults: some 192 MiB when every table is full.
    public init() {}

    /// The limits of tables that take at most about so many bytes together.
    public init(bytes: Int) {
        self.init()
        let share = Double(max(bytes, 1 << 20)) / Double(192 << 20)
        func scaled(_ count: Int, least: Int) -> Int { max(least, Int(min(Double(count) * share, 1e15))) }
        flows = scaled(flows, least: 256)
        queuedBytesTotal = scaled(queuedBytesTotal, least: 1 << 16)
        queuedBytesPerStream = min(queuedBytesPerStream, queuedBytesTotal / 8)
        heldBytesTotal = scaled(heldBytesTotal, least: 1 << 16)
        heldBytesPerMessage = min(heldBytesPerMessage, heldBytesTotal / 8)
        historyBytes = min(historyBytes, scaled(historyBytes, least: 1 << 14))
        fragmentedDatagrams = scaled(fragmentedDatagrams, least: 16)
        fragmentBytesTotal = scaled(fragmentBytesTotal, least: 1 << 17)
    }
}
