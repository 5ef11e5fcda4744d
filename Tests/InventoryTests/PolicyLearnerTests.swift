import Inventory
import Testing

/// A day in microseconds.
private let day: Int64 = 86_400_000_000

/// So many presses that publish a temperature each, which a display reads.
private func plant(_ count: Int, days: Int = 3) -> InventorySnapshot {
    var seen = Sightings(at: 20_000 * day, frame: 7)
    (seen.count, seen.days, seen.last) = (Int64(1000 * count), days, seen.first + Int64(days) * day)
    var snapshot = InventorySnapshot()
    var broker = ServerRecord(proto: "mqtt", address: "10.0.0.5", port: 1883, seen: seen)
    broker.versions = NameCounts(["4": 100])
    snapshot.servers = [broker]
    for number in 1...count {
        let name = "press-\(number)"
        let isLong = number > 9999
        var client = ClientRecord(
            proto: "mqtt", name: isLong ? "press-{id}" : name, user: nil, home: nil, seen: seen)
        client.group = isLong ? "press-{id}" : "press-{n}"
        client.examples = [name]
        client.addresses = NameCounts(["10.1.\(number / 250).\(number % 250)": 10])
        client.servers = NameCounts(["mqtt 10.0.0.5:1883": 10])
        client.versions = NameCounts(["4": 10])
        client.keepAlives = NameCounts(["60": 10])
        client.published = 100
        snapshot.clients.append(client)
    }
    var topic = TopicRecord(proto: "mqtt", server: "mqtt 10.0.0.5:1883", template: "plant/{n}/temp", seen: seen)
    topic.distinct = count
    topic.publishers = NameCounts(["press-{n}": 1000])
    topic.formats = NameCounts(["number": 1000])
    (topic.shortest, topic.longest, topic.messages) = (4, 5, 1000)
    var band = NumberBand(20.1)
    for step in 1..<300 { band.note(20.1 + Double(step * 7 % 31) / 10) }
    topic.number = band
    var interval = IntervalBand(10_000_000)
    for _ in 0..<300 { interval.note(10_000_000) }
    interval.note(day)
    topic.interval = interval
    snapshot.topics = [topic]
    return snapshot
}

/// Ten thousand like devices are a few lines.
@Test("Like devices are few entries", arguments: [10, 100, 9_999, 10_000]) func likeDevices(_ count: Int) {
    let policy = PolicyLearner.learn(plant(count)).policy
    #expect(policy.entries.count <= 5)
    let presses = policy.entries.first { $0.section == .clients && $0.name == "press-{n}" }
    #expect(presses?.texts(.numbers) == ["1-\(min(count, 9_999))"])
}

@Test("The order in which things were seen says nothing") func orderOfRecords() {
    let snapshot = plant(50)
    var other = snapshot
    other.clients.reverse()
    #expect(PolicyLearner.learn(snapshot).policy == PolicyLearner.learn(other).policy)
}

@Test("A topic's entry says who, what and how often") func topicEntry() throws {
    let policy = PolicyLearner.learn(plant(50)).policy
    let topic = try #require(policy.entries.first { $0.section == .topics })
    #expect(topic.texts(.publishers) == ["press-{n}"])
    #expect(topic.flag(.single) == true)
    let band = try #require(topic.band(.values))
    #expect(band.0 < 20.1 && band.0 > 15 && band.1 > 23.1 && band.1 < 28)
    // The pause of a day is that of the capture: a press is missed after three of its own.
    let heartbeat = try #require(policy.entries.first { $0.section == .heartbeats })
    let silence = try #require(heartbeat.number(.silence))
    #expect(silence >= 30 && silence <= 45)
}

@Test("What was seen on one day, or twice, is a candidate") func candidates() {
    #expect(PolicyLearner.learn(plant(5, days: 1)).policy.entries.allSatisfy { $0.state == .candidate })
    #expect(PolicyLearner.learn(plant(5, days: 2)).policy.entries.allSatisfy { $0.state == .allow })
    var seldom = plant(5)
    seldom.topics[0].seen.count = 2
    let policy = PolicyLearner.learn(seldom).policy
    #expect(policy.entries.first { $0.section == .topics }?.state == .candidate)
}

/// Somebody whom an alert is about leaves no trace; an honest device at its own address does.
@Test("What an alert is about is not learned") func suspects() {
    var snapshot = plant(5)
    var evil = snapshot.clients[0]
    (evil.name, evil.group, evil.examples) = ("evil", "evil", ["evil"])
    evil.addresses = NameCounts(["10.9.9.9": 10])
    snapshot.clients.append(evil)
    snapshot.clients[0].addresses = NameCounts(["10.1.0.1": 10, "10.9.9.9": 1])
    snapshot.topics[0].publishers = NameCounts(["press-{n}": 1000, "evil": 3])
    var other = snapshot.topics[0]
    (other.template, other.publishers) = ("evil/{n}", NameCounts(["evil": 3]))
    snapshot.topics.append(other)
    let suspect = PolicySuspect(address: "10.9.9.9", client: nil, alert: 17, reason: "Every Topic Granted")
    let learned = PolicyLearner.learn(snapshot, except: [suspect])
    #expect(!learned.policy.entries.contains { "\($0)".contains("evil") || "\($0)".contains("10.9.9.9") })
    #expect(learned.omissions.contains { $0.subject == "mqtt client evil" && $0.reason.contains("alert 17") })
    #expect(learned.policy.entries.contains { $0.name == "press-{n}" })
    #expect(PolicyLearner.learn(snapshot).policy.entries.contains { $0.name == "evil" })
}

/// Thousands of CoAP nodes are networks.
@Test("Servers and clients without names are folded to networks") func folding() {
    let seen = Sightings(at: 0, frame: 1)
    var snapshot = InventorySnapshot()
    for number in 0..<2000 {
        let address = "10.2.\(number / 250).\(number % 250)"
        let server = ServerRecord(proto: "coap", address: address, port: 5683, seen: seen)
        var resource = TopicRecord(proto: "coap", server: server.key, template: "/temp", seen: seen)
        resource.methods = NameCounts(["GET": 5])
        resource.readers = NameCounts(["10.0.0.9": 5])
        snapshot.servers.append(server)
        snapshot.topics.append(resource)
    }
    var client = ClientRecord(proto: "coap", name: nil, user: nil, home: "10.0.0.9", seen: seen)
    client.addresses = NameCounts(["10.0.0.9": 5])
    snapshot.clients = [client]
    let policy = PolicyLearner.learn(snapshot).policy
    #expect(policy.entries.count <= 20)
    #expect(policy.entries.contains { $0.section == .resources && $0.scope == "coap 10.2.3.0/24:5683" })
}

@Test("Runs of numbers", arguments: [("1-3", [1, 2, 3]), ("7", [7])]) func runs(_ text: String, _ numbers: [UInt64])
    throws
{
    let runs = try #require(NumberRuns(numbers.map { "m-\($0)" }, template: "m-{n}"))
    #expect(runs.texts == [text])
    #expect(try #require(NumberRuns([text])).contains(numbers[0]))
    #expect(!runs.contains(99))
}

@Test("Pauses: how long nearly all are") func quantiles() {
    var band = IntervalBand(1_000_000)
    for _ in 0..<98 { band.note(1_000_000) }
    band.note(3_600_000_000)
    #expect(band.quantile(0.5) >= 1_000_000 && band.quantile(0.5) < 1_500_000)
    #expect(band.quantile(0.97) < 1_500_000)
    #expect(band.quantile(1) == 3_600_000_000)
}

/// What is still unseen, by Chao's estimate: ten seen once, four twice.
@Test("Maturity in numbers") func maturity() throws {
    var policy = Policy()
    for number in 0..<20 {
        var entry = PolicyEntry(.topics, "t\(number)", state: .candidate)
        var seen = Sightings(at: Int64(number) * 3_600_000_000, frame: 1)
        seen.count = number < 10 ? 1 : number < 14 ? 2 : 50
        entry.seen = seen
        policy.entries.append(entry)
    }
    let topics = try #require(PolicyMaturity.of(policy).first)
    #expect(topics.entries == 20 && topics.candidates == 20)
    #expect(topics.unseen == 9.0)
    #expect(topics.inLastHour == 2)
}

/// What stays for long is found again by the next look, though not each record is looked at.
@Test("How often in a row a number may come") func longestRun() throws {
    var snapshot = plant(50)
    snapshot.topics[0].messages = 15_000
    // None had the value of the one before: by chance alone the longest of 15,000 is about ten.
    var topic = try #require(PolicyLearner.learn(snapshot).policy.entries.first { $0.section == .topics })
    #expect(topic.number(.run) == 20)
    // Of fewer it is shorter.
    snapshot.topics[0].messages = 1000
    snapshot.topics[0].number?.count = 1000
    topic = try #require(PolicyLearner.learn(snapshot).policy.entries.first { $0.section == .topics })
    #expect(topic.number(.run) == 17)
    // What stands still for half of its records does so again.
    snapshot.topics[0].number?.stretch = 9
    topic = try #require(PolicyLearner.learn(snapshot).policy.entries.first { $0.section == .topics })
    #expect(topic.number(.run) == nil)
}

/// One name that two clients published is nobody's alone; of many names an estimate will do.
@Test("Whether each topic has a publisher of its own") func singlePublisher() throws {
    func single(_ change: (inout TopicRecord) -> Void) throws -> Bool? {
        var snapshot = plant(50)
        change(&snapshot.topics[0])
        return try #require(PolicyLearner.learn(snapshot).policy.entries.first { $0.section == .topics }).flag(.single)
    }
    #expect(try single { _ in } == true)
    #expect(try single { $0.isShared = true } == nil)
    #expect(try single { $0.distinct = 43 } == nil)
    #expect(try single { ($0.distinct, $0.isEstimate) = (43, true) } == true)
    #expect(try single { ($0.distinct, $0.isEstimate) = (20, true) } == nil)
}

/// A record keeps sixteen names; whoever else publishes to the server may be one of the rest.
@Test("Publishers that a record does not name are not told as new") func manyPublishers() throws {
    let seen = Sightings(at: 0, frame: 1)
    var snapshot = InventorySnapshot()
    let directory = ServerRecord(proto: "coap", address: "10.9.0.1", port: 5683, seen: seen)
    snapshot.servers = [directory]
    for number in 0..<60 {
        let address = "10.3.\(number / 10).\(number % 10)"
        var client = ClientRecord(proto: "coap", name: nil, user: nil, home: address, seen: seen)
        client.addresses = NameCounts([address: 5])
        client.servers = NameCounts([directory.key: 5])
        client.published = 5
        snapshot.clients.append(client)
    }
    var resource = TopicRecord(proto: "coap", server: directory.key, template: "/rd", seen: seen)
    resource.methods = NameCounts(["POST": 300])
    resource.publishers = NameCounts(
        Dictionary(uniqueKeysWithValues: (0..<16).map { ("10.3.\($0 / 10).\($0 % 10)", Int64(5)) }))
    resource.publishers.distinct = 60
    snapshot.topics = [resource]
    let entry = try #require(PolicyLearner.learn(snapshot).policy.entries.first { $0.section == .resources })
    #expect(entry.texts(.publishers) == (0..<6).map { "10.3.\($0).0/24" })
}

/// Devices behind a carrier have a port each.
@Test("Servers with a port of their own are a network") func portsOfTheirOwn() throws {
    let seen = Sightings(at: 0, frame: 1)
    var snapshot = InventorySnapshot()
    for number in 0..<40 {
        let address = "100.80.\(number / 8).\(number % 8 + 10)"
        snapshot.servers.append(
            ServerRecord(proto: "coap", address: address, port: UInt16(20_000 + number), seen: seen))
    }
    snapshot.servers.append(ServerRecord(proto: "coap", address: "10.40.0.60", port: 5683, seen: seen))
    let policy = PolicyLearner.learn(snapshot).policy
    #expect(policy.entries.map(\.name) == ["coap 10.40.0.60:5683"] + (0..<5).map { "coap 100.80.\($0).0/24:*" })
    #expect(PolicyComparison.unknown(in: policy, to: policy) == [])
}
