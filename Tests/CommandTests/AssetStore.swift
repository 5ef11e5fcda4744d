import Alerts
import Inventory
import ProgramSupport

/// A small plant as the inventory of a store, and what tests change of it.
enum AssetStore {
    /// 2026-11-21 09:30:00 UTC, in microseconds.
    static let start: Int64 = 1_795_253_400_000_000
    static let hour: Int64 = 3_600_000_000

    /// Seen so many times, the first and the last time so many hours after the start.
    static func seen(_ first: Int64 = 0, _ last: Int64? = nil, count: Int64 = 1, frame: UInt64 = 1) -> Sightings {
        var seen = Sightings(at: start + first * hour, frame: frame)
        if let last { seen.note(start + last * hour, frame: frame + 1) }
        seen.count = count
        return seen
    }

    /// Makes a store with a snapshot in it, and returns its path.
    @discardableResult
    static func make(_ snapshot: InventorySnapshot, in folder: TemporaryFolder, _ name: String = "earshot.db") throws
        -> String
    {
        let writer = try AlertWriter(path: folder.file(name), settings: AlertWriterSettings()) { _ in }
        try writer.importInventory(snapshot)
        writer.close()
        return folder.file(name)
    }

    /// Two brokers, one of them open, a server of CoAP, five clients, one of them gone, and what they say.
    static var plant: InventorySnapshot {
        var plant = InventorySnapshot()
        plant.servers = [openBroker, closedBroker, coapServer]
        plant.clients = [
            client("pump-5", user: "plant", at: "10.0.0.21", "00:22:72:00:00:21", publishes: 900),
            client("pump-6", user: "plant", at: "10.0.0.22", "00:22:72:00:00:22", publishes: 800),
            client("historian", user: nil, at: "10.0.0.9", "02:00:00:00:00:09", publishes: 0),
            client("old-{id}", user: nil, at: "10.0.0.77", "00:22:72:00:00:77", publishes: 3),
        ]
        plant.clients[2].received = 1700
        plant.clients[2].filters = NameCounts(["#": 1])
        plant.clients[2].seen = seen(1, 240, count: 1700)
        plant.clients[3].seen = seen(0, 2, count: 3)
        var reader = ClientRecord(
            proto: "coap", name: nil, user: nil, home: "203.0.113.9", seen: seen(4, 239, count: 12))
        reader.addresses = NameCounts(["203.0.113.9": 12])
        reader.hardwareAddresses = NameCounts(["00:22:72:00:00:01": 12])
        reader.servers = NameCounts(["coap 10.0.0.7:5683": 12])
        reader.received = 12
        plant.clients.append(reader)
        plant.topics = topics
        var filter = FilterRecord(server: openBroker.key, filter: "#", seen: seen(1, 1))
        filter.clients = NameCounts(["historian": 1])
        filter.granted = 1
        plant.filters = [filter]
        var link = LinkRecord(
            proto: "coap", client: "203.0.113.9", server: "coap 10.0.0.7:5683", isClientInside: false,
            isServerInside: true, seen: seen(4, 239, count: 12))
        link.bytesToClient = 24_000
        link.bytesToServer = 480
        plant.links = [link]
        var secret = SecretRecord(digest: "5f2c9a1e", kind: "login", seen: seen(0, 240, count: 2))
        secret.clients = NameCounts(["pump-5 as plant": 1, "pump-6 as plant": 1])
        secret.servers = NameCounts([openBroker.key: 2])
        plant.secrets = [secret]
        return plant
    }

    private static var openBroker: ServerRecord {
        var broker = ServerRecord(proto: "mqtt", address: "10.0.0.5", port: 1883, seen: seen(0, 240, count: 3400))
        broker.carriers = NameCounts(["tcp": 3400])
        broker.hardwareAddresses = NameCounts(["08:61:95:00:00:05": 3400])
        broker.versions = NameCounts(["4": 3, "5": 1])
        broker.implementations = [
            Claim("mosquitto 2.0.11", .systemTopic, confidence: 5, seen: seen(1, 200, count: 4, frame: 77)),
            Claim("mosquitto 2.0.18", .systemTopic, confidence: 5, seen: seen(210, 240, count: 2, frame: 9001)),
        ]
        broker.anonymous = seen(1, 1, count: 2, frame: 42)
        broker.anonymousNetworks = NameCounts(["10.0.0.0/24": 2])
        broker.authenticated = seen(0, 230, count: 2)
        broker.grantedAll = seen(1, 1, frame: 44)
        broker.systemReadable = seen(1, 240, count: 6, frame: 45)
        broker.encryptedPort = 8883
        broker.clientNetworks = NameCounts(["10.0.0.0/24": 3400])
        broker.messages = 3400
        return broker
    }

    private static var closedBroker: ServerRecord {
        var broker = ServerRecord(proto: "mqtt", address: "2001:db8::5", port: 1883, seen: seen(5, 239, count: 20))
        broker.refused = seen(5, 239, count: 20)
        broker.messages = 20
        return broker
    }

    private static var coapServer: ServerRecord {
        var server = ServerRecord(proto: "coap", address: "10.0.0.7", port: 5683, seen: seen(4, 239, count: 24))
        server.carriers = NameCounts(["udp": 24])
        server.amplification = 49.96
        server.listed = 7
        server.unprotectedWrites = seen(5, 6, count: 3, frame: 300)
        server.messages = 24
        return server
    }

    private static func client(
        _ name: String, user: String?, at address: String, _ hardware: String, publishes count: Int64
    ) -> ClientRecord {
        var client = ClientRecord(proto: "mqtt", name: name, user: user, home: nil, seen: seen(0, 240, count: count))
        client.group = name.replacing("5", with: "{n}").replacing("6", with: "{n}")
        client.examples = [name.replacing("{id}", with: "a81f3c")]
        client.addresses = NameCounts([address: count])
        client.hardwareAddresses = NameCounts([hardware: count])
        client.servers = NameCounts([openBroker.key: count])
        client.versions = NameCounts(["4": 1])
        client.keepAlives = NameCounts(["60": 1])
        client.published = count
        return client
    }

    private static var topics: [TopicRecord] {
        func topic(_ template: String, _ messages: Int64, _ category: String? = nil, _ kind: String? = nil)
            -> TopicRecord
        {
            var topic = TopicRecord(
                proto: "mqtt", server: openBroker.key, template: template, seen: seen(0, 240, count: messages))
            topic.messages = messages
            topic.bytes = messages * 20
            topic.publishers = NameCounts(["pump-{n}": messages])
            topic.readers = NameCounts(["historian": messages])
            if let category { topic.categories = NameCounts([category: messages]) }
            if let kind { topic.kinds = NameCounts([kind: 1]) }
            return topic
        }
        var pressure = topic("plant/hall-{n}/pressure", 1200, "telemetry")
        pressure.distinct = 24
        pressure.examples = ["plant/hall-7/pressure"]
        pressure.isRetained = true
        pressure.number = NumberBand(3.5)
        pressure.interval = IntervalBand(10_000_000)
        var many = topic("{names} old-{id}", 3)
        many.distinct = 987_654
        many.isEstimate = true
        var light = TopicRecord(
            proto: "coap", server: coapServer.key, template: "/lights/{n}", seen: seen(4, 239, count: 12))
        light.methods = NameCounts(["GET": 9, "PUT": 3])
        light.outcomes = NameCounts(["2.05": 9, "2.04": 3])
        light.isListed = true
        light.types = ["oic.r.switch"]
        light.amplification = 49.96
        return [
            pressure, topic("plant/hall-{n}/temperature", 500, "telemetry"),
            topic("plant/config", 1, nil, "secret.jwt"), topic("office/door", 7, "event", "personal.mail"), many, light,
        ]
    }
}
