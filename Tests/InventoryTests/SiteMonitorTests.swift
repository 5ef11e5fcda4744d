import Events
import Inventory
import Network
import Testing

/// The site's list beside some traffic: 10.0.0.9 by its address, `panel` by the name of its client, 02:00:00:00:00:07 by its
/// address of the link, a network of sensors, and one machine that never comes.
private struct ListedNetwork: ~Copyable {
    var monitor: SiteMonitor
    private var time: Int64 = 1_700_000_000
    private var frame: UInt64 = 0

    init() {
        var list = SiteList(count: 6)
        func add(_ machine: Int, _ title: String, _ names: [String], _ addresses: [String], _ links: [String] = []) {
            list.add(
                machine, title: title, names: names, addresses: addresses.compactMap { CIDRBlock($0) },
                hardwareAddresses: links)
        }
        add(0, "press", [], ["10.0.0.9/32"])
        add(1, "panel", ["Panel"], [])
        add(2, "gauge", [], [], ["02:00:00:00:00:07"])
        add(3, "sensors", [], ["10.0.7.0/24"])
        add(4, "spare", ["spare"], ["10.0.0.200/32"])
        add(5, "broker", [], ["10.0.0.2/32"])
        var roles = InventoryRoles { InventoryAct(rawValue: $0) }
        roles.clientID = Fake.clientID.id
        monitor = SiteMonitor(
            list, homeNetworks: ["10.0.0.0/8"].compactMap { CIDRBlock($0) }, roles: [(.mqtt, roles)],
            hash: SeededHash(seed: 3))
    }

    /// A message of a client to the broker, or back; what is told of it.
    mutating func send(
        _ act: InventoryAct, from address: String, name: String? = nil, link: UInt64 = 0x0200_0000_0001,
        toClient: Bool = false, after seconds: Int64 = 1
    ) -> [String] {
        time += seconds
        frame += 1
        let (client, broker) = (FakeNetwork.end(address, 40_000), FakeNetwork.broker)
        let context = EventContext(
            timestamp: Timestamp(nanoseconds: time * 1_000_000_000), frameNumber: frame,
            source: toClient ? broker : client, destination: toClient ? client : broker, sourceMAC: MACAddress(link),
            transport: .tcp, direction: toClient ? .toClient : .toServer)
        let message: [UInt8] = [1]
        let values: [Fake: FakeEvent.Value] = name.map { [.clientID: .text($0)] } ?? [:]
        monitor.receive(FakeEvent(act, values), context, message: message.span.bytes)
        defer { monitor.findings.removeAll() }
        return monitor.findings.map { "\($0.deviation.kind.name) \($0.deviation.name) \($0.deviation.client)" }
    }
}

@Suite struct SiteMonitorTests {
    @Test("who is not in the list is told once, by its address and the name of its client") func strangers() {
        var network = ListedNetwork()
        #expect(network.send(.open, from: "10.0.0.9", name: "anything") == [])
        #expect(network.send(.open, from: "10.0.0.20", name: "panel") == [])
        #expect(network.send(.open, from: "10.0.0.21", name: "who knows", link: 0x0200_0000_0007) == [])
        #expect(network.send(.open, from: "10.0.7.13", name: "s-13") == [])
        #expect(network.send(.opened, from: "10.0.7.13", toClient: true) == [])
        #expect(network.send(.open, from: "10.0.0.66", name: "thief") == ["not_listed 10.0.0.66 thief"])
        #expect(network.send(.publication, from: "10.0.0.66", name: "thief") == [])
        // The rest of the world is in no list.
        #expect(network.send(.open, from: "198.51.100.7", name: "cloud") == [])
        // Who said no name is told when it says something.
        #expect(network.send(.publication, from: "10.0.0.67") == ["not_listed 10.0.0.67 10.0.0.67"])
    }

    @Test("who is listed and gave no sign for a day is told once") func absentees() {
        var network = ListedNetwork()
        #expect(network.send(.open, from: "10.0.0.9", name: "anything") == [])
        #expect(network.send(.open, from: "10.0.0.20", name: "PANEL") == [])
        #expect(network.send(.opened, from: "10.0.0.9", toClient: true) == [])
        #expect(network.send(.publication, from: "10.0.0.9", after: 86_000) == [])
        let missed = network.send(.publication, from: "10.0.0.9", after: 500)
        #expect(missed == ["not_seen gauge gauge", "not_seen sensors sensors", "not_seen spare spare"])
        #expect(network.send(.publication, from: "10.0.0.9", after: 90_000) == [])
    }
}
