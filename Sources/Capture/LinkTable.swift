import Bytes
import CPcap
import Glibc
import Network

/// The interfaces of this machine as the kernel lists them at one moment, by name.
struct LinkTable {
    /// One of them.
    struct Link: Hashable {
        /// The number of the device, which stays its own when it is renamed; 0 where it does not tell.
        var index: Int32
        /// Whether it is up (IFF_UP, netdevice(7)).
        var isUp: Bool
        /// Whether it has a link: a cable, a peer (IFF_RUNNING).
        var hasCarrier: Bool
        /// What its frames begin with (ARPHRD_..., linux/if_arp.h); 0 where it does not tell.
        var hardwareType: UInt16
        /// Its address on the link; `nil` where it has none of six bytes.
        var address: MACAddress?
    }

    private var links: [String: Link] = [:]

    /// The link of that name; `nil` where there is none.
    subscript(_ name: String) -> Link? { links[name] }

    /// The name of the device with that number; `nil` where it is gone, or has none.
    func name(of index: Int32) -> String? {
        index == 0 ? nil : links.first { $0.value.index == index }?.key
    }

    /// A table for tests.
    init(_ links: [String: Link]) { self.links = links }

    /// Asks the kernel (getifaddrs(3)); `nil` where it does not answer.
    ///
    /// All comes by one netlink request, so that a process that may open no other sockets can ask.
    static func read() -> LinkTable? {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return nil }
        defer { freeifaddrs(first) }
        var table = LinkTable([:])
        var next = first
        while let entry = next {
            table.add(entry.pointee)
            next = entry.pointee.ifa_next
        }
        return table
    }

    private mutating func add(_ entry: ifaddrs) {
        let name = String(cString: entry.ifa_name)
        var link =
            links[name] ?? Link(index: 0, isUp: false, hasCarrier: false, hardwareType: 0, address: nil)
        link.isUp = entry.ifa_flags & UInt32(IFF_UP) != 0
        link.hasCarrier = entry.ifa_flags & UInt32(IFF_RUNNING) != 0
        if let address = entry.ifa_addr, Int32(address.pointee.sa_family) == AF_PACKET {
            address.withMemoryRebound(to: sockaddr_ll.self, capacity: 1) { pointer in
                link.index = pointer.pointee.sll_ifindex
                link.hardwareType = pointer.pointee.sll_hatype
                guard pointer.pointee.sll_halen == 6 else { return }
                withUnsafeBytes(of: pointer.pointee.sll_addr) { link.address = MACAddress($0.bytes, at: 0) }
            }
        }
        links[name] = link
    }
}

/// Says when it is time to look at the interfaces again: four times a second.
///
/// libpcap tells when an interface disappears, but waits in silence while one is down, and knows nothing of one that comes.
struct InterfaceWatch {
    private static let interval: Int64 = 250_000_000
    private var next = InterfaceWatch.now() + interval

    /// The interfaces, where it is time to look at them; costs next to nothing where it is not.
    mutating func links() -> LinkTable? {
        let now = Self.now()
        guard now >= next else { return nil }
        next = now + Self.interval
        return LinkTable.read()
    }

    /// Nanoseconds of a clock that only goes forward, read without a system call.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
