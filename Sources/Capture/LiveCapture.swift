import Bytes
import CPcap
import Glibc
import Network
import Packets

/// Frames as they arrive at one or more interfaces, through libpcap.
///
/// Nothing is ever sent.
///
/// With several interfaces frames come from each in turn, up to `turn` at a time; their times may run back by as much
/// as the kernel gathers frames before it hands them over, 100 ms.
public struct LiveCapture: ~Copyable {
    /// How to capture.
    public struct Options: Hashable, Sendable {
        /// The most bytes to capture of a frame.
        public var snapLength = maximumFrameLength
        /// Whether to take frames that are not addressed to this machine.
        public var isPromiscuous = true
        /// How many bytes the kernel may hold for an interface while the program is busy.
        public var bufferSize = 8 << 20
        /// A filter expression (pcap-filter(7)), which the kernel applies.
        public var filter: String?

        /// The defaults.
        public init() {}
    }

    /// The longest time in which nothing is said, in milliseconds: `step` gives `idle` at least as often while no frame
    /// comes, and the kernel hands over what it has gathered.
    public static let tickMilliseconds: Int32 = 100

    /// How many frames one interface may give before the next has its turn.
    private static let turn = 256

    private let devices: [LiveDevice]
    private let stop: StopSwitch
    private var waits: [pollfd]
    private var watch = InterfaceWatch()
    private var device = 0
    private var framesLeft = LiveCapture.turn
    private var quietDevices = 0
    private var hasWaited = false
    /// When the stop was noticed, and whether the kernel was given the time to hand over what it had by then.
    private var stoppedAt: Timestamp?
    private var hasWaitedForLast = false
    private var count: UInt64 = 0
    private var frame: UnsafeRawBufferPointer

    /// What the interfaces could not do as asked, in sentences for people.
    public let warnings: [String]

    /// Opens all `interfaces`, by name; `any` stands for every one.
    ///
    /// `stop` ends the capture behind the frames that wait by then, also from a signal handler or another thread. An error says which interface
    /// cannot be opened, and what mends it.
    public static func open(
        _ interfaces: [String], _ options: Options = Options(), stop: StopSwitch
    ) throws(CaptureError) -> LiveCapture {
        var devices: [LiveDevice] = []
        for name in interfaces where !devices.contains(where: { $0.name == name }) {
            devices.append(try LiveDevice(name, options))
        }
        guard !devices.isEmpty else {
            throw CaptureError(.noSuchInterface, source: "", "no interface was named")
        }
        return LiveCapture(devices, stop)
    }

    private init(_ devices: [LiveDevice], _ stop: StopSwitch) {
        self.devices = devices
        interfaceNames = devices.map(\.name)
        self.stop = stop
        waits = devices.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        waits.append(pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0))
        warnings = devices.compactMap { device in device.warning.map { "\(device.name): \($0)" } }
        frame = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// The names of the interfaces, by the number that a frame header gives.
    public let interfaceNames: [String]

    /// What each interface counted since it was opened, in the order of `interfaceNames`.
    public func counters() -> [CaptureCounters] { devices.map { $0.counters() } }
}

extension LiveCapture: FrameSource {
    /// Moves to the next frame; waits at most `tickMilliseconds` for one.
    ///
    /// - Throws: `interfaceDown` when an interface went down or disappeared.
    public mutating func step() throws(CaptureError) -> FrameStep {
        frame = UnsafeRawBufferPointer(start: nil, count: 0)
        if stop.isStopped { return try lastStep() }
        while true {
            if framesLeft > 0, let header = try readFrame() { return .frame(header) }
            nextDevice()
            guard quietDevices >= devices.count else { continue }
            // Every interface was asked and had nothing.
            quietDevices = 0
            if hasWaited {
                hasWaited = false
                return .idle
            }
            hasWaited = true
            poll(&waits, nfds_t(waits.count), LiveCapture.tickMilliseconds)
            if stop.isStopped { return try lastStep() }
            if let name = watch.firstDown(of: interfaceNames) {
                throw CaptureError(.interfaceDown, source: name, "the interface went down")
            }
        }
    }

    /// After the stop: gives the frames that waited in the kernel's buffer when it came, and ends.
    ///
    /// On a busy link more come all the time: those of later than the stop are left, and so is all after a second.
    private mutating func lastStep() throws(CaptureError) -> FrameStep {
        let now = LiveCapture.now
        let stopped = stoppedAt ?? now
        if stoppedAt == nil {
            stoppedAt = now
            quietDevices = 0
        }
        while LiveCapture.now.nanoseconds(since: stopped) < 1_000_000_000 {
            if let header = try readFrame() {
                return header.timestamp > stopped ? .end : .frame(header)
            }
            nextDevice()
            guard quietDevices >= devices.count else { continue }
            if hasWaitedForLast { return .end }
            // The kernel hands over a block that is not full after a while.
            hasWaitedForLast = true
            quietDevices = 0
            poll(&waits, nfds_t(devices.count), LiveCapture.tickMilliseconds)
        }
        return .end
    }

    /// The time of the machine, which is that of the kernel's stamps.
    private static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
    }

    /// The captured bytes of the current frame, borrowed until the next step; empty where there is none.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get { _overrideLifetime(frame.bytes, borrowing: self) }
    }

    private mutating func nextDevice() {
        device = device &+ 1 == devices.count ? 0 : device &+ 1
        framesLeft = LiveCapture.turn
    }

    private mutating func readFrame() throws(CaptureError) -> FrameHeader? {
        let current = devices[device]
        guard let (header, start) = try current.next() else {
            quietDevices &+= 1
            return nil
        }
        framesLeft &-= 1
        quietDevices = 0
        hasWaited = false
        count &+= 1
        frame = UnsafeRawBufferPointer(start: start, count: Int(header.caplen))
        let fraction = Int64(header.ts.tv_usec) &* (current.isNanosecond ? 1 : 1000)
        return FrameHeader(
            timestamp: Timestamp(seconds: Int64(header.ts.tv_sec), nanoseconds: fraction), number: count,
            originalLength: Int(header.len), linkType: current.linkType,
            interface: UInt32(truncatingIfNeeded: device))
    }
}
