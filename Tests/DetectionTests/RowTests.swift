import Detection
import Events
import Network
import Sigma
import Testing

/// What alert rows tell beside their count, how they rise, and how many a rule may begin.
@Suite struct RowTests {
    private static func harvest(_ row: String) -> String {
        """
        title: Asked for Everything
        id: 5f3c6a0e-1111-4a3e-9d7a-2f6b1c9e0001
        logsource: {product: earshot, category: mqtt}
        detection:
            asked: {mqtt.type: SUBSCRIBE}
            granted: {mqtt.type: SUBACK}
            sent: {mqtt.type: PUBLISH}
            outside: {source.ip: 203.0.113.9}
            condition: asked or granted or sent
        level: medium
        earshot:
            summary: '{mqtt.clientid} asked for everything'
            suppress: {by: [server.ip], for: 1h}
        \(row)
        """
    }

    private static let steps = """
            distinct: [mqtt.topic]
            escalate:
                - {condition: granted or sent, level: high, title: Was Granted Everything}
                - condition: (granted or sent) and outside
                  level: critical
                  title: Everything Leaves
                  summary: '{mqtt.clientid} reads everything from outside'
        """

    private func event(_ type: String, topic: String? = nil, client: String = "a") -> FakeEvent {
        FakeEvent(
            .mqtt, 0,
            [
                "mqtt.type": [.text(type)], "mqtt.topic": topic.map { [.text($0)] } ?? [],
                "mqtt.clientid": [.text(client)],
            ])
    }

    @Test("a row rises with its steps and never falls back") func aRowRises() {
        let box = DetectionEngineBox(read(Self.harvest(Self.steps)))
        #expect(box.diagnostics.isEmpty)
        let outside = "203.0.113.9"
        // type, source, step, has risen
        let rows: [(String, String, Int, Bool)] = [
            ("SUBSCRIBE", "10.0.0.5", 0, false), ("SUBACK", "10.0.0.5", 1, true), ("PUBLISH", "10.0.0.5", 1, false),
            ("SUBSCRIBE", outside, 1, false), ("SUBACK", outside, 2, true), ("SUBACK", "10.0.0.5", 2, false),
        ]
        for (index, (type, source, step, hasRisen)) in rows.enumerated() {
            box.evaluate(event(type), context(from: source))
            let hit = box.engine.hits[0]
            #expect((hit.step, hit.hasRisen) == (step, hasRisen), "row \(index)")
            #expect(hit.count == Int64(index + 1))
        }
        let rule = box.engine.rules.rules[0]
        #expect(rule.steps.map(\.level) == [.medium, .high, .critical])
        #expect(rule.steps.map(\.title) == ["Asked for Everything", "Was Granted Everything", "Everything Leaves"])
    }

    @Test("the summary is that of the step") func theSummaryIsThatOfTheStep() {
        let box = DetectionEngineBox(read(Self.harvest(Self.steps)))
        let nothing: [UInt8] = []
        var texts: [String] = []
        for (type, source) in [("SUBSCRIBE", "10.0.0.5"), ("SUBACK", "203.0.113.9")] {
            let event = event(type)
            let context = context(from: source)
            box.engine.evaluate(event, context, message: nothing.span.bytes)
            texts.append(box.engine.summary(of: box.engine.hits[0], event, context, message: nothing.span.bytes))
        }
        #expect(texts == ["a asked for everything", "a reads everything from outside"])
    }

    @Test("different values are counted once, whatever their case, and those that have none are not")
    func differentValuesAreCountedOnce() {
        let box = DetectionEngineBox(read(Self.harvest(Self.steps)))
        // topic, how many, whether it is new
        let rows: [(String?, Int64, Bool)] = [
            (nil, 0, false), ("a", 1, true), ("b", 2, true), ("A", 2, false), ("a", 2, false), (nil, 2, false),
            ("c", 3, true),
        ]
        for (topic, count, isNew) in rows {
            box.evaluate(event("PUBLISH", topic: topic))
            let hit = box.engine.hits[0]
            #expect((hit.values, hit.hasNewValue, hit.isValuesEstimate) == (count, isNew, false), "\(topic ?? "-")")
        }
    }

    @Test("more values than are counted exactly are estimated, to a few in a hundred, and it is said")
    func manyValuesAreEstimated() {
        var limits = DetectionLimits()
        limits.exactValues = 100
        let box = DetectionEngineBox(read(Self.harvest(Self.steps)), limits: limits)
        for number in 1...100 { box.evaluate(event("PUBLISH", topic: "t\(number)")) }
        #expect(box.engine.hits[0].values == 100)
        #expect(!box.engine.hits[0].isValuesEstimate)
        for number in 1...20_000 { box.evaluate(event("PUBLISH", topic: "t\(number)")) }
        // Three times the standard error of 2.3 %.
        #expect(abs(box.engine.hits[0].values - 20_000) < 1400)
        #expect(box.engine.hits[0].isValuesEstimate)
    }

    @Test("values take no more memory than they may: counters become estimates, or stand still and say so")
    func valuesTakeBoundedMemory() {
        var limits = DetectionLimits()
        limits.rowValueBytes = 4096
        let text = Self.harvest(Self.steps).replacing("by: [server.ip]", with: "by: [mqtt.clientid]")
        let box = DetectionEngineBox(read(text), limits: limits)
        let before = box.engine.counters.stateBytes
        for client in 1...40 {
            for number in 1...60 { box.evaluate(event("PUBLISH", topic: "t\(number)", client: "c\(client)")) }
        }
        #expect(box.engine.hits[0].isValuesEstimate)
        #expect(box.engine.hits[0].values <= 70)
        // The rows themselves grow as well.
        #expect(box.engine.counters.stateBytes - before < 4096 + 64 * 400)
    }

    @Test("a rule that is a step of another joins its row") func aRuleJoinsTheRowOfAnother() {
        let text = """
            title: A Login Refused
            id: 5f3c6a0e-1111-4a3e-9d7a-2f6b1c9e0002
            name: refused
            logsource: {product: earshot, category: mqtt}
            detection: {selection: {mqtt.type: CONNACK, mqtt.reason_code: 5}, condition: selection}
            level: informational
            ---
            title: Guessing
            id: 5f3c6a0e-1111-4a3e-9d7a-2f6b1c9e0003
            name: guessing
            correlation: {type: event_count, rules: [refused], group-by: [source.ip], timespan: 60s, condition: {gte: 3}}
            level: medium
            earshot:
                summary: '{source.ip} guesses'
                suppress: {by: [source.ip], for: 1h}
                escalate: [{rule: guessed, level: critical, title: Guessed}]
            ---
            title: A Login Accepted
            id: 5f3c6a0e-1111-4a3e-9d7a-2f6b1c9e0004
            name: accepted
            logsource: {product: earshot, category: mqtt}
            detection: {selection: {mqtt.type: CONNACK, mqtt.reason_code: 0}, condition: selection}
            level: informational
            ---
            title: Accepted After Refusals
            id: 5f3c6a0e-1111-4a3e-9d7a-2f6b1c9e0005
            name: guessed
            correlation:
                type: temporal_ordered
                rules: [guessing, accepted]
                group-by: [source.ip]
                timespan: 60s
                generate: true
            level: high
            earshot:
                summary: '{source.ip} got in'
                suppress: {by: [source.ip], for: 5m}
            """
        let box = DetectionEngineBox(read(text))
        #expect(box.diagnostics.isEmpty)
        let nothing: [UInt8] = []
        func evaluate(_ code: Int64, at seconds: Int64) -> (text: String, hit: Hit)? {
            let event = FakeEvent(.mqtt, 0, ["mqtt.type": ["CONNACK"], "mqtt.reason_code": [.int(code)]])
            let context = context(at: 1000 + seconds)
            box.engine.evaluate(event, context, message: nothing.span.bytes)
            guard let hit = box.engine.hits.last(where: { box.engine.rules.rules[$0.rule].isCorrelation }) else {
                return nil
            }
            return (box.engine.summary(of: hit, event, context, message: nothing.span.bytes), hit)
        }
        #expect(evaluate(5, at: 1) == nil)
        #expect(evaluate(5, at: 2) == nil)
        let guessing = evaluate(5, at: 3)
        #expect(guessing?.text == "10.0.0.5 guesses")
        #expect(guessing?.hit.step == 0)
        let guessed = evaluate(0, at: 4)
        #expect(guessed?.text == "10.0.0.5 got in")
        #expect(guessed?.hit.alert == guessing?.hit.alert)
        #expect(guessed?.hit.hasRisen == true)
        #expect(guessed.map { box.engine.rules.rules[$0.hit.owner].steps[$0.hit.step].title } == "Guessed")
    }

    @Test("a rule that begins too many rows in an hour has the rest folded into one")
    func tooManyRowsAreFolded() {
        let text = Self.harvest("").replacing("by: [server.ip]", with: "by: [mqtt.clientid]")
        let box = DetectionEngineBox(read(text), limits: DetectionLimits())
        var hits: [Hit] = []
        for client in 1...80 {
            box.evaluate(event("SUBSCRIBE", client: "c\(client)"), context(at: 1000 + Int64(client)))
            hits += box.engine.hits
        }
        #expect(hits.count { $0.isNew } == 51)
        #expect(hits.filter { $0.isFolded }.map(\.values) == (1...30).map { Int64($0) })
        #expect(Set(hits.filter { $0.isFolded }.map(\.alert)).count == 1)
        // Those that have a row keep it.
        box.evaluate(event("SUBSCRIBE", client: "c7"), context(at: 1100))
        #expect(box.engine.hits[0].alert == 7)
        #expect(box.engine.hits[0].count == 2)
        // One that was folded is known; a new one is counted.
        box.evaluate(event("SUBSCRIBE", client: "c80"), context(at: 1101))
        #expect(box.engine.hits[0].values == 30)
        // An hour after the first began there is room again.
        box.evaluate(event("SUBSCRIBE", client: "d"), context(at: 1001 + 3600))
        #expect(box.engine.hits[0].isNew)
        #expect(!box.engine.hits[0].isFolded)
    }

    @Test("each rule is folded for itself") func eachRuleIsFoldedForItself() {
        let one = Self.harvest("").replacing("by: [server.ip]", with: "by: [mqtt.clientid]")
        let other = one.replacing("2f6b1c9e0001", with: "2f6b1c9e0009").replacing("title: Asked", with: "title: Wanted")
        let box = DetectionEngineBox(read(one + "\n---\n" + other), limits: DetectionLimits())
        #expect(box.diagnostics.isEmpty)
        for client in 1...60 {
            box.evaluate(event("SUBSCRIBE", client: "c\(client)"), context(at: 1000 + Int64(client)))
        }
        #expect(box.engine.hits.map(\.isFolded) == [true, true])
        #expect(Set(box.engine.hits.map(\.alert)).count == 2)
        #expect(box.engine.hits.map(\.values) == [10, 10])
    }

    @Test("the key of a row comes back from its bytes") func theKeyComesBack() {
        let key = RowKey(high: 0x0102_0304_0506_0708, low: 0xF1F2_F3F4_F5F6_F7F8)
        #expect(key.bytes == [1, 2, 3, 4, 5, 6, 7, 8, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8])
        #expect(RowKey(bytes: key.bytes) == key)
        #expect(RowKey(bytes: Array(key.bytes.dropLast())) == nil)
    }

    @Test("rows of an earlier run go on, with what they had come to") func rowsOfAnEarlierRunGoOn() {
        let documents = read(Self.harvest(Self.steps))
        let first = DetectionEngineBox(documents, seed: 7)
        first.evaluate(event("SUBACK", topic: "a"), context(at: 1000))
        let hit = first.engine.hits[0]
        let row = OpenRow(
            key: hit.key, alert: 99, ruleID: first.engine.rules.rules[0].id, level: "high", begin: hit.earliest,
            latest: hit.latest, count: 5)
        let second = DetectionEngineBox(documents, seed: 7)
        second.engine.restore([row])
        second.evaluate(event("PUBLISH", topic: "b"), context(at: 1010))
        let next = second.engine.hits[0]
        #expect((next.alert, next.isNew, next.count, next.step, next.hasRisen) == (99, false, 6, 1, false))
        // The different values of this run are counted; those of the earlier one are for whoever stores rows.
        #expect(next.values == 1)
        #expect(!next.isValuesEstimate)
        // Its time is over an hour after it began.
        second.evaluate(event("PUBLISH", topic: "b"), context(at: 1000 + 3600))
        #expect(second.engine.hits[0].isNew)
        #expect(second.engine.hits[0].alert == 1)
    }

    @Test(
        "what cannot be a row or a step is said, with its line",
        arguments: [
            ("    escalate: [{condition: granted, level: low}]", "bad-step"),
            ("    escalate: [{rule: nobody, level: high}]", "unknown-rule"),
            ("    distinct: [mqtt.topicc]", "unknown-field"),
            ("    bytes: mqtt.topic", "type-mismatch"),
        ])
    func whatCannotBeARowIsSaid(row: String, code: String) {
        let box = DetectionEngineBox(read(Self.harvest(row)))
        #expect(box.diagnostics.map(\.code) == [code])
        #expect(box.diagnostics.allSatisfy { $0.position != nil })
    }

    @Test(
        "what is spelled wrongly in a step is said when it is read",
        arguments: [
            ("    escalate: {level: high}", "wrong-type"),
            ("    escalate: [{level: high}]", "missing-key"),
            ("    escalate: [{condition: grantedd, level: high}]", "unknown-selection"),
            ("    escalate: [{condition: granted, rule: x, level: high}]", "missing-key"),
            ("    escalate: [{condition: granted, level: critical}, {condition: sent, level: high}]", "modifier-order"),
            ("    escalate: [{condition: granted}]", "missing-key"),
        ])
    func whatIsSpelledWronglyIsSaid(row: String, code: String) {
        let (_, diagnostics) = SigmaReader.read(text: Self.harvest(row), file: "test.yml")
        #expect(diagnostics.filter { $0.severity == .error }.map(\.code) == [code])
    }
}
