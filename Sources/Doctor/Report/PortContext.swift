import Network

/// What is known of a source beside its frames.
///
/// What nobody can tell is `nil`, which is another thing than 0: a virtual card has no counter of frames that it
/// missed.
public struct PortContext: Sendable {
    /// An interface that frames came from.
    public struct Interface: Sendable {
        /// Its name.
        public var name: String
        /// Its own address on the link.
        public var address: MACAddress?
        /// The longest packet that it takes, without the header of Ethernet.
        public var mtu: Int?
        /// Speed of the link in Mbit/s.
        public var speed: Int?
        /// Whether both ends may send at once.
        public var isFullDuplex: Bool?
        /// Whether something is at the other end of the cable.
        public var hasCarrier: Bool?
        /// Whether it takes frames for others.
        public var isPromiscuous: Bool?
        /// Whether it is no card: its counters of what it missed mean nothing.
        public var isVirtual = false
        /// Whether the kernel joins segments of this interface before they are captured (GRO).
        public var joinsInKernel: Bool?
        /// Whether the card does (LRO).
        public var joinsInCard: Bool?
        /// IP addresses that this machine has on it.
        public var addresses: [IPAddress] = []
        /// What its driver counted during the sample, by the names of the kernel (rtnl_link_stats64).
        public var counters: [String: UInt64] = [:]

        /// An interface of which only the name is known.
        public init(name: String) { self.name = name }
    }

    /// The interfaces; empty for captures.
    public var interfaces: [Interface] = []
    /// The captures; empty for interfaces.
    public var captures: [String] = []
    /// Frames that found no room in the buffer of the kernel.
    public var droppedByKernel: UInt64?
    /// Bytes that were to be captured of a frame.
    public var snapLength: Int?
    /// The size of the kernel's buffer in bytes.
    public var bufferSize: Int?
    /// Whether the clock of this machine is kept in step with others.
    public var isClockSynchronised: Bool?
    /// Frames a second that this machine manages, measured with the sample.
    public var capacity: Double?
    /// Seconds that were listened, which may be more than from the first frame to the last.
    public var seconds: Double?

    /// Nothing is known.
    public init() {}

    /// Whether frames were captured just now.
    public var isLive: Bool { !interfaces.isEmpty }

    /// What the sentences are about: `port eth1`, `this capture`.
    var subject: String {
        if isLive { return "port \(interfaces.map(\.name).joined(separator: ", "))" }
        return captures.count > 1 ? "these captures" : "this capture"
    }

    /// The name to put into commands.
    var commandName: String { interfaces.first?.name ?? "IFACE" }
}
