import Alerts
import Bytes
import Capture
import Engine
import Foundation
import Network
import Packets
import Sensor
import Synchronization
import TestSupport
import Testing

/// Five publishes of a client within a minute, counted by a correlation; and each topic once an hour.
private func ruleText(topicTitle: String) -> String {
    """
    title: A Publish
    id: 0d1f3a52-6a4c-4b86-9f0e-6a1d7f1c2b01
    name: a_publish
    logsource: {product: earshot, category: mqtt}
    detection: {selection: {mqtt.type: PUBLISH}, condition: selection}
    level: low
    ---
    title: Five Publishes
    id: 0d1f3a52-6a4c-4b86-9f0e-6a1d7f1c2b02
    correlation:
        type: event_count
        rules: [a_publish]
        group-by: [client.ip]
        timespan: 60s
        condition: {gte: 5}
    level: high
    ---
    title: \(topicTitle)
    id: 0d1f3a52-6a4c-4b86-9f0e-6a1d7f1c2b03
    logsource: {product: earshot, category: mqtt}
    detection: {selection: {mqtt.topic|cased: x}, condition: selection}
    level: low
    earshot:
        suppress: {by: [mqtt.topic], for: 1h}
    """
}

/// A pipeline that is fed frames by hand, a second apart.
private struct LivePipeline: ~Copyable {
    var pipeline: Pipeline
    let writer: AlertWriter
    private var number: UInt64 = 0
    /// When the first frame comes, in seconds since 1970.
    private let start: Int64

    init(_ folder: borrowing Folder, _ rules: RuleSet, start: Int64 = 1_795_000_000) throws {
        self.start = start
        var settings = Settings(environment: [:])
        settings.database = folder.path + "/a.db"
        writer = try AlertWriter(path: settings.database)
        writer.setRules(rules.records)
        pipeline = Pipeline(settings: settings, rules: rules, writer: writer, resumesRows: true)
    }

    mutating func begin() throws { _ = try pipeline.begin(source: "test", digest: nil, again: true) }

    mutating func feed(_ frames: [[UInt8]]) {
        for frame in frames {
            number += 1
            let time = Timestamp(seconds: start + Int64(number), nanoseconds: 0)
            pipeline.worker.process(
                FrameHeader(timestamp: time, number: number, originalLength: frame.count, linkType: .ethernet),
                frame.span.bytes)
        }
    }

    mutating func end() -> RunStatistics {
        let statistics = pipeline.end(.finished, drops: CaptureDrops())
        writer.close()
        return statistics
    }
}

/// A window and a suppression that span the change go on; the texts that fired later are stored with what they fired.
@Test("Windows and suppressions outlive a reload") func windowsAndSuppressionsOutliveAReload() throws {
    let folder = try Folder()
    let file = try folder.write("a.yml", ruleText(topicTitle: "A Topic Before"))
    let before = try RuleSet.load([file])
    #expect(before.diagnostics.isEmpty, "\(before.diagnostics.map { before.render($0) })")
    var live = try LivePipeline(folder, before)
    try live.begin()
    var connection = Connection()
    live.feed(connection.handshake() + [connection.client(MQTT.connect("a") + MQTT.publish("x", [1]))])
    live.feed([connection.client(MQTT.publish("x", [2]))])
    _ = try folder.write("a.yml", ruleText(topicTitle: "A Topic After"))
    let after = try RuleSet.load([file])
    live.pipeline.take(.loaded(after))
    live.pipeline.take(.failed)
    for value in [3, 4, 5] as [UInt8] { live.feed([connection.client(MQTT.publish("x", [value]))]) }
    live.feed([connection.client(MQTT.publish("x", [6])), connection.client(MQTT.publish("z", [7]))])
    let statistics = live.end()
    #expect(statistics.reloads == 1)
    #expect(statistics.reloadsFailed == 1)
    #expect(statistics.rulesDigests == [after.digest])
    let reader = try AlertReader(path: folder.path + "/a.db")
    let stored = try reader.last(10)
    #expect(
        stored.map { "\($0.alert.ruleTitle) x\($0.alert.count)" }.sorted() == [
            "A Topic Before x6", "Five Publishes x3",
        ])
    #expect(try reader.runs(limit: 2).map(\.start.rulesDigest) == [before.digest], "that of the beginning")
}

/// Whoever asks while rules are being loaded gets those that are on disk afterwards.
@Test("Asking twice") func askingTwice() throws {
    let wanted = Mutex([true, false, true])
    let loads = Atomic<Int>(0)
    let reloader = RuleReloader(isWanted: { wanted.withLock { $0.isEmpty ? false : $0.removeFirst() } }) {
        loads.add(1, ordering: .relaxed)
        usleep(50_000)
        return .failed
    }
    var outcomes = 0
    let end = ContinuousClock.now + .seconds(20)
    while outcomes < 2, ContinuousClock.now < end {
        if reloader.poll() != nil { outcomes += 1 }
        usleep(5000)
    }
    #expect(outcomes == 2)
    #expect(loads.load(ordering: .relaxed) == 2)
    #expect(reloader.poll() == nil)
}

/// A row that is open when the sensor stops is added to by the next run, a risen one from where it stands; of a rule that
/// counts repetitions in another way it is not.
@Test("Alert rows outlive a restart") func alertRowsOutliveARestart() throws {
    let folder = try Folder()
    func rules(_ length: String) throws -> RuleSet {
        let file = try folder.write(
            "a.yml",
            """
            title: Asked
            id: 0d1f3a52-6a4c-4b86-9f0e-6a1d7f1c2b04
            logsource: {product: earshot, category: mqtt}
            detection:
                x: {mqtt.topic|cased: x}
                z: {mqtt.topic|cased: z}
                condition: x or z
            level: low
            earshot:
                suppress: {by: [server.ip], for: \(length)}
                distinct: [mqtt.topic]
                escalate: [{condition: z, level: high, title: Got}]
            """)
        return try RuleSet.load([file])
    }
    let now = Int64(Date().timeIntervalSince1970)
    func run(_ rules: RuleSet, _ topics: [String], at start: Int64) throws {
        var live = try LivePipeline(folder, rules, start: start)
        try live.begin()
        var connection = Connection()
        live.feed(connection.handshake() + [connection.client(MQTT.connect("a"))])
        for topic in topics { live.feed([connection.client(MQTT.publish(topic, [1]))]) }
        _ = live.end()
    }
    try run(rules("1h"), ["x", "z", "x"], at: now - 600)
    try run(rules("1h"), ["x", "x"], at: now - 300)
    let reader = try AlertReader(path: folder.path + "/a.db")
    func stored() throws -> [String] {
        try reader.last(10).map {
            "\($0.id) \($0.alert.level) \($0.alert.ruleTitle) x\($0.alert.count) of \($0.alert.tally?.distinct ?? 0)"
        }.sorted()
    }
    #expect(try stored() == ["1 high Got x5 of 2"])
    try run(rules("2h"), ["x"], at: now - 100)
    #expect(try stored() == ["1 high Got x5 of 2", "2 low Asked x1 of 1"])
    // Its time is over an hour after it began.
    try run(rules("1h"), ["x"], at: now + 3100)
    #expect(try stored() == ["1 high Got x5 of 2", "2 low Asked x1 of 1", "3 low Asked x1 of 1"])
}

/// What one run after the other saw of one row: a value that came before is not new, one that did not is added.
@Test("The different values of a row are counted over restarts") func valuesOutliveARestart() throws {
    let folder = try Folder()
    let file = try folder.write(
        "a.yml",
        """
        title: Asked
        id: 0d1f3a52-6a4c-4b86-9f0e-6a1d7f1c2b05
        logsource: {product: earshot, category: mqtt}
        detection:
            x: {mqtt.type: PUBLISH}
            condition: x
        level: low
        earshot:
            suppress: {by: [server.ip], for: 1h}
            distinct: [mqtt.topic]
        """)
    let rules = try RuleSet.load([file])
    var start = Int64(Date().timeIntervalSince1970) - 3000
    func run(_ topics: ClosedRange<Int>) throws -> String {
        var live = try LivePipeline(folder, rules, start: start)
        try live.begin()
        var connection = Connection()
        live.feed(connection.handshake() + [connection.client(MQTT.connect("a"))])
        for topic in topics { live.feed([connection.client(MQTT.publish("t/\(topic)", [1]))]) }
        _ = live.end()
        start += 200
        let rows = try AlertReader(path: folder.path + "/a.db").last(10)
        #expect(rows.count == 1)
        return rows.first?.alert.tally?.text?.components(separatedBy: ", ").first ?? ""
    }
    #expect(try run(1...6) == "6 topics")
    #expect(try run(7...12) == "12 topics")
    #expect(try run(5...14) == "14 topics")
    #expect(try run(1...14) == "14 topics")
    // Beyond what the store keeps, those that it has are a sample of all.
    #expect(try run(15...114) == "114 topics")
    #expect(try run(1...114) == "about 114 topics")
    #expect(try run(201...230) == "about 144 topics")
}
