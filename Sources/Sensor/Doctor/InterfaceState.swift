import Capture
import Doctor
import Foundation
import Glibc
import Network

/// What the kernel says of an interface, in files that anybody may read (Documentation/ABI/testing/sysfs-class-net).
///
/// What is not there, or says that nobody knows, is left out.
public struct InterfaceState: Sendable {
    private let name: String
    /// The counters when it began, by name.
    private let counters: [String: UInt64]

    /// Counters of frames that a card or its driver had no room for, or found damaged.
    private static let counterNames = [
        "rx_missed_errors", "rx_fifo_errors", "rx_over_errors", "rx_crc_errors", "rx_frame_errors", "rx_length_errors",
        "rx_dropped", "rx_nohandler",
    ]

    /// Begins to count.
    public init(_ name: String) {
        self.name = name
        counters = Self.readCounters(name)
    }

    /// What is known now, and what was counted since the beginning.
    public func now() -> PortContext.Interface {
        var interface = PortContext.Interface(name: name)
        interface.address = Self.text(name, "address").flatMap(Self.macAddress)
        interface.mtu = Self.text(name, "mtu").flatMap { Int($0) }
        // A card without a link says -1, others that they cannot tell.
        interface.speed = Self.text(name, "speed").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        interface.isFullDuplex = Self.text(name, "duplex").flatMap { $0 == "full" ? true : $0 == "half" ? false : nil }
        interface.hasCarrier = Self.text(name, "carrier").map { $0 == "1" }
        let flags = Self.text(name, "flags").flatMap { UInt32($0.dropFirst(2), radix: 16) }
        interface.isPromiscuous = flags.map { $0 & UInt32(IFF_PROMISC) != 0 }
        interface.isVirtual = !FileManager.default.fileExists(atPath: "/sys/class/net/\(name)/device")
        let offloads = InterfaceOffloads(interface: name)
        (interface.joinsInKernel, interface.joinsInCard) = (offloads.joinsInKernel, offloads.joinsInCard)
        for (counter, value) in Self.readCounters(name) {
            let before = counters[counter] ?? 0
            if value >= before { interface.counters[counter] = value - before }
        }
        let all = (try? NetworkInterface.all()) ?? []
        let own = all.first { $0.name == name }?.addresses ?? []
        // Each interface that is up has an address of its own link (RFC 4291, 2.5.6).
        interface.addresses = own.filter { $0.isIPv4 || $0.high >> 54 != 0x3FA }
        return interface
    }

    private static func readCounters(_ name: String) -> [String: UInt64] {
        var counters: [String: UInt64] = [:]
        for counter in counterNames { counters[counter] = text(name, "statistics/\(counter)").flatMap { UInt64($0) } }
        return counters
    }

    private static func text(_ name: String, _ file: String) -> String? {
        // A name with a slash is none, and would lead elsewhere.
        guard !name.contains("/"),
            let data = FileManager.default.contents(atPath: "/sys/class/net/\(name)/\(file)")
        else { return nil }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func macAddress(_ text: String) -> MACAddress? {
        let parts = text.split(separator: ":").compactMap { UInt64($0, radix: 16) }
        guard parts.count == 6, parts.contains(where: { $0 != 0 }) else { return nil }
        return MACAddress(parts.reduce(0) { $0 << 8 | $1 })
    }
}
