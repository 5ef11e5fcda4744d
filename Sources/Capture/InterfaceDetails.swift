import Bytes
import Glibc
import Network
import Packets

/// What the kernel tells of an interface beside its name and addresses: by netlink, and by the files of sysfs where they are
/// (Documentation/ABI/testing/sysfs-class-net of the kernel).
public struct InterfaceDetails: Hashable, Sendable {
    /// How it is: `up`, `no_link`, `down`; `nil` where it is not there.
    public var state: LinkState?
    /// Its address on the link.
    public var mac: MACAddress?
    /// Megabits a second; `nil` where it has no link, or does not tell.
    public var speed: Int?
    /// The driver of the card; `nil` for a virtual interface.
    public var driver: String?
    /// The longest packet that it sends, in bytes.
    public var mtu: Int?
    /// Whether it is in promiscuous mode by its flags; what a capture asks for does not show in them.
    public var isPromiscuous = false

    /// Asks for the interface of that name.
    public init(of name: String) {
        guard let link = LinkTable.read()?[name] else { return }
        state = link.isUp ? (link.hasCarrier ? .up : .noLink) : .down
        mac = link.address
        // A name has no slash (dev_valid_name in the kernel): no other folder can be meant.
        guard !name.contains("/"), name != ".." else { return }
        let folder = "/sys/class/net/\(name)"
        speed = Self.firstLine(folder + "/speed").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        mtu = Self.firstLine(folder + "/mtu").flatMap { Int($0) }
        driver = Self.linkedName(folder + "/device/driver")
        let flags = Self.firstLine(folder + "/flags").flatMap { UInt32($0.dropFirst(2), radix: 16) } ?? 0
        isPromiscuous = flags & UInt32(IFF_PROMISC) != 0
    }

    private static func firstLine(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    private static func linkedName(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard readlink(path, &buffer, buffer.count - 1) > 0 else { return nil }
        return pcapText(buffer).split(separator: "/").last.map(String.init)
    }

    /// What frames of an interface begin with; an error says why that cannot be known, and what mends it.
    public static func linkType(of name: String) throws(CaptureError) -> LinkType {
        var options = LiveCapture.Options()
        (options.isPromiscuous, options.bufferSize) = (false, 1 << 20)
        return try LiveDevice(name, options).linkType
    }
}
