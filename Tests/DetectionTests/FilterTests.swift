import Detection
import Events
import Sigma
import Testing

/// Filters and lists of a site. pySigma joins a rule and its filters by `and` (sigma/filters.py, 1.5.1).
@Suite struct FilterTests {
    private let rules = """
        title: Wildcard
        id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0001
        name: wildcard
        level: low
        logsource: {product: earshot, category: mqtt}
        detection:
          s: {mqtt.type: SUBSCRIBE}
          condition: s
        ---
        title: Publish
        id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0002
        level: low
        logsource: {product: earshot, category: mqtt}
        detection:
          s: {mqtt.type: PUBLISH}
          condition: s

        """

    private func filter(_ rules: String, category: String = "mqtt", _ body: String) -> String {
        """
        ---
        title: Known monitors
        logsource: {product: earshot, category: \(category)}
        filter:
          rules: \(rules)
          \(body)

        """
    }

    private func hits(_ box: DetectionEngineBox, _ type: String, _ client: String) -> Int {
        box.evaluate(FakeEvent(.mqtt, 0, ["mqtt.type": [.text(type)], "mqtt.clientid": [.text(client)]]))
        return box.engine.hits.count
    }

    @Test(
        "a filter applies to the rules that it names",
        arguments: ["wildcard", "[5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0001]", "[wildcard]"])
    func aFilterIsOnTheRulesThatItNames(_ target: String) {
        let text = filter(target, "known: {mqtt.clientid|re: '^(?i:telegraf|grafana)$'}\n  condition: not known")
        let box = DetectionEngineBox(read(rules + text))
        #expect(box.diagnostics.isEmpty)
        #expect(hits(box, "SUBSCRIBE", "eve") == 1)
        #expect(hits(box, "SUBSCRIBE", "Telegraf") == 0)
        #expect(hits(box, "PUBLISH", "telegraf") == 1)
        #expect(box.engine.rules.rules[0].filters.count == 1)
    }

    @Test("rules: any applies a filter to all rules of its logsource") func anyIsAllRulesOfTheLogsource() {
        let text = filter("any", "a: {mqtt.clientid: x}\n  b: {mqtt.clientid: y}\n  condition: not 1 of them")
        let box = DetectionEngineBox(read(rules + text))
        #expect(hits(box, "SUBSCRIBE", "x") == 0)
        #expect(hits(box, "PUBLISH", "y") == 0)
        #expect(hits(box, "PUBLISH", "z") == 1)
    }

    @Test(
        "a filter that applies to no rule is reported",
        arguments: [
            ("any", "coap", "unused-filter"), ("[wildcard]", "coap", "filter-mismatch unused-filter"),
            ("[wildcrad]", "mqtt", "unknown-rule unused-filter"),
        ])
    func aFilterThatIsOnNothingIsNamed(_ target: String, _ category: String, _ codes: String) {
        let field = category == "coap" ? "coap.code" : "mqtt.clientid|cased"
        let text = filter(target, category: category, "a: {\(field): x}\n  condition: not a")
        let box = DetectionEngineBox(read(rules + text))
        #expect(box.diagnostics.map(\.code) == codes.split(separator: " ").map(String.init))
        #expect(box.diagnostics.allSatisfy { $0.severity == .warning })
        #expect(hits(box, "SUBSCRIBE", "x") == 1)
    }

    @Test("a filter with an error is left out and reported") func aFilterWithAnErrorIsLeftOutAndNamed() {
        let text = filter("any", "a: {mqtt.client: x}\n  condition: not a")
        let box = DetectionEngineBox(read(rules + text))
        #expect(box.diagnostics.map { "\($0.code) \($0.severity)" } == ["unknown-field error"])
        #expect(hits(box, "SUBSCRIBE", "x") == 1)
    }

    private let lists = Placeholders([
        "home_networks": ["10.0.0.0/8", "fe80::/10", "192.0.2.7"], "monitors": ["grafana", "probe-*"],
        "ports": ["1883"],
        "nobody": [],
    ])

    @Test("%placeholders% expand to the members of their list") func listsStandForTheirMembers() {
        let box = DetectionEngineBox(
            [
                rule("home", "mqtt", [[test("source.ip|expand", ["%home_networks%"])]]),
                rule("away", "mqtt", [[test("source.ip|cidr|expand|neq", ["%home_networks%"])]]),
                rule("known", "mqtt", [[test("mqtt.clientid|expand|cased", ["%monitors%"])]]),
                rule("port", "mqtt", [[test("destination.port|expand", ["%ports%"])]]),
                rule("none", "mqtt", [[test("mqtt.clientid|expand", ["%nobody%"])]]),
                rule("not", "mqtt", [[test("mqtt.clientid|expand|neq", ["%nobody%"])]]),
            ], placeholders: Placeholders(lists.lists.merging(["home_networks": ["10.0.0.0/8", "fe80::/10"]]) { $1 }))
        #expect(box.diagnostics.map(\.code) == ["unreachable-rule"], "the list without members")
        func matched(_ client: String, _ from: String) -> [String] {
            box.evaluate(FakeEvent(.mqtt, 0, ["mqtt.clientid": [.text(client)]]), context(from: from))
            return box.engine.hits.map { box.engine.rules.rules[$0.rule].id }
        }
        #expect(matched("probe-7", "10.1.2.3") == ["home", "known", "port", "not"])
        #expect(matched("eve", "192.0.2.8") == ["away", "port", "not"])
        #expect(matched("grafana", "fe80::1") == ["home", "known", "port", "not"])
    }

    @Test("An unknown list is an error") func anUnknownListIsAnError() {
        let box = DetectionEngineBox(
            [rule("home", "mqtt", [[test("source.ip|expand", ["%home_network%"])]])], placeholders: lists)
        #expect(box.diagnostics.map(\.code) == ["unknown-list"])
        #expect(box.diagnostics.first?.hint == "did you mean %home_networks%?")
        #expect(box.engine.rules.rules.isEmpty)
    }
}
