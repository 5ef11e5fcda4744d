import Alerts
import Capture
import Engine
import Network

/// What is known of the sensor at a moment: what its signs of life are told by.
///
/// All numbers but the state of interfaces count from the beginning of the run on.
public struct LifeReading: Sendable {
    /// Nanoseconds of a clock that only goes forward; of a replay capture time.
    public var time: Int64
    /// How far the clock of the machine is ahead of that one, in nanoseconds; `nil` in a replay.
    public var clockOffset: Int64?
    /// The interfaces; none in a replay.
    public var interfaces: [InterfaceStatus] = []
    /// Frames that came.
    public var packets: UInt64 = 0
    /// Messages of all protocols.
    public var messages: UInt64 = 0
    /// Frames cut short.
    public var cutShort: UInt64 = 0
    /// What frames tell of the port.
    public var mirror = MirrorCounters()
    /// Connections by server.
    public var servers: [IPAddress: ConnectionsByServer.Counts] = [:]
    /// Alerts that are lost.
    public var lostAlerts: UInt64 = 0
    /// Alerts that the store has not taken yet and that wait in a file beside it.
    public var spilledAlerts: UInt64 = 0

    /// A reading of a moment at which nothing was seen yet.
    public init(time: Int64) { self.time = time }

    /// What a worker and a writer have come to.
    init(time: Int64, _ counters: EngineCounters, _ writer: AlertWriterCounters) {
        self.time = time
        take(counters)
        lostAlerts = UInt64(clamping: writer.lost)
        spilledAlerts = UInt64(clamping: max(0, writer.spilled - writer.takenIn))
    }

    /// Takes what a worker has seen.
    mutating func take(_ counters: EngineCounters) {
        packets = counters.packets
        messages = counters.messages
        cutShort = counters.cutShort
        mirror = counters.mirror
        servers = counters.servers.counts
    }
}
