import Detection
import Events
import Sigma
import TestSupport
import Testing

/// Sorting rules by message type makes them cheaper and changes nothing.
@Suite struct BucketTests {
    private static let names = ["CONNECT", "CONNACK", "PUBLISH", "SUBSCRIBE"]
    private static let types = Discriminator(
        category: .mqtt, field: testRegistry.field(named: "mqtt.type")?.id ?? CommonField.category.id,
        codes: Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, UInt8($0 + 1)) }))

    @Test("a rule is evaluated only for message types that it can match") func aRuleIsOnlyTriedWhereItCanMatch() {
        func evaluations(_ tests: [[FieldTest]], _ condition: Condition? = nil, type: UInt8) -> UInt64 {
            let box = DetectionEngineBox([rule("r", "mqtt", tests, condition: condition)], discriminators: [Self.types])
            box.evaluate(FakeEvent(.mqtt, type, [:]))
            box.evaluate(FakeEvent(.coap, type, [:]))
            return box.engine.counters.evaluations
        }
        let connect = [test("mqtt.type", ["connect", "CONNACK"])]
        #expect([1, 2, 3, 4].map { evaluations([connect], type: $0) } == [1, 1, 0, 0])
        // A type without a name may be anything.
        #expect(evaluations([connect], type: 15) == 1)
        #expect([1, 2, 3].map { evaluations([[test("mqtt.type|startswith", ["CONN"])]], type: $0) } == [1, 1, 0])
        #expect([1, 2].map { evaluations([[test("mqtt.type|cased", ["connect"])]], type: $0) } == [0, 0])
        #expect(evaluations([connect], .not(.selection(0)), type: 3) == 1)
        let other = [test("mqtt.qos", [1])]
        #expect(evaluations([connect, other], .or([.selection(0), .selection(1)]), type: 3) == 1)
        #expect(evaluations([connect, other], .and([.selection(0), .selection(1)]), type: 3) == 0)
        // A message whose type has a name has the field.
        #expect(evaluations([[test("mqtt.type", [nil])]], type: 3) == 0)
    }

    @Test("random rules match the same with and without buckets by message type", arguments: 0..<8)
    func resultsAreTheSame(_ run: Int) {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed, run: run)
        let documents = (0..<20).map { number -> SigmaDocument in
            let selections = (0..<3).map { _ in
                [randomTest(&random)] + (Bool.random(using: &random) ? [randomTest(&random)] : [])
            }
            return rule(
                "r\(number)", [nil, "mqtt", "mqtt", "coap"].randomElement(using: &random) ?? nil,
                selections.map { $0 }, condition: randomCondition(3, depth: 3, &random))
        }
        let plain = DetectionEngineBox(documents)
        let sorted = DetectionEngineBox(documents, discriminators: [Self.types])
        #expect(plain.diagnostics.map(\.code) == sorted.diagnostics.map(\.code), "seed \(seed)")
        for step in 0..<300 {
            let type = Int.random(in: 0...4, using: &random)
            let category: EventCategory = Int.random(in: 0..<4, using: &random) == 0 ? .coap : .mqtt
            var fields: [String: [FakeValue]] = [:]
            if category == .mqtt {
                if type > 0 { fields["mqtt.type"] = [.text(Self.names[type - 1])] }
                if Bool.random(using: &random) { fields["mqtt.qos"] = [.int(Int64.random(in: 0...2, using: &random))] }
            }
            let event = FakeEvent(category, UInt8(type), fields)
            plain.evaluate(event)
            sorted.evaluate(event)
            #expect(plain.engine.hits == sorted.engine.hits, "seed \(seed), step \(step)")
            // The same conditions, walked as trees.
            for (place, loaded) in plain.engine.rules.rules.enumerated() {
                guard case .rule(let tree) = documents.first(where: { $0.id == loaded.id }) else { continue }
                let expected = (loaded.category ?? category) == category && naive(tree, fields)
                #expect(
                    plain.engine.hits.contains { $0.rule == place } == expected,
                    "seed \(seed), step \(step), \(loaded.id)")
            }
        }
        #expect(sorted.engine.counters.evaluations <= plain.engine.counters.evaluations, "seed \(seed)")
    }

    private func randomTest(_ random: inout SeededGenerator) -> FieldTest {
        switch Int.random(in: 0..<5, using: &random) {
        case 0, 1:
            let names = Self.names.shuffled(using: &random).prefix(Int.random(in: 1...2, using: &random))
            return test("mqtt.type", names.map { .string(SigmaString($0.lowercased())) })
        case 2: return test("mqtt.type", [nil])
        case 3: return test("mqtt.qos", [.int(Int64.random(in: 0...2, using: &random))])
        default: return test("mqtt.qos|exists", [.bool(Bool.random(using: &random))])
        }
    }

    private func randomCondition(_ selections: Int, depth: Int, _ random: inout SeededGenerator) -> Condition {
        let kind = depth == 0 ? 0 : Int.random(in: 0..<5, using: &random)
        switch kind {
        case 1: return .not(randomCondition(selections, depth: depth - 1, &random))
        case 2, 3:
            let parts = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                randomCondition(selections, depth: depth - 1, &random)
            }
            return kind == 2 ? .and(parts) : .or(parts)
        default: return .selection(Int.random(in: 0..<selections, using: &random))
        }
    }

    private func naive(_ rule: SigmaRule, _ fields: [String: [FakeValue]]) -> Bool {
        func holds(_ test: FieldTest) -> Bool {
            let present = fields[test.field.value]?.first
            return test.values.contains { value in
                switch value.value {
                case .null: return present == nil
                case .bool(let wanted): return (present != nil) == wanted
                case .int(let wanted): return present == .int(wanted)
                case .string(let wanted):
                    guard case .text(let text) = present else { return false }
                    return text.lowercased() == wanted.raw.lowercased()
                case .float: return false
                }
            }
        }
        func holds(_ condition: Condition) -> Bool {
            switch condition {
            case .selection(let index):
                guard case .all(let tests) = rule.selections[index].body else { return false }
                return tests.allSatisfy(holds)
            case .not(let inner): return !holds(inner)
            case .and(let parts): return parts.allSatisfy(holds)
            case .or(let parts): return parts.contains(where: holds)
            }
        }
        return rule.conditions.contains { holds($0.value) }
    }
}

extension SigmaDocument {
    fileprivate var id: String? {
        switch self {
        case .rule(let rule): rule.metadata.id?.value
        case .correlation(let correlation): correlation.metadata.id?.value
        case .filter(let filter): filter.id?.value
        }
    }
}
