import CPcap
import Glibc

/// What an interface does to segments before they are captured (ethtool(8), `-k`).
public struct InterfaceOffloads: Hashable, Sendable {
    /// Generic receive offload: the kernel joins segments that follow each other.
    public var joinsInKernel: Bool?
    /// Large receive offload: the card does.
    public var joinsInCard: Bool?

    /// Asks the kernel, for which no right is needed; what it does not say is `nil`.
    public init(interface: String) {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        joinsInKernel = Self.ask(UInt32(ETHTOOL_GGRO), interface, descriptor).map { $0 != 0 }
        joinsInCard = Self.ask(UInt32(ETHTOOL_GFLAGS), interface, descriptor).map { $0 & Self.largeReceive != 0 }
    }

    /// ETH_FLAG_LRO of linux/ethtool.h.
    private static let largeReceive: UInt32 = 1 << 15

    private static func ask(_ question: UInt32, _ interface: String, _ descriptor: Int32) -> UInt32? {
        var request = ifreq()
        let name = Array(interface.utf8)
        guard name.count < MemoryLayout.size(ofValue: request.ifr_ifrn) else { return nil }
        withUnsafeMutableBytes(of: &request.ifr_ifrn) { $0.copyBytes(from: name) }
        var value = ethtool_value(cmd: question, data: 0)
        let status = withUnsafeMutablePointer(to: &value) { pointer in
            request.ifr_ifru.ifru_data = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: CChar.self)
            return ioctl(descriptor, UInt(SIOCETHTOOL), &request)
        }
        return status == 0 ? value.data : nil
    }
}

/// The clock that stamps frames.
public enum CaptureClock {
    /// Whether a server or a card keeps it in step, as the kernel was told (adjtimex(2)); `nil` where it does not say.
    public static var isSynchronised: Bool? {
        var state = timex()
        let status = adjtimex(&state)
        return status < 0 ? nil : status != TIME_ERROR && state.status & STA_UNSYNC == 0
    }
}
