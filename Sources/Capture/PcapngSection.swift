import Network
import Packets

/// What is known of the section of a pcapng file that is being read: its byte order and interfaces.
struct PcapngSection {
    var isSwapped = false
    /// The interfaces in the order of their description blocks.
    var interfaces: [PcapngInterface] = []
    /// The names of the interfaces, where they have one.
    var names: [String?] = []
    /// The number in the source of the section's first interface.
    var firstInterface: UInt32 = 0
    /// The time of the last frame that had one.
    var lastTime = Timestamp.zero

    /// Interface numbers go on counting from one section to the next.
    mutating func begin(isSwapped: Bool) {
        firstInterface &+= UInt32(truncatingIfNeeded: interfaces.count)
        interfaces.removeAll()
        names.removeAll()
        self.isSwapped = isSwapped
    }
}

/// An interface of a pcapng section, as far as frames need it.
struct PcapngInterface {
    var linkType: LinkType
    /// The most bytes that were captured of a frame; 0 for no limit.
    var snapLength: UInt32
    var clock = PcapngClock()
    /// What the capture device counted, from the latest statistics block.
    var counters = CaptureCounters()
}

/// How an interface of a pcapng section counts time: options if_tsresol and if_tsoffset
/// (draft-ietf-opsawg-pcapng, section 4.2).
struct PcapngClock {
    /// The unit is 10 to the minus `exponent` seconds, or 2 to the minus `exponent`.
    private var isBinary = false
    private var exponent: UInt8 = 6
    /// For decimal units down to nanoseconds, how many nanoseconds a unit has; for finer ones 0.
    private var nanosecondsPerUnit: UInt64 = 1000
    /// For decimal units finer than nanoseconds, how many units a nanosecond has.
    private var unitsPerNanosecond: UInt64 = 1
    /// Seconds to be added.
    var offset: Int64 = 0

    /// Takes the value of if_tsresol; false where a 64-bit count of such units cannot be told in seconds.
    mutating func setResolution(_ value: UInt8) -> Bool {
        isBinary = value & 0x80 != 0
        exponent = value & 0x7F
        guard exponent <= (isBinary ? 63 : 19) else { return false }
        (nanosecondsPerUnit, unitsPerNanosecond) = (0, 1)
        if isBinary { return true }
        if exponent <= 9 {
            nanosecondsPerUnit = power(exponent: 9 - exponent)
        } else {
            unitsPerNanosecond = power(exponent: exponent - 9)
        }
        return true
    }

    /// The time of a count of units; clamped to what a `Timestamp` can hold.
    func time(_ units: UInt64) -> Timestamp {
        let sinceOffset: Timestamp
        if nanosecondsPerUnit > 0 {
            let (product, overflow) = units.multipliedReportingOverflow(by: nanosecondsPerUnit)
            sinceOffset = Timestamp(nanoseconds: overflow ? .max : Int64(clamping: product))
        } else if isBinary {
            let fraction = units & ((1 << UInt64(exponent)) - 1)
            let (high, low) = fraction.multipliedFullWidth(by: 1_000_000_000)
            let nanoseconds = exponent == 0 ? 0 : high << UInt64(64 - exponent) | low >> UInt64(exponent)
            sinceOffset = Timestamp(
                seconds: Int64(clamping: units >> UInt64(exponent)), nanoseconds: Int64(clamping: nanoseconds))
        } else {
            sinceOffset = Timestamp(nanoseconds: Int64(clamping: units / unitsPerNanosecond))
        }
        if offset == 0 { return sinceOffset }
        return sinceOffset.advanced(byNanoseconds: Timestamp(seconds: offset, nanoseconds: 0).nanoseconds)
    }
}

/// 10 to the power of `exponent`, at most 19.
private func power(exponent: UInt8) -> UInt64 { (0..<exponent).reduce(1) { value, _ in value * 10 } }

/// What a capture device counted.
public struct CaptureCounters: Hashable, Sendable {
    /// Frames that arrived.
    public var received: UInt64 = 0
    /// Frames that the kernel dropped since the capturing program was too slow.
    public var droppedByKernel: UInt64 = 0
    /// Frames that the interface or its driver dropped.
    public var droppedByInterface: UInt64 = 0

    /// Makes counters.
    public init(received: UInt64 = 0, droppedByKernel: UInt64 = 0, droppedByInterface: UInt64 = 0) {
        self.received = received
        self.droppedByKernel = droppedByKernel
        self.droppedByInterface = droppedByInterface
    }
}
