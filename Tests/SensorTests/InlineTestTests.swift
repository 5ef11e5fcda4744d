import Detection
import Foundation
import Sensor
import Testing

/// A rule with tests of its own.
private func rules(_ folder: borrowing Folder, category: String = "mqtt", selection: String, tests: [String]) throws
    -> RuleSet
{
    let lines = tests.map { "        - \($0)" }.joined(separator: "\n")
    let file = try folder.write(
        "a.yml",
        """
        title: A Rule With Tests
        id: 0d1f3a52-6a4c-4b86-9f0e-6a1d7f1c2b3a
        logsource: {product: earshot, category: \(category)}
        detection:
            selection: \(selection)
            condition: selection
        level: low
        earshot:
            tests:
        \(lines)

        """)
    let rules = try RuleSet.load([file])
    #expect(rules.diagnostics.isEmpty, "\(rules.diagnostics.map { rules.render($0) })")
    return rules
}

/// Written by hand: SUBSCRIBE to `#` (MQTT 3.1.1, 3.8), CONNECT of client "a", CONNACK, PINGREQ.
private let subscribe = "8206000100012300"
private let connect = "100d00044d5154540402003c000161"
/// `PROXY TCP4 192.0.2.7 10.0.0.2 50000 1883`.
private let proxyHeader =
    "50524f58592054435034203139322e302e322e372031302e302e302e3220353030303020313838330d0a"

/// The number of alerts that a test expects is what it gets; one that expects another number fails.
@Test(
    "MQTT messages",
    arguments: [
        ("{mqtt.filter.wildcard: all}", "{messages: ['> \(subscribe)'], alerts: 1}", true),
        ("{mqtt.filter.wildcard: all}", "{messages: ['> \(subscribe)'], alerts: 0}", false),
        (
            "{mqtt.filter.wildcard: all}", "{messages: ['> \(subscribe)', '> +1m 82 06 00 02 00 01 23 00'], alerts: 2}",
            true
        ),
        ("{mqtt.clientid|cased: a}", "{messages: ['> \(connect)', '< 20020000', '> c000'], alerts: 3}", true),
        ("{mqtt.session.accepted: true}", "{messages: ['> \(connect)', '< 20020000', '> c000'], alerts: 2}", true),
        ("{mqtt.session.idle|gte: 60000}", "{messages: ['> \(connect)', '> +60s c000'], alerts: 1}", true),
        ("{mqtt.session.idle|gte: 60000}", "{messages: ['> \(connect)', '> +59900ms c000'], alerts: 0}", true),
        ("{client.ip: 10.0.0.2}", "{messages: ['> \(connect)', '2> \(connect)', '2> c000'], alerts: 2}", true),
        (
            "{client.ip: 203.0.113.8}", "{messages: ['> \(connect)', '2> \(connect)'], client: 203.0.113.7, alerts: 1}",
            true
        ),
        ("{server.ip: 192.0.2.1}", "{messages: ['> \(connect)'], server: 192.0.2.1, alerts: 1}", true),
        (
            "{network.protocol: proxy-protocol, network.proxied_ip|cidr: 192.0.2.0/24}",
            "{messages: ['> \(proxyHeader)', '> \(connect)'], alerts: 1}", true
        ),
        ("{client.ip: 192.0.2.7}", "{messages: ['> \(proxyHeader)', '> \(connect)'], alerts: 0}", true),
        ("{network.direction: to_client}", "{messages: ['> \(connect)', '< 20020000'], alerts: 1}", true),
    ])
func mqttMessages(selection: String, test: String, passes: Bool) throws {
    let folder = try Folder()
    let rules = try rules(folder, selection: selection, tests: [test])
    let outcomes = RuleTests(rules, captures: folder.path, settings: Settings(environment: [:])).run()
    #expect(outcomes.map(\.passed) == [passes], "\(outcomes)")
    #expect(outcomes.first?.place.hasSuffix("a.yml:10:11") == true, "\(outcomes.first?.place ?? "")")
}

/// Confirmable GET /time and its answer, after RFC 7252, 3; a long message takes several segments.
@Test("Other messages") func otherMessages() throws {
    let folder = try Folder()
    let get = "410112347ab474696d65"
    let coap = try rules(
        folder, category: "coap", selection: "{coap.uri_path: /time}",
        tests: ["{messages: ['> \(get)', '< 614512347aff3132'], alerts: 1}", "{messages: ['> 40011234'], alerts: 0}"])
    let tests = RuleTests(coap, captures: folder.path, settings: Settings(environment: [:]))
    #expect(tests.run().map(\.passed) == [true, true])
    #expect(tests.incomplete.isEmpty)
    // 4,000 bytes of payload: remaining length 4003 (MQTT 3.1.1, 2.2.3).
    let long = "30a31f000161" + String(repeating: "41", count: 4000)
    let mqtt = try rules(
        folder, selection: "{mqtt.msg.bytes: 4000}", tests: ["{messages: ['> \(connect)', '> \(long)'], alerts: 1}"])
    let long1 = RuleTests(mqtt, captures: folder.path, settings: Settings(environment: [:]))
    #expect(long1.run().map(\.passed) == [true])
    #expect(long1.incomplete.map(\.title) == ["A Rule With Tests"])
}

/// Events as `earshot decode` prints them: their category is the rule's, a list and a number are what they are.
@Test(
    "Events",
    arguments: [
        ("sensor", "{sensor.sign: drops, sensor.share|gte: 3}", #"{"sensor.sign":"drops","sensor.share":3}"#, 1),
        ("sensor", "{sensor.sign: drops, sensor.share|gte: 3}", #"{"sensor.sign":"drops","sensor.share":2.5}"#, 0),
        ("sensor", "{sensor.interface: eth1}", #"{"sensor.sign":"drops","sensor.interface":"eth1"}"#, 1),
        ("sensor", "{server.ip|cidr: 10.0.0.0/8}", #"{"sensor.sign":"drops","server.ip":"10.0.0.5"}"#, 1),
        // What went over no wire has no ends.
        ("sensor", "{server.ip: null, client.ip: null}", #"{"sensor.sign":"drops"}"#, 1),
        (
            "network", "{network.doubt: checksum}",
            #"{"network.anomaly":["forged_reset"],"network.doubt":["hop_limit","checksum"]}"#, 1
        ),
        ("mqtt", "{mqtt.topic|cased: a}", #"{"mqtt.type":"PUBLISH","mqtt.topic":"a","client.ip":"10.0.0.9"}"#, 1),
    ])
func events(category: String, selection: String, event: String, alerts: Int) throws {
    let folder = try Folder()
    let rules = try rules(
        folder, category: category, selection: selection, tests: ["{events: ['\(event)'], alerts: \(alerts)}"])
    let outcomes = RuleTests(rules, captures: folder.path, settings: Settings(environment: [:])).run()
    #expect(outcomes.map(\.passed) == [true], "\(outcomes)")
    #expect(outcomes.first?.subject == "1 event")
}

@Test("An event that is none fails the test") func wrongEvent() throws {
    let folder = try Folder()
    let rules = try rules(
        folder, category: "sensor", selection: "{sensor.sign: drops}",
        tests: [#"{events: ['{"sensor.sing":"drops"}'], alerts: 0}"#])
    let outcome = try #require(
        RuleTests(rules, captures: folder.path, settings: Settings(environment: [:])).run().first)
    #expect(!outcome.passed)
    #expect(outcome.error?.hasPrefix("event 1: ") == true, "\(outcome)")
}
