import Network

/// The machines that a site has, by all that they are known by.
public struct SiteList: Sendable {
    /// What each is called.
    private(set) var titles: [String]
    private var names: [String: Int] = [:]
    private var addresses: [IPAddress: Int] = [:]
    private var networks: [(block: CIDRBlock, machine: Int)] = []
    private var hardware: [UInt64: Int] = [:]

    /// A list with room for so many machines, none of which is known by anything.
    public init(count: Int) { titles = Array(repeating: "", count: count) }

    /// How many machines it has.
    public var count: Int { titles.count }

    /// Says what a machine is known by.
    ///
    /// - Parameters:
    ///   - machine: its number, below `count`.
    ///   - title: what to call it.
    ///   - names: names of it or of its client.
    ///   - addresses: its addresses, or networks in which any may be it.
    ///   - hardwareAddresses: addresses of the link, `aa:bb:cc:dd:ee:ff`.
    public mutating func add(
        _ machine: Int, title: String, names: [String], addresses: [CIDRBlock], hardwareAddresses: [String]
    ) {
        titles[machine] = title
        for name in names { self.names[name.lowercased()] = machine }
        for block in addresses {
            if block.length == block.prefix.bitWidth {
                self.addresses[block.prefix] = machine
            } else {
                networks.append((block, machine))
            }
        }
        for text in hardwareAddresses {
            if let value = UInt64(text.filter { $0 != ":" }, radix: 16) { hardware[value] = machine }
        }
    }

    /// The machine with an address, on the network or on the link; `nil` where none has it.
    func machine(_ address: IPAddress, _ link: MACAddress?) -> Int? {
        if let machine = addresses[address] ?? link.flatMap({ hardware[$0.value] }) { return machine }
        return networks.first { $0.block.contains(address) }?.machine
    }

    /// The machine of a name, of itself or its client.
    func machine(named name: String) -> Int? { names[name.lowercased()] }
}
