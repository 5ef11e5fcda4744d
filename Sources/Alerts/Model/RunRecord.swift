/// What is known of a run when it starts.
public struct RunStart: Codable, Hashable, Sendable {
    /// The name of the sensor.
    public var sensor: String
    /// Wall-clock time, microseconds since 1970 UTC.
    public var started: Int64
    /// The interfaces, or the paths that are read.
    public var source: String
    /// A digest of the bytes of the source; `nil` for a live interface, which never yields the same twice.
    public var sourceDigest: String?
    /// The version of the program.
    public var version: String
    /// A digest of the rules that are loaded.
    public var rulesDigest: String

    /// Makes a description of a run.
    public init(
        sensor: String, started: Int64, source: String, sourceDigest: String?, version: String, rulesDigest: String
    ) {
        self.sensor = sensor
        self.started = started
        self.source = source
        self.sourceDigest = sourceDigest
        self.version = version
        self.rulesDigest = rulesDigest
    }
}

/// How far a run came.
public enum RunStatus: String, Codable, Hashable, Sendable {
    /// It goes on.
    case running
    /// It read its source to the end, or a live run was stopped in order.
    case finished
    /// It read a damaged source as far as it could be read: another try would find no more.
    case damaged
    /// It was told to stop before the end of its source.
    case interrupted
    /// It ended without a word: its process was killed.
    case killed
    /// It had not reached the end of its source, and a later run of the same source took its place.
    case replaced

    /// Whether the same source and rules would only repeat its alerts.
    public var isComplete: Bool { self == .finished || self == .damaged }
}

/// What a run saw: its counters, at its end or so far.
public struct RunSummary: Codable, Hashable, Sendable {
    /// How the run ended, or that it goes on.
    public var status: RunStatus
    /// Wall-clock time, microseconds since 1970 UTC; `nil` while it goes on.
    public var ended: Int64?
    /// Packets that were read.
    public var packets: Int64
    /// Bytes captured.
    public var bytes: Int64
    /// Frames that the kernel dropped.
    public var droppedKernel: Int64
    /// Frames that the interface dropped.
    public var droppedInterface: Int64
    /// Flows that were seen.
    public var flows: Int64
    /// Protocol messages.
    public var messages: Int64
    /// The JSON object that `earshot stats --json` prints.
    public var stats: String

    /// Makes a summary; counters begin at 0.
    public init(
        status: RunStatus = .running, ended: Int64? = nil, packets: Int64 = 0, bytes: Int64 = 0,
        droppedKernel: Int64 = 0, droppedInterface: Int64 = 0, flows: Int64 = 0, messages: Int64 = 0,
        stats: String = "{}"
    ) {
        self.status = status
        self.ended = ended
        self.packets = packets
        self.bytes = bytes
        self.droppedKernel = droppedKernel
        self.droppedInterface = droppedInterface
        self.flows = flows
        self.messages = messages
        self.stats = stats
    }
}

/// A run as it lies in the store.
public struct RunRecord: Hashable, Sendable {
    /// The number of the run in its store.
    public var id: Int64
    /// What was known when it began.
    public var start: RunStart
    /// What it came to.
    public var summary: RunSummary
    /// How many alert rows of it the store holds.
    public var alerts: Int64
}
