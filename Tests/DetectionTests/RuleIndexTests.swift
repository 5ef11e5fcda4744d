import Bytes
import Events
import Network
import Sigma
import TestSupport
import Testing

@testable import Detection

/// Many rules are found through an index; each must match as it does alone, where there is none.
@Suite struct RuleIndexTests {
    private static let words = ["plant", "office", "state", "set", "root", "admin", "a/b", "grün", "x"]
    private static let topics = ["plant/7/state", "office/set", "PLANT/+/State", "$SYS/broker", "root", "a/b/c", ""]

    private func randomTest(_ random: inout SeededGenerator) -> FieldTest {
        func word() -> String { Self.words.randomElement(using: &random) ?? "x" }
        func value(_ text: String) -> SigmaValue { .string(SigmaString(text)) }
        let text = ["mqtt.topic", "mqtt.clientid", "mqtt.msg"].randomElement(using: &random) ?? "mqtt.msg"
        switch Int.random(in: 0..<14, using: &random) {
        case 0: return test("\(text)|contains", [value(word())])
        case 1: return test("\(text)|startswith|cased", [value(word())])
        case 2: return test("\(text)|endswith", [value(word()), value(word())])
        case 3: return test(text, [value(word())])
        case 4: return test(text, [value("*\(word())?\(word())*")])
        case 5: return test("\(text)|re", [value("^\(word()).*[0-9]")])
        case 6: return test("mqtt.qos", [.int(Int64.random(in: 0...2, using: &random))])
        case 7: return test("source.ip", [value("10.0.0.\(Int.random(in: 1...6, using: &random))")])
        case 8:
            return test(
                "mqtt.topic|topicfilter",
                [value(["plant/+/state", "#", "$SYS/#", "office/#"].randomElement(using: &random) ?? "#")])
        case 9: return test("mqtt.reason_code|gte", [.int(Int64.random(in: 0...200, using: &random))])
        case 10: return test("\(text)|exists", [.bool(Bool.random(using: &random))])
        case 11: return test("\(text)|contains|all", [value(word()), value(word())])
        case 12: return test("\(text)|neq", [value(word())])
        default: return test("source.ip|cidr", [value("10.0.0.0/30")])
        }
    }

    private func randomEvent(_ random: inout SeededGenerator) -> ([String: [FakeValue]], String) {
        func text() -> FakeValue {
            let words = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                Self.words.randomElement(using: &random) ?? ""
            }
            return .text(words.joined(separator: Bool.random(using: &random) ? "/" : "7"))
        }
        var fields: [String: [FakeValue]] = [:]
        fields["mqtt.topic"] = (0..<Int.random(in: 0...2, using: &random)).map { _ in
            .text(Self.topics.randomElement(using: &random) ?? "")
        }
        if Bool.random(using: &random) { fields["mqtt.clientid"] = [text()] }
        if Bool.random(using: &random) { fields["mqtt.msg"] = [text()] }
        if Bool.random(using: &random) { fields["mqtt.qos"] = [.int(Int64.random(in: 0...2, using: &random))] }
        fields["mqtt.reason_code"] = [.int(Int64.random(in: 0...255, using: &random))]
        return (fields, "10.0.0.\(Int.random(in: 1...6, using: &random))")
    }

    @Test("many rules with an index match as each does alone") func manyRulesMatchAsTheyDoAlone() {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let documents = (0..<150).map { number in
            let tests = (0..<Int.random(in: 1...3, using: &random)).map { _ in [randomTest(&random)] }
            let parts = tests.indices.map { Condition.selection($0) }
            let joined: Condition = Bool.random(using: &random) ? .and(parts) : .or(parts)
            return rule(
                "rule \(number)", "mqtt", tests,
                condition: Int.random(in: 0..<8, using: &random) == 0 ? .not(joined) : joined)
        }
        let all = DetectionEngineBox(documents)
        #expect(!all.engine.rules.index.buckets.isEmpty, "seed \(seed)")
        let alone = documents.map { DetectionEngineBox([$0]) }
        #expect(alone.allSatisfy { $0.engine.rules.index.buckets.isEmpty }, "seed \(seed)")
        for step in 0..<250 {
            let (fields, source) = randomEvent(&random)
            all.evaluate(FakeEvent(.mqtt, 0, fields), context(from: source))
            let found = all.engine.hits.map { all.engine.rules.rules[$0.rule].id }
            let wanted = alone.flatMap { box in
                box.evaluate(FakeEvent(.mqtt, 0, fields), context(from: source))
                return box.engine.hits.map { box.engine.rules.rules[$0.rule].id }
            }
            #expect(found == wanted, "seed \(seed), step \(step), \(fields)")
            if found != wanted { return }
        }
    }

    @Test("an event that holds the keys of 1,500 rules matches all of them")
    func moreMatchesThanCanBeToldAreAllLookedAt() {
        let documents = (0..<1500).map { number in
            rule("rule \(number)", "mqtt", [[test("mqtt.msg|contains", [.string(SigmaString("word\(number)x"))])]])
        }
        let box = DetectionEngineBox(documents)
        box.evaluate(FakeEvent(.mqtt, 0, ["mqtt.msg": [.text((0..<1500).map { "word\($0)x" }.joined())]]))
        #expect(box.engine.hits.map(\.rule) == Array(0..<1500))
        box.evaluate(FakeEvent(.mqtt, 0, ["mqtt.msg": ["word3x and word1499x"]]))
        #expect(box.engine.hits.map(\.rule) == [3, 1499])
    }

    /// What is cheap to look through is not searched beforehand.
    @Test(
        "an index is built only where it pays",
        arguments: [
            ("contains", 31, false), ("contains", 32, true), ("startswith", 64, false), ("startswith", 65, true),
        ])
    func anIndexIsMadeWhereItIsWorthIt(_ modifier: String, _ count: Int, _ expected: Bool) {
        let box = DetectionEngineBox(
            (0..<count).map { number in
                rule("\(number)", "mqtt", [[test("mqtt.msg|\(modifier)", [.string(SigmaString("word\(number)x"))])]])
            })
        #expect(!box.engine.rules.index.buckets.isEmpty == expected)
        box.evaluate(FakeEvent(.mqtt, 0, ["mqtt.msg": ["word7x"]]))
        #expect(box.engine.hits.map(\.rule) == [7])
    }

    @Test("the key of a rule is a text that every match must contain") func keysAreWhatARuleCannotDoWithout() {
        let box = DetectionEngineBox([
            rule("r", "mqtt", [[test("mqtt.msg|contains", ["long enough"]), test("mqtt.qos|gte", [1])]]),
            rule("s", "mqtt", [[test("mqtt.clientid", ["eve", "bob"])]]),
            rule("n", "mqtt", [[test("mqtt.clientid|neq", ["eve"])]]),
            rule("t", "mqtt", [[test("mqtt.topic|topicfilter", ["plant/+/state"])]]),
        ])
        let rules = box.engine.rules
        let finder = KeyFinder(pool: rules.pool)
        let conditions = rules.pool.checks.indices.map { Expression.check($0) }
        #expect(finder.keys(of: .all(conditions)) != nil)
        #expect(finder.keys(of: .not(conditions[0])) == nil)
        #expect(finder.keys(of: .constant(true)) == nil)
        #expect(finder.keys(of: .any([.constant(true), conditions[0]])) == nil)
    }
}
