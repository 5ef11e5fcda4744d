import Inventory
import Testing

@Suite struct HardwareTests {
    private let hour: Int64 = 3_600_000_000

    private func client(
        _ name: String?, at addresses: [String], _ hardware: [String], from: Int64 = 0, to: Int64? = nil,
        server: String = "mqtt 10.0.0.5:1883"
    ) -> ClientRecord {
        var seen = Sightings(at: from, frame: 1)
        if let to { seen.note(to, frame: 2) }
        var client = ClientRecord(
            proto: "mqtt", name: name, user: nil, home: name == nil ? addresses.first : nil, seen: seen)
        client.addresses = NameCounts(Dictionary(uniqueKeysWithValues: addresses.map { ($0, 1) }))
        client.hardwareAddresses = NameCounts(Dictionary(uniqueKeysWithValues: hardware.map { ($0, 1) }))
        client.servers = NameCounts([server: 1])
        return client
    }

    private func server(_ address: String, _ hardware: String) -> ServerRecord {
        var server = ServerRecord(proto: "mqtt", address: address, port: 1883, seen: Sightings(at: 0, frame: 1))
        server.hardwareAddresses = NameCounts([hardware: 1])
        server.clientNetworks = NameCounts(["10.0.0.0/24": 1])
        return server
    }

    private let router = "00:1b:21:00:00:01"
    private func vendor(_ address: String) -> String? { "maker of \(address)" }

    @Test("a routed capture names no vendor behind the router, and says what is hidden") func routed() {
        var snapshot = InventorySnapshot()
        snapshot.servers = [server("10.0.0.5", "00:1b:21:00:00:05")]
        for number in 0..<41 {
            // Each seen once, minutes apart.
            let address = "10.\(1 + number % 3).0.\(number + 1)"
            snapshot.clients.append(client("c\(number)", at: [address], [router], from: Int64(number) * 60_000_000))
        }
        let view = HardwareView(snapshot)
        #expect(view.gateways.map(\.hardwareAddress) == [router])
        #expect(view.gateways.first?.addresses.count == 41)
        #expect(view.gateways.first?.networks == ["10.1.0.0", "10.2.0.0", "10.3.0.0"])
        #expect(snapshot.clients.allSatisfy { view.vendors($0, vendor).isEmpty })
        #expect(view.vendors(snapshot.servers[0], vendor).map(\.value) == ["maker of 00:1b:21:00:00:05"])
        #expect(view.gateway(snapshot.clients[0].hardwareAddresses)?.hardwareAddress == router)
        #expect(Machine.all(snapshot, view).count == 42)
    }

    @Test("many of one network behind one address of the link are routed, too") func oneNetwork() {
        var snapshot = InventorySnapshot()
        for number in 1...12 { snapshot.clients.append(client("c\(number)", at: ["10.1.0.\(number)"], [router])) }
        #expect(HardwareView(snapshot).gateways.first?.addresses.count == 12)
        snapshot.clients = Array(snapshot.clients.prefix(7))
        // Aliases of one host.
        let view = HardwareView(snapshot)
        #expect(view.gateways.isEmpty)
        #expect(view.vendors(snapshot.clients[0], vendor).count == 1)
    }

    @Test("two of two networks at one time are in doubt, and no vendor is named") func doubt() {
        var snapshot = InventorySnapshot()
        snapshot.clients = [client("a", at: ["10.1.0.1"], [router]), client("b", at: ["10.2.0.1"], [router])]
        let view = HardwareView(snapshot)
        #expect(view.gateways.isEmpty)
        #expect(snapshot.clients.allSatisfy { view.vendors($0, vendor).isEmpty })
    }

    @Test("one address after another is a host that is given leases") func leases() {
        var snapshot = InventorySnapshot()
        for number in 0..<200 {
            let start = Int64(number) * 4 * hour
            snapshot.clients.append(
                client(
                    nil, at: ["10.\(number % 4).0.\(number + 1)"], ["00:1b:21:00:00:09"], from: start,
                    to: start + 2 * hour))
        }
        let view = HardwareView(snapshot)
        #expect(view.gateways.isEmpty)
        #expect(view.vendors(snapshot.clients[0], vendor).first?.value == "maker of 00:1b:21:00:00:09")
        #expect(Machine.all(snapshot, view).count == 1)
        // The same at one time is a router.
        for index in snapshot.clients.indices { snapshot.clients[index].seen = Sightings(at: 0, frame: 1) }
        #expect(HardwareView(snapshot).gateways.count == 1)
    }

    @Test("an address that many had in turn makes no router of each of them") func sharedLeases() {
        var snapshot = InventorySnapshot()
        let cards = (1...20).map { "00:1b:21:00:01:\($0 < 10 ? "0" : "")\($0)" }
        for number in 1...60 {
            snapshot.clients.append(client(nil, at: ["10.0.\(number % 3).\(number)"], cards, from: 0, to: 700 * hour))
        }
        let view = HardwareView(snapshot)
        #expect(view.gateways.isEmpty)
        // None of them is merged with another.
        #expect(Machine.all(snapshot, view).count == 60)
    }

    @Test("a host has addresses of both families") func bothFamilies() {
        var snapshot = InventorySnapshot()
        let card = "00:1b:21:00:00:09"
        for address in ["10.0.0.9", "fe80::1", "2a00:1:2:3::9", "2a00:1:2:3::a", "169.254.1.1"] {
            snapshot.clients.append(client(nil, at: [address], [card], to: 9 * hour, server: "coap 10.0.0.5:5683"))
        }
        let view = HardwareView(snapshot)
        #expect(view.gateways.isEmpty)
        #expect(view.vendors(snapshot.clients[0], vendor).count == 1)
        #expect(Machine.all(snapshot, view).filter { $0.hardwareAddresses == [card] }.count == 1)
    }

    @Test("a public address that speaks with a private one came through a router") func fromOutside() {
        var snapshot = InventorySnapshot()
        snapshot.clients = [
            client("out", at: ["193.99.144.80"], [router]), client("in", at: ["10.0.0.7"], ["00:1b:21:00:00:07"]),
            client("cloud", at: ["193.99.144.81"], ["00:1b:21:00:00:08"], server: "mqtt [2a00::1]:1883"),
        ]
        let view = HardwareView(snapshot)
        #expect(snapshot.clients.map { view.vendors($0, vendor).count } == [0, 1, 1])
    }

    @Test("two cards of one client give two claims, the more frequent first") func twoCards() {
        var snapshot = InventorySnapshot()
        var moved = client("pump", at: ["10.0.0.7"], ["00:1b:21:00:00:07"])
        moved.hardwareAddresses = NameCounts(["00:1b:21:00:00:07": 3, "00:0c:29:00:00:07": 9])
        snapshot.clients = [moved]
        let claims = HardwareView(snapshot).vendors(moved) { $0.hasPrefix("00:0c") ? "VMware" : "Intel" }
        #expect(claims.map(\.value) == ["VMware", "Intel"])
        #expect(claims.allSatisfy { $0.basis == .hardwareAddress && $0.confidence == 3 })
    }
}
