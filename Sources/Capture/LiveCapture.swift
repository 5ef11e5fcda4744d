import Bytes
import CPcap
import Glibc
import Network
import Packets

/// Frames as they arrive at one or more interfaces, through libpcap.
///
/// Nothing is ever sent.
///
/// An interface that goes down, is pulled out or is not there yet is waited for; the others go on, and `takeNotices` tells.
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
        /// Whether to wait for an interface that is down or not there; else that is an error.
        public var waits = true
        /// Whether to wait also where none of the interfaces is there: for whoever starts with the machine.
        public var waitsForMissing = false

        /// The defaults.
        public init() {}
    }

    /// The longest time in which nothing is said, in milliseconds: `step` gives `idle` at least as often while no frame
    /// comes, and the kernel hands over what it has gathered.
    public static let tickMilliseconds: Int32 = 100

    /// How many frames one interface may give before the next has its turn.
    private static let turn = 256

    private let options: Options
    private var interfaces: [LiveInterface]
    /// The devices of the interfaces, in the same order: what is asked for frames.
    private var devices: [LiveDevice?]
    private let stop: StopSwitch
    private var waits: [pollfd]
    private var watch = InterfaceWatch()
    private var notices: [InterfaceNotice] = []
    private var device = 0
    private var framesLeft = LiveCapture.turn
    private var quietDevices = 0
    private var hasWaited = false
    /// When the stop was noticed, and whether the kernel was given the time to hand over what it had by then.
    private var stoppedAt: Timestamp?
    private var hasWaitedForLast = false
    private var count: UInt64 = 0
    private var frame: UnsafeRawBufferPointer

    /// What the interfaces could not do as asked, and which are waited for, in sentences for people.
    public let warnings: [String]

    /// Opens all `interfaces`, by name; `any` stands for every one.
    ///
    /// One that is down or not there is waited for. `stop` ends the capture behind the frames that wait by then, also from a
    /// signal handler or another thread.
    ///
    /// - Throws: which interface cannot be opened, and what mends it; `noSuchInterface` where there is none of all that were
    ///   named, unless `waitsForMissing`.
    public static func open(
        _ interfaces: [String], _ options: Options = Options(), stop: StopSwitch
    ) throws(CaptureError) -> LiveCapture {
        var opened: [LiveInterface] = []
        var waiting: [InterfaceNotice] = []
        var missing: CaptureError?
        let links = LinkTable.read()
        for name in interfaces where !opened.contains(where: { $0.name == name }) {
            var interface = LiveInterface(name)
            do throws(CaptureError) { try interface.open(links, options) } catch {
                guard options.waits, error.code == .noSuchInterface || error.code == .interfaceDown else { throw error }
                if error.code == .noSuchInterface { missing = missing ?? error }
                waiting.append(interface.wait(error))
            }
            opened.append(interface)
        }
        guard !opened.isEmpty else {
            throw CaptureError(.noSuchInterface, source: "", "no interface was named")
        }
        // A slip of the pen would be waited for for ever.
        if let missing, !options.waitsForMissing, opened.allSatisfy({ $0.state == .missing }) { throw missing }
        return LiveCapture(opened, options, stop, waiting.map(\.description))
    }

    private init(_ interfaces: [LiveInterface], _ options: Options, _ stop: StopSwitch, _ waiting: [String]) {
        self.interfaces = interfaces
        self.options = options
        interfaceNames = interfaces.map(\.name)
        self.stop = stop
        devices = interfaces.map(\.device)
        waits = []
        warnings =
            devices.compactMap { device in device?.warning.map { "\(device?.name ?? ""): \($0)" } } + waiting
        frame = UnsafeRawBufferPointer(start: nil, count: 0)
        arrangeWaits()
    }

    /// The names of the interfaces, by the number that a frame header gives.
    public let interfaceNames: [String]

    /// How many bytes the kernel may hold for each interface.
    public var bufferSize: Int { options.bufferSize }

    /// What is known of each interface, in the order of `interfaceNames`.
    public func statuses() -> [InterfaceStatus] { interfaces.map(\.status) }

    /// What each interface counted since the capture began, in the order of `interfaceNames`.
    public func counters() -> [CaptureCounters] { interfaces.map(\.status.counters) }

    /// What became of interfaces since this was last asked, in order.
    public mutating func takeNotices() -> [InterfaceNotice] {
        defer { notices.removeAll() }
        return notices
    }

    /// A negative descriptor is passed over (poll(2)).
    private mutating func arrangeWaits() {
        waits = devices.map { pollfd(fd: $0?.descriptor ?? -1, events: Int16(POLLIN), revents: 0) }
        waits.append(pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0))
    }
}

extension LiveCapture: FrameSource {
    /// Moves to the next frame; waits at most `tickMilliseconds` for one.
    ///
    /// Of interfaces that are waited for nothing comes until they are back.
    public mutating func step() throws(CaptureError) -> FrameStep {
        frame = UnsafeRawBufferPointer(start: nil, count: 0)
        if stop.isStopped { return lastStep() }
        while true {
            if framesLeft > 0, let header = readFrame() { return .frame(header) }
            nextDevice()
            followInterfaces()
            guard quietDevices >= devices.count else { continue }
            // Every interface was asked and had nothing.
            quietDevices = 0
            if hasWaited {
                hasWaited = false
                return .idle
            }
            hasWaited = true
            poll(&waits, nfds_t(waits.count), LiveCapture.tickMilliseconds)
            if stop.isStopped { return lastStep() }
        }
    }

    /// Looks, from time to time, what became of the interfaces.
    private mutating func followInterfaces() {
        guard let links = watch.links() else { return }
        for index in interfaces.indices {
            notices += interfaces[index].follow(links, options, at: InterfaceWatch.now())
            take(index)
        }
    }

    /// Goes on with the device that an interface has by now.
    private mutating func take(_ index: Int) {
        guard devices[index] !== interfaces[index].device else { return }
        devices[index] = interfaces[index].device
        arrangeWaits()
    }

    /// After the stop: gives the frames that waited in the kernel's buffer when it came, and ends.
    ///
    /// On a busy link more come all the time: those of later than the stop are left, and so is all after a second.
    private mutating func lastStep() -> FrameStep {
        let now = LiveCapture.now
        let stopped = stoppedAt ?? now
        if stoppedAt == nil {
            stoppedAt = now
            quietDevices = 0
        }
        while LiveCapture.now.nanoseconds(since: stopped) < 1_000_000_000 {
            if let header = readFrame() {
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

    private mutating func readFrame() -> FrameHeader? {
        guard let current = devices[device] else {
            quietDevices &+= 1
            return nil
        }
        var next: (header: pcap_pkthdr, start: UnsafePointer<UInt8>)?
        do throws(CaptureError) { next = try current.next() } catch {
            notices += interfaces[device].lose(error)
            take(device)
        }
        guard let (header, start) = next else {
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
