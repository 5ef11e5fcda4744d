import Bytes
import Events
import Tables

/// Every bound of this module, each with its reason.
public struct WebSocketLimits: Sendable {
    /// Connections that are followed at the same time; the one used longest ago makes room.
    ///
    /// About 300 bytes each.
    public var connections = 32_768
    /// Bytes that are held of the head of a request or an answer: as much as common servers take, four buffers of 8
    /// KiB.
    ///
    /// Of a longer one the fields stay that are needed.
    public var headBytes = 32_768
    /// Requests on a connection that do not upgrade it, or were refused, before one that does: a page, its parts, and a
    /// few tries to log in.
    ///
    /// At most 31.
    public var httpMessages = 16
    /// Bytes on a connection before a request that upgrades it.
    public var httpBytes = 4 << 20
    /// Bytes that wait in one direction: what a client sends before the answer was seen, or what is searched for a frame
    /// behind lost bytes, where three frames of 64 KiB have to fit.
    public var waitingBytesPerStream = 3 * 65_550
    /// Bytes of memory that wait in all connections together.
    public var waitingBytesTotal = 16 << 20
    /// Directions whose messages are inflated at the same time, about 40 KiB each.
    public var inflaters = 512
    /// Bytes that are put out at once.
    ///
    /// What a message inflates to is not bounded by itself: nobody holds it, and DEFLATE makes at most 1032 bytes of
    /// one.
    public var outputBytes = 65_536
    /// Bytes that messages of a connection may be inflated to in a second of capture time, and at once.
    ///
    /// More than any device sends. What is beyond is inflated, since later messages refer to it, and not read.
    public var inflatedBytesPerSecond = 1 << 20
    /// See `inflatedBytesPerSecond`.
    public var inflatedBytesAtOnce = 1 << 20
    /// The same for all connections together: as much as a processor reads beside its other work.
    ///
    /// The dearest bytes, filters of a SUBSCRIBE, cost some 40 ns each: a third of a processor.
    public var inflatedBytesPerSecondTotal = 8 << 20
    /// See `inflatedBytesPerSecondTotal`.
    public var inflatedBytesAtOnceTotal = 16 << 20
    /// What a message of the protocol inside counts for beside its bytes, where it was inflated.
    ///
    /// Reading one of two bytes costs as much as passing over a hundred.
    public var inflatedBytesPerMessage = 96

    /// The defaults.
    public init() {}

    /// The limits of a table that takes at most about so many bytes, whatever it is sent.
    ///
    /// What is put out at once is the caller's and does not count.
    public init(bytes: Int) {
        self.init()
        let bytes = max(bytes, 1 << 20)
        // Each direction may have a buffer that waits, however little is in it.
        let buffers = 2 * BufferPool<[UInt8], StreamName<Direction>>.bytesPerBuffer
        let connection = SlotTable<WebSocketConnection, WebSocketTag>.bytesPerEntry + buffers
        connections = max(16, bytes / 100 * 45 / connection)
        // A quarter as much may be spare, and the frames that brought what waits may take as much again.
        waitingBytesTotal = bytes / 100 * 15
        waitingBytesPerStream = min(waitingBytesPerStream, waitingBytesTotal / 4)
        headBytes = min(headBytes, waitingBytesTotal / 4)
        inflaters = bytes / 100 * 20 / InflaterPool.bytes(windowBits: 15)
    }
}
