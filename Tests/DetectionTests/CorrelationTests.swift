import Detection
import Events
import Sigma
import Testing

/// Windows are closed at both ends, an event that several rules match counts once, an event without a group is not
/// counted, values and groups compare without case: all as pySigma's SQLite backend (2.1) computes it.
@Suite struct CorrelationTests {
    private static let base = rule("base", "mqtt", [[test("mqtt.type", ["CONNACK"])]], name: "refused")

    private func event(
        _ client: String? = "c", user: String? = nil, codes: [Int64] = [], type: String = "CONNACK"
    ) -> FakeEvent {
        FakeEvent(
            .mqtt, 2,
            [
                "mqtt.type": [.text(type)], "mqtt.clientid": client.map { [.text($0)] } ?? [],
                "mqtt.username": user.map { [.text($0)] } ?? [], "mqtt.reason_code": codes.map { .int($0) },
            ])
    }

    @Test("Counts events in the window") func countsEventsInTheWindow() {
        let box = DetectionEngineBox([
            Self.base,
            correlation("c", .eventCount, of: ["refused"], by: ["mqtt.clientid"], seconds: 10, [.init(.gte, 3)]),
        ])
        // seconds, client, the count where there is a hit
        let rows: [(Int64, String?, Int64?)] = [
            (0, "a", nil), (5, "a", nil), (5, "b", nil), (10, "A", 3), (11, "a", 3), (16, "a", 3), (27, "a", nil),
            (27, nil, nil), (27, nil, nil), (27, nil, nil),
        ]
        for (seconds, client, count) in rows {
            box.evaluate(event(client), context(at: seconds))
            #expect(box.engine.hits.first?.matched == count, "at \(seconds)")
            #expect(box.engine.hits.allSatisfy { $0.rule == 1 })
        }
        #expect(box.engine.matchesByRule == [10, 3])
        #expect(box.engine.counters.eventsWithoutGroup == 3)
    }

    @Test("Further matches add to the same alert for the timespan") func furtherMatchesAddToTheSameAlertForTheTimespan()
    {
        let box = DetectionEngineBox([
            Self.base,
            correlation("c", .eventCount, of: ["base"], by: ["mqtt.clientid"], seconds: 10, [.init(.gte, 2)]),
        ])
        var seen: [String] = []
        for second in Int64(0)...12 {
            box.evaluate(event("a"), context(at: second))
            seen += box.engine.hits.map { "\(second):\($0.alert)\($0.isNew ? "*" : "")x\($0.count)" }
        }
        #expect(
            seen == [
                "1:1*x1", "2:1x2", "3:1x3", "4:1x4", "5:1x5", "6:1x6", "7:1x7", "8:1x8", "9:1x9", "10:1x10", "11:2*x1",
                "12:2x2",
            ])
    }

    @Test("rules of a correlation raise alerts only with generate: true") func onlyGenerateLetsTheRulesAlertThemselves()
    {
        for generate in [false, true] {
            let box = DetectionEngineBox([
                Self.base,
                correlation(
                    "c", .eventCount, of: ["refused"], by: [], seconds: 10, [.init(.gte, 1)], generate: generate),
            ])
            box.evaluate(event())
            #expect(box.engine.hits.map(\.rule) == (generate ? [0, 1] : [1]))
            #expect(box.engine.rules.rules[0].raisesAlerts == generate)
        }
    }

    @Test("an event is counted once for a correlation over several rules") func severalRulesCountAnEventOnce() {
        let box = DetectionEngineBox([
            Self.base, rule("other", "mqtt", [[test("mqtt.clientid", ["x"])]]),
            correlation("c", .eventCount, of: ["base", "other", "refused"], by: [], seconds: 10, [.init(.gte, 3)]),
        ])
        box.evaluate(event("x"))
        box.evaluate(event("x", type: "PUBLISH"))
        #expect(box.engine.hits.isEmpty)
        box.evaluate(event("y"))
        #expect(box.engine.hits.map(\.matched) == [3])
    }

    @Test("Upper bounds and combinations") func upperBoundsAndCombinations() {
        let box = DetectionEngineBox([
            Self.base,
            correlation("lt", .eventCount, of: ["base"], by: [], seconds: 100, [.init(.lt, 3)]),
            correlation("eq", .eventCount, of: ["base"], by: [], seconds: 100, [.init(.eq, 3)]),
            correlation("range", .eventCount, of: ["base"], by: [], seconds: 100, [.init(.gt, 1), .init(.lte, 4)]),
            correlation("neq", .eventCount, of: ["base"], by: [], seconds: 100, [.init(.neq, 2)]),
        ])
        var seen: [[String]] = []
        for second in Int64(0)..<6 {
            box.evaluate(event(), context(at: second))
            seen.append(box.engine.hits.map { box.engine.rules.rules[$0.rule].id })
        }
        #expect(
            seen == [["lt", "neq"], ["lt", "range"], ["eq", "range", "neq"], ["range", "neq"], ["neq"], ["neq"]])
    }

    @Test("Distinct values") func distinctValues() {
        let box = DetectionEngineBox([
            Self.base,
            correlation(
                "c", .valueCount, of: ["base"], by: ["source.ip"], seconds: 10, [.init(.gte, 2)], field: "mqtt.username"
            ),
        ])
        let rows: [(Int64, String?, Int64?)] = [
            (0, "u", nil), (1, "U", nil), (2, nil, nil), (3, "v", 2), (4, nil, 2), (11, "w", 3), (14, "w", nil),
            (24, "x", 2),
        ]
        for (seconds, user, count) in rows {
            box.evaluate(event(user: user), context(at: seconds))
            #expect(box.engine.hits.first?.matched == count, "at \(seconds)")
        }
    }

    /// Of several fields combinations count, where no field of them is absent.
    @Test("Distinct combinations") func distinctCombinations() {
        let box = DetectionEngineBox([
            Self.base,
            correlation(
                "c", .valueCount, of: ["base"], by: ["source.ip"], seconds: 100,
                [.init(.gte, 2), .init(.lte, 9)],
                fields: ["mqtt.username", "mqtt.clientid"]),
        ])
        let rows: [(String?, String?, Int64?)] = [
            ("u", "a", nil), ("u", "a", nil), ("u", nil, nil), (nil, "b", nil), ("u", "b", 2), ("v", "a", 3),
            ("a", "u", 4), ("v", "a", 4),
        ]
        for (index, (user, client, count)) in rows.enumerated() {
            box.evaluate(event(client, user: user), context(at: Int64(index)))
            #expect(box.engine.hits.first?.matched == count, "\(index)")
        }
    }

    @Test("Sums") func sums() {
        let box = DetectionEngineBox([
            Self.base,
            correlation(
                "c", .valueSum, of: ["base"], by: [], seconds: 10, [.init(.gte, 100)], field: "mqtt.reason_code"),
            correlation(
                "none", .valueSum, of: ["base"], by: [], seconds: 10, [.init(.lt, 5)], field: "mqtt.reason_code"),
        ])
        let rows: [(Int64, [Int64], [Int64])] = [
            // No number in the window is no sum, not a sum of 0.
            (0, [], []), (1, [60], []), (2, [30, 10], [100]), (3, [], [100]), (11, [1], [101]), (12, [-60], [-19]),
            (12, [1], [-18]), (12, [.max], [4_503_599_627_370_478]), (12, [.min, .min], [-4_503_599_627_370_514]),
        ]
        for (index, (seconds, codes, sums)) in rows.enumerated() {
            box.evaluate(event(codes: codes), context(at: seconds))
            #expect(box.engine.hits.map(\.matched) == sums, "row \(index)")
        }
    }

    @Test("Time that steps back") func timeThatStepsBack() {
        let box = DetectionEngineBox([
            Self.base, correlation("c", .eventCount, of: ["base"], by: [], seconds: 10, [.init(.gte, 3)]),
        ])
        func hits(_ seconds: Int64) -> Int {
            box.evaluate(event(), context(at: seconds))
            return box.engine.hits.count
        }
        // A small step counts as no step, a large one begins anew.
        #expect([100, 98, 99].map(hits) == [0, 0, 1])
        #expect([10, 11, 12].map(hits) == [0, 0, 1])
        for extreme in [Int64.max, .min, 0, .min, .max] {
            box.engine.evaluate(
                event(), context(at: 0, nanoseconds: extreme), message: [UInt8]().span.bytes)
        }
    }

    @Test("a full table evicts the group used longest ago") func aFullTablePushesOutTheGroupUsedLongestAgo() {
        var limits = DetectionLimits()
        limits.groups = 2
        let box = DetectionEngineBox(
            [
                Self.base,
                correlation("c", .eventCount, of: ["base"], by: ["mqtt.clientid"], seconds: 10, [.init(.gte, 2)]),
            ],
            limits: limits)
        for client in ["a", "b", "c"] { box.evaluate(event(client), context(at: 0)) }
        #expect(box.engine.counters.groupsEvicted == 1)
        box.evaluate(event("b"), context(at: 1))
        #expect(box.engine.hits.count == 1)
        box.evaluate(event("a"), context(at: 2))
        #expect(box.engine.hits.isEmpty)
        #expect(box.engine.counters.groupsEvicted == 2)
        // A group whose window is over is no loss.
        box.evaluate(event("d"), context(at: 60))
        #expect(box.engine.counters.groupsEvicted == 2)
    }

    @Test("a full pool evicts groups first, then the oldest entries")
    func aFullPoolPushesOutGroupsAndThenTheOldestEntries() {
        var limits = DetectionLimits()
        limits.windowEntries = 4
        let box = DetectionEngineBox(
            [
                Self.base,
                correlation("c", .eventCount, of: ["base"], by: ["mqtt.clientid"], seconds: 10, [.init(.gte, 3)]),
                correlation(
                    "d", .valueCount, of: ["base"], by: ["mqtt.clientid"], seconds: 10, [.init(.gte, 20)],
                    field: "mqtt.username"),
            ],
            limits: limits)
        for round in 0..<50 {
            for client in ["a", "b", "c"] {
                box.evaluate(event(client, user: "\(round % 7)"), context(at: Int64(round)))
            }
        }
        #expect(box.engine.counters.groupsEvicted > 10)
        // The four places are worth three events for a single group that is asked for alone.
        let alone = DetectionEngineBox(
            [Self.base, correlation("c", .eventCount, of: ["base"], by: [], seconds: 10, [.init(.gte, 3)])],
            limits: limits)
        for _ in 0..<3 { alone.evaluate(event()) }
        #expect(alone.engine.hits.count == 1)
    }

    @Test("windows of unchanged rules go on after a reload") func otherRulesGoOnWhereTheOldOnesStopped() throws {
        func compiled(_ seconds: Int64, _ others: [SigmaDocument]) -> CompiledRules {
            RuleCompiler.compile(
                others + [
                    Self.base,
                    correlation(
                        "c", .eventCount, of: ["base"], by: [], seconds: seconds, [.init(.gte, 3)], generate: true),
                    rule(
                        "s", "mqtt", [[test("mqtt.clientid", ["c"])]],
                        suppress: (by: ["mqtt.clientid"], nanoseconds: 100_000_000_000)),
                ], registry: testRegistry
            ).rules
        }
        let nothing: [UInt8] = []
        var engine = DetectionEngine(rules: compiled(10, []))
        for second in Int64(0)..<2 { engine.evaluate(event(), context(at: second), message: nothing.span.bytes) }
        #expect(engine.hits.map(\.alert) == [3, 2])

        engine = DetectionEngine(
            rules: compiled(10, [rule("new", "mqtt", [[test("mqtt.qos", [9])]])]), continuing: engine)
        engine.evaluate(event(), context(at: 2), message: nothing.span.bytes)
        #expect(engine.hits.map { engine.rules.rules[$0.rule].id } == ["base", "s", "c"])
        #expect(engine.hits.map(\.alert) == [4, 2, 5])
        #expect(engine.hits.map(\.count) == [1, 3, 1])
        #expect(engine.counters.events == 3)

        // With another timespan the windows are not the same.
        engine = DetectionEngine(rules: compiled(20, []), continuing: engine)
        engine.evaluate(event(), context(at: 3), message: nothing.span.bytes)
        #expect(engine.hits.map { engine.rules.rules[$0.rule].id } == ["base", "s"])
        #expect(engine.counters.events == 4)
    }
}
