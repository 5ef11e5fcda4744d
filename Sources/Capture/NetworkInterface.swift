import Bytes
import CPcap
import Glibc
import Network

/// An interface of this machine on which frames can be captured.
public struct NetworkInterface: Hashable, Sendable {
    /// The name to capture by, such as `eth0` or `any`.
    public var name: String
    /// What libpcap says of it; often empty.
    public var description: String
    /// Its addresses, IPv4 and IPv6.
    public var addresses: [IPAddress]
    /// The networks of its addresses; of an IPv6 address without a shorter prefix its /64 (RFC 4291, 2.5.4).
    public var networks: [CIDRBlock]
    /// Whether it is up.
    public var isUp: Bool
    /// Whether it is a loopback interface.
    public var isLoopback: Bool

    /// All network interfaces and `any`, in the order in which libpcap prefers them.
    ///
    /// What else libpcap can capture on (D-Bus, Bluetooth, USB, logs of the firewall) is left out.
    public static func all() throws(CaptureError) -> [NetworkInterface] {
        var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        var first: UnsafeMutablePointer<pcap_if_t>?
        guard pcap_findalldevs(&first, &message) == 0 else {
            throw CaptureError(
                .captureFailed, source: "", "cannot list the interfaces: \(pcapText(message))")
        }
        defer { pcap_freealldevs(first) }
        var found: [NetworkInterface] = []
        let names = kernelNames()
        var next = first
        while let entry = next {
            let interface = NetworkInterface(entry.pointee)
            if interface.name == "any" || names.contains(interface.name) { found.append(interface) }
            next = entry.pointee.next
        }
        return found
    }

    /// The interfaces as the kernel names them, asked for by netlink: a process that has shut itself in has nothing else.
    private static func kernelNames() -> Set<String> {
        guard let list = if_nameindex() else { return [] }
        defer { if_freenameindex(list) }
        var names: Set<String> = []
        var next = list
        while let name = next.pointee.if_name {
            names.insert(String(cString: name))
            next += 1
        }
        return names
    }

    private init(_ entry: pcap_if_t) {
        name = entry.name.map { String(cString: $0) } ?? ""
        description = entry.description.map { String(cString: $0) } ?? ""
        isUp = entry.flags & UInt32(PCAP_IF_UP) != 0
        isLoopback = entry.flags & UInt32(PCAP_IF_LOOPBACK) != 0
        addresses = []
        networks = []
        var next = entry.addresses
        while let address = next {
            if let socketAddress = address.pointee.addr, let known = IPAddress(socketAddress) {
                addresses.append(known)
                let mask = address.pointee.netmask.flatMap { IPAddress($0) }
                if let network = Self.network(of: known, mask) { networks.append(network) }
            }
            next = address.pointee.next
        }
    }
}

extension NetworkInterface {
    /// The network of an address with a mask, as far as it has one.
    static func network(of address: IPAddress, _ mask: IPAddress?) -> CIDRBlock? {
        if address.isIPv4 {
            // A point-to-point link has none.
            guard let mask, mask.isIPv4 else { return CIDRBlock(address, length: 32) }
            return CIDRBlock(address, length: UInt32(truncatingIfNeeded: mask.low).leadingOneCount)
        }
        let length = mask.map { $0.high.leadingOneCount } ?? 64
        return CIDRBlock(address, length: length == 0 ? 64 : length)
    }

    /// The networks of the interfaces with these names, of all where one is `any`; none where they cannot be listed.
    public static func networks(of names: [String]) -> [CIDRBlock] {
        guard let all = try? all() else { return [] }
        let wanted = names.contains("any") ? all : all.filter { names.contains($0.name) }
        var networks: [CIDRBlock] = []
        for network in wanted.flatMap(\.networks) where !networks.contains(network) { networks.append(network) }
        return networks
    }
}

extension FixedWidthInteger {
    /// How many bits from the first on are set.
    fileprivate var leadingOneCount: Int { (~self).leadingZeroBitCount }
}

extension IPAddress {
    /// The address in a socket address; `nil` for other families.
    fileprivate init?(_ address: UnsafePointer<sockaddr>) {
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            self = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                IPAddress(v4: UInt32(bigEndian: $0.pointee.sin_addr.s_addr))
            }
        case AF_INET6:
            self = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                withUnsafeBytes(of: pointer.pointee.sin6_addr) { IPAddress(v6: $0.bytes, at: 0) }
            }
        default: return nil
        }
    }
}

/// The text in a message buffer of libpcap.
func pcapText(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
