import Alerts
import Foundation
import GRDB
import Inventory
import Testing

/// The inventory in the store: written in portions that nobody waits for, kept like all else.
@Suite struct InventoryTests {
    private func changes(_ templates: [String], messages: Int64 = 1) -> InventoryChanges {
        var changes = InventoryChanges()
        for template in templates {
            var topic = TopicRecord(
                proto: "mqtt", server: "mqtt 10.0.0.2:1883", template: template, seen: Sightings(at: 5, frame: 1))
            topic.messages = messages
            changes.records.topics.append(topic)
        }
        changes.records.leftOut = ["topics": messages]
        return changes
    }

    private func topics(_ folder: TemporaryFolder) throws -> [String: Int64] {
        let snapshot = try AlertReader(path: folder.store).inventory()
        return Dictionary(uniqueKeysWithValues: snapshot.topics.map { ($0.template, $0.messages) })
    }

    @Test("what is written of a record is all that it has, and is read as it was") func members() throws {
        var seen = Sightings(at: 5, frame: 1)
        seen.note(9, frame: 2)
        let counts = NameCounts(["a \"b\" \u{1}ü": 3, "c": 1])
        var server = ServerRecord(proto: "mqtt", address: "::1", port: 1883, seen: seen)
        server.carriers = counts
        server.implementations = [Claim("mosquitto 2", .systemTopic, confidence: 5, seen: seen)]
        server.abilities = ["maximum QoS": 1]
        (server.anonymous, server.authenticated, server.refused) = (seen, seen, seen)
        (server.grantedAll, server.systemReadable, server.systemWritten) = (seen, seen, seen)
        (server.unprotectedWrites, server.protected) = (seen, seen)
        (server.anonymousRefused, server.refusedAll) = (seen, seen)
        (server.encryptedPort, server.amplification, server.listed, server.messages) = (8883, 2.5, 3, 4)
        (server.hardwareAddresses, server.versions, server.anonymousNetworks) = (counts, counts, counts)
        server.clientNetworks = counts
        var client = ClientRecord(proto: "mqtt", name: "a", user: "b", home: "10.0.0.1", seen: seen)
        (client.group, client.examples, client.distinct, client.isEstimate) = ("a", ["a"], 40, true)
        (client.addresses, client.hardwareAddresses, client.servers) = (counts, counts, counts)
        (client.versions, client.keepAlives, client.filters) = (counts, counts, counts)
        (client.isBridge, client.anonymous, client.refused, client.published) = (true, 1, 2, 3)
        (client.commands, client.received) = (4, 5)
        var topic = TopicRecord(proto: "coap", server: "s", template: "/{n}", seen: seen)
        (topic.examples, topic.distinct, topic.isEstimate) = (["/1"], 9, true)
        (topic.publishers, topic.readers, topic.formats, topic.categories) = (counts, counts, counts, counts)
        (topic.kinds, topic.keys, topic.methods, topic.outcomes) = (counts, counts, counts, counts)
        (topic.isRetained, topic.qos, topic.messages, topic.bytes) = (true, 2, 3, 4)
        (topic.shortest, topic.longest, topic.isCommand, topic.isListed) = (1, 2, true, true)
        (topic.types, topic.isObserved, topic.amplification, topic.isShared) = (["core.rd"], true, 0.1, true)
        topic.number = NumberBand(1.5e300)
        topic.number?.note(-0.25)
        topic.interval = IntervalBand(7)
        var filter = FilterRecord(server: "s", filter: "#", seen: seen)
        (filter.clients, filter.granted, filter.refused) = (counts, 1, 2)
        var link = LinkRecord(
            proto: "mqtt", client: "c", server: "s", isClientInside: true, isServerInside: false, seen: seen)
        (link.bytesToServer, link.bytesToClient) = (1, 2)
        var secret = SecretRecord(digest: "ab", kind: "login", seen: seen)
        (secret.servers, secret.clients, secret.places) = (counts, counts, counts)
        var snapshot = InventorySnapshot()
        (snapshot.servers, snapshot.clients, snapshot.topics) = ([server], [client], [topic])
        (snapshot.filters, snapshot.links, snapshot.secrets) = ([filter], [link], [secret])
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store)
        try writer.importInventory(snapshot)
        #expect(try writer.inventory() == snapshot)
        writer.close()
        let members: [[Mirror.Child]] = [server, client, topic, filter, link, secret].map {
            Array(Mirror(reflecting: $0).children)
        }
        let rows = snapshot.rows
        #expect(rows.count == 6)
        for (row, children) in zip(rows, members) {
            let object = try JSONSerialization.jsonObject(with: Data(row.detail.utf8)) as? [String: Any]
            #expect(Set(object?.keys.map { $0 } ?? []) == Set(children.compactMap(\.label)), "\(row.kind)")
        }
    }

    @Test("a later record takes the place of an earlier one, and what is gone goes") func replacing() throws {
        let folder = try TemporaryFolder()
        let writer = try AlertWriter(path: folder.store, settings: quickSettings())
        #expect(!writer.submit(changes(["a"])), "no run, nothing to write")
        _ = try writer.beginRun(sampleRun())
        #expect(writer.submit(changes(["a", "b"])))
        var later = changes(["b"], messages: 7)
        later.gone = ["topic": ["mqtt 10.0.0.2:1883 a"]]
        #expect(writer.submit(later, follows: true))
        writer.endRun(finished())
        writer.close()
        #expect(try topics(folder) == ["b": 7])
        #expect(try AlertReader(path: folder.store).inventory().leftOut == ["topics": 7])
        #expect(try StoreCheck.findings(folder.store) == [])
    }

    @Test("while the database takes nothing one portion waits, later ones are told to come again, and alerts go on")
    func waiting() throws {
        let folder = try TemporaryFolder()
        var settings = quickSettings()
        settings.queueLimit = 40
        let writer = try AlertWriter(path: folder.store, settings: settings)
        _ = try writer.beginRun(sampleRun())
        #expect(writer.flush())
        let locker = try Locker(folder.store)
        #expect(writer.submit(changes(["a"])))
        #expect(!writer.hasRoomForInventory && !writer.submit(changes(["b"])))
        let start = ContinuousClock.now
        for serial in 1...30 { writer.submit(.insert(sampleAlert(UInt64(serial)))) }
        #expect(ContinuousClock.now - start < .seconds(5), "nobody waits for the inventory")
        try locker.release()
        #expect(eventually { writer.waiting == 0 })
        #expect(writer.submit(changes(["b"])))
        writer.endRun(finished())
        writer.close()
        #expect(try topics(folder) == ["a": 1, "b": 1] && writer.counters.lost == 0)
        #expect(try AlertReader(path: folder.store).count() == 30)
    }

    @Test("what waits when a writer ends comes into the store with the next one") func spilling() throws {
        let folder = try TemporaryFolder()
        let first = try AlertWriter(path: folder.store, settings: quickSettings())
        _ = try first.beginRun(sampleRun())
        let locker = try Locker(folder.store)
        #expect(first.submit(changes(["a", "b"])))
        #expect(!first.endRun(finished()))
        first.close()
        #expect(folder.exists("alerts.db.spill"))
        try locker.release()
        let second = try AlertWriter(path: folder.store, settings: quickSettings())
        #expect(second.flush())
        second.close()
        #expect(try topics(folder) == ["a": 1, "b": 1])
    }

    @Test("retention leaves the inventory, a copy and what is saved of a broken store have it") func keeping() throws {
        let folder = try TemporaryFolder()
        var settings = quickSettings()
        settings.retention.maximumAgeSeconds = 1
        let writer = try AlertWriter(path: folder.store, settings: settings)
        _ = try writer.beginRun(sampleRun())
        #expect(writer.submit(changes((0..<500).map { "t/\($0)" })))
        for serial in 1...500 {
            writer.submit(.insert(sampleAlert(UInt64(serial), evidence: [sampleFrame(UInt64(serial))])))
        }
        writer.endRun(finished())
        writer.applyRetention()
        writer.close()
        let copy = folder.path + "/copy.db"
        try AlertReader(path: folder.store).backup(to: copy, replacing: false)
        #expect(try AlertReader(path: copy).inventory().topics.count == 500)
        // The root of the table of alerts becomes rubbish; the rest can be read.
        let queue = try DatabaseQueue(path: folder.store)
        let root = try queue.read {
            try Int.fetchOne($0, sql: "SELECT rootpage FROM sqlite_master WHERE name = 'alert'")
        }
        let pageSize = try queue.read { try Int.fetchOne($0, sql: "PRAGMA page_size") }
        try queue.close()
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: folder.store))
        try file.seek(toOffset: UInt64((try #require(root) - 1) * (try #require(pageSize))))
        try file.write(contentsOf: Data(repeating: 0xA5, count: 4096))
        try file.close()
        let next = try AlertWriter(path: folder.store, settings: quickSettings())
        #expect(eventually { (try? AlertReader(path: folder.store).inventory().topics.count) == 500 })
        next.close()
        #expect(try topics(folder).count == 500)
    }
}
