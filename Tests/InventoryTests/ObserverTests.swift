import Events
import Inventory
import Network
import Testing

@Suite struct ObserverTests {
    @Test("what is delivered to many readers is one record and as many deliveries") func deliveries() throws {
        var network = FakeNetwork()
        network.connect("pump-5", from: "10.0.0.9")
        for reader in 0..<100 { network.connect("panel-\(reader)", from: "10.0.1.\(reader)") }
        for _ in 0..<3 {
            network.send(
                .publication,
                [.name: "plant/line1/pump5/pressure", .bytes: 4, .format: "number", .number: 2.5, .qos: 1])
            for reader in 0..<100 {
                network.send(
                    .publication, from: "10.0.1.\(reader)", toClient: true,
                    [.name: "plant/line1/pump5/pressure", .bytes: 4, .format: "number", .number: 2.5])
            }
        }
        let snapshot = network.inventory.snapshot
        let topic = try #require(snapshot.topics.first)
        #expect(snapshot.topics.count == 1 && topic.template == "plant/line{n}/pump{n}/pressure")
        #expect(topic.messages == 3 && topic.bytes == 12 && topic.qos == 1 && topic.distinct == 1)
        #expect(topic.publishers.counts == ["pump-{n}": 3] && topic.readers.counts == ["panel-{n}": 300])
        #expect(topic.number?.count == 3 && topic.number?.longestRun == 3 && topic.interval?.count == 2)
        #expect(topic.examples == ["plant/line1/pump5/pressure"] && topic.formats.counts == ["number": 3])
        #expect(snapshot.clients.count == 101)
        let pump = try #require(snapshot.clients.first { $0.name == "pump-5" })
        #expect(pump.published == 3 && pump.roles == ["publishes"] && pump.group == "pump-{n}")
        #expect(snapshot.servers.map(\.key) == ["mqtt 10.0.0.2:1883"])
        #expect(snapshot.leftOut.isEmpty)
    }

    @Test("a record whose publisher is not seen counts once, however many get it; copies do not count")
    func unseenPublisher() throws {
        var network = FakeNetwork()
        for reader in 0..<5 { network.connect("panel-\(reader)", from: "10.0.1.\(reader)") }
        for record in 0..<4 {
            for reader in 0..<5 {
                for isCopy in [false, true] {
                    network.send(
                        .publication, from: "10.0.1.\(reader)", toClient: true,
                        [.name: "a/b", .bytes: 1, .number: .int(Int64(record)), .isRepeated: .bool(isCopy)])
                }
            }
        }
        let topic = try #require(network.inventory.snapshot.topics.first)
        #expect(topic.messages == 4 && topic.bytes == 4 && topic.number?.values == [0, 1, 2, 3])
        #expect(topic.readers.counts == ["panel-{n}": 20] && topic.publishers.counts.isEmpty)
    }

    @Test("nothing is claimed of a server that was not seen to do it") func claims() throws {
        var network = FakeNetwork()
        // Asked, but never answered; and a session whose beginning was not seen.
        network.send(.open, [.clientID: "a", .isAnonymous: true])
        network.send(.subscription, [.name: .list(["#"])])
        network.send(.opened, toClient: true, [.isAccepted: true])
        var server = try #require(network.inventory.snapshot.servers.first)
        #expect(server.anonymous == nil && server.authenticated == nil && server.grantedAll == nil)
        network.send(.opened, toClient: true, [.isAccepted: true, .isAnonymous: true, .ability: 1, .version: 5])
        network.send(.subscribed, toClient: true, [.granted: .list(["$share/g/#"]), .refused: .list(["$SYS/#"])])
        network.send(.publication, toClient: true, [.name: "$SYS/broker/version", .record: "mosquitto version 2.0.11"])
        server = try #require(network.inventory.snapshot.servers.first)
        #expect(server.anonymous?.count == 1 && server.anonymousNetworks.counts == ["10.0.0.0/24": 1])
        #expect(server.grantedAll?.count == 1 && server.systemReadable?.count == 1 && server.systemWritten == nil)
        #expect(server.abilities == ["maximum QoS": 1] && server.versions.counts == ["5": 1])
        #expect(server.implementations.map(\.value) == ["mosquitto 2.0.11"])
        #expect(server.implementations.first?.basis == .systemTopic && server.implementations.first?.confidence == 5)
        let filters = network.inventory.snapshot.filters
        #expect(filters.first { $0.filter == "$SYS/#" }?.refused == 1)
        #expect(filters.first { $0.filter == "$share/g/#" }?.granted == 1)
    }

    @Test("who only asks is no server, and who is asked in vain neither") func unanswered() {
        var network = FakeNetwork()
        for host in 1...50 {
            network.send(
                .request, server: FakeNetwork.end("10.9.0.\(host)", 5683), [.name: "/a", .method: "GET"])
        }
        network.send(
            .request, server: FakeNetwork.end("224.0.1.187", 5683), [.name: "/.well-known/core", .method: "GET"])
        network.send(
            .response, toClient: true, server: FakeNetwork.end("10.9.1.1", 5683),
            [.requested: "/.well-known/core", .outcome: "success", .targets: .list(["/b", "</c>", "http://x/d"])])
        network.send(
            .response, toClient: true, server: FakeNetwork.end("10.9.1.1", 5683),
            [.requested: "/secret", .outcome: "client_error"])
        let snapshot = network.inventory.snapshot
        #expect(snapshot.servers.map(\.address) == ["10.9.1.1"] && snapshot.servers.first?.listed == 3)
        #expect(snapshot.topics.filter(\.isListed).map(\.template) == ["/</c>", "/b"])
        #expect(!snapshot.topics.contains { $0.template == "/secret" })
    }

    @Test("clients with random tails stay one, those with names of libraries are told by their addresses")
    func identities() {
        var network = FakeNetwork()
        for round in 0..<200 {
            let tail = String(UInt32(truncatingIfNeeded: round &* 0x9E37_79B1 | 0x1000_0000), radix: 16)
            network.connect("press-06-\(tail)", from: "10.0.\(round % 7).9", port: UInt16(1000 + round))
            network.connect("mqttjs_\(tail)", from: "10.0.7.\(round % 3)", port: UInt16(2000 + round))
        }
        let clients = network.inventory.snapshot.clients
        #expect(
            clients.map(\.label) == [
                "mqttjs_{id} at 10.0.7.0", "mqttjs_{id} at 10.0.7.1", "mqttjs_{id} at 10.0.7.2", "press-06-{id}",
            ])
        let press = clients.last
        #expect(press?.addresses.distinct == 7 && press?.isEstimate == true)
        #expect(abs((press?.distinct ?? 0) - 200) < 80, "an estimate of 200 is \(press?.distinct ?? 0)")
    }

    @Test("of secrets there are digests, and how many servers, clients and places have each") func secrets() throws {
        var network = FakeNetwork()
        for client in 0..<41 {
            network.send(.open, from: "10.0.0.\(client)", [.clientID: .text("c-\(client)"), .digest: "abcd"])
        }
        network.connect("writer", from: "10.0.3.1")
        network.send(
            .publication, from: "10.0.3.1",
            [.name: "api/token/hunter2", .secret: .list(["jwt"]), .secretDigest: .list(["ef01"]), .bytes: 9])
        let snapshot = network.inventory.snapshot
        let login = try #require(snapshot.secrets.first { $0.kind == "login" })
        #expect(login.digest == "abcd" && login.clients.distinct >= 32 && login.clients.counts.count == 16)
        let token = try #require(snapshot.secrets.first { $0.kind == "jwt" })
        #expect(token.places.counts == ["api/token/{id}": 1] && token.clients.counts == ["writer": 1])
        let topic = try #require(snapshot.topics.first)
        #expect(topic.kinds.counts == ["secret.jwt": 1] && topic.examples.isEmpty)
        #expect(!"\(snapshot)".contains("hunter2"))
    }

    @Test("a restart changes nothing: what goes on from a snapshot is what went on") func restart() {
        func play(_ network: inout FakeNetwork, _ rounds: Range<Int>) {
            for round in rounds {
                network.connect("pump-\(round % 4)", from: "10.0.0.\(round % 4)", isAnonymous: round % 2 == 0)
                network.send(
                    .publication, from: "10.0.0.\(round % 4)",
                    [
                        .name: .text("plant/\(round % 5)/p"), .number: .int(Int64(round)), .bytes: 3, .format: "json",
                        .category: .list(["energy"]), .keys: .list(["a", "b"]),
                    ])
                network.send(.subscription, from: "10.0.0.\(round % 4)", [.name: .list(["plant/#"])])
                network.send(
                    .open, from: "10.0.0.\(round % 4)", [.clientID: .text("pump-\(round % 4)"), .digest: "aa"])
            }
        }
        var whole = FakeNetwork()
        play(&whole, 0..<40)
        var first = FakeNetwork()
        play(&first, 0..<20)
        let before = first.inventory.snapshot
        var second = FakeNetwork(restoring: before)
        #expect(second.inventory.snapshot == before)
        #expect(second.inventory.changes().changes.count == 0, "what comes from the store is not written again")
        second.time = first.time
        play(&second, 20..<40)
        var (expected, shown) = (whole.inventory.snapshot, second.inventory.snapshot)
        // The time between two records is not known over a restart, nor the frame numbers.
        for place in expected.topics.indices {
            expected.topics[place].interval = nil
            shown.topics[place].interval = nil
            #expect(shown.topics[place] == expected.topics[place])
        }
        #expect(shown.clients == expected.clients && shown.servers == expected.servers)
        #expect(shown.filters == expected.filters && shown.links == expected.links && shown.secrets == expected.secrets)
    }

    @Test("changes come in portions, each record once until it changes again") func portions() {
        var network = FakeNetwork()
        for client in 0..<90 {
            network.connect("c-\(client)", from: "10.0.0.1", port: UInt16(client + 1))
            network.send(
                .publication, port: UInt16(client + 1),
                [.name: .text("t/\(Character(UnicodeScalar(UInt8(97 + client % 26))))")])
        }
        var records = InventorySnapshot()
        var rounds = 0
        while true {
            let (changes, isWhole) = network.inventory.changes(limit: 10)
            records.clients += changes.records.clients
            records.topics += changes.records.topics
            rounds += 1
            if isWhole { break }
        }
        records.sort()
        #expect(rounds > 9 && records.clients == network.inventory.snapshot.clients)
        #expect(records.topics == network.inventory.snapshot.topics)
        network.send(.publication, [.name: "t/a"])
        #expect(network.inventory.changes().changes.records.topics.map(\.template) == ["t/a"])
    }
}
