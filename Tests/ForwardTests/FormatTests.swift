import Alerts
import Foundation
import Testing

@testable import Forward

/// Texts that an attacker may have a client called, or put into a topic.
private let hostileTexts = [
    "a\nb", "a\r\nb", "a|b", "a=b", "a\\", "\"]", "]", "\\\"", "\u{0}", "\u{1B}[31m", "\u{202E}x", "\u{2028}x",
    "\u{FEFF}x",
    "<@U1> <!channel>", "@all", "`x`", "%s%n", "${jndi:ldap://x}", "{{7*7}}", String(repeating: "x", count: 70_000),
    String(repeating: "é", count: 5000), "\u{85}", "a\tb", "CEF:0|x|y|", "<34>1 - - - - - -",
]

private func hostile(_ text: String) -> ForwardRecord {
    var alert = sampleAlert(1, event: "{}")
    alert.clientID = text
    alert.summary = text
    alert.ruleTitle = text
    alert.groupKey = text
    return sampleRecord(alert)
}

@Suite struct FormatTests {
    private func writer(_ format: RecordFormat, limit: Int? = nil) -> RecordWriter {
        RecordWriter(
            TargetSettings(.file) { target in
                target.format = format
                target.maxMessage = limit
            })
    }

    @Test("JSON stays one line and one object, whatever the network sent", arguments: hostileTexts)
    func json(_ text: String) throws {
        for format in [RecordFormat.eve, .ecs, .ocsf] {
            let line = try #require(writer(format).line(hostile(text)))
            #expect(!line.utf8.contains { $0 < 0x20 })
            _ = try object(line)
        }
    }

    @Test("CEF escapes what parts its fields", arguments: hostileTexts)
    func cef(_ text: String) throws {
        let line = try #require(writer(.cef, limit: 8000).line(hostile(text)))
        #expect(!line.contains { $0.isNewline })
        // Seven bars that are not escaped part the head; the values may hold others.
        let bytes = Array(line.utf8)
        let bars = bytes.indices.filter { index in
            bytes[index] == UInt8(ascii: "|")
                && bytes[..<index].reversed().prefix { $0 == UInt8(ascii: "\\") }.count % 2 == 0
        }
        #expect(bars.count >= 7)
        let head = String(decoding: bytes[..<bars[6]], as: UTF8.self)
        #expect(head.hasPrefix("CEF:0|Earshot|Earshot|1|rule-1|"))
        #expect(head.hasSuffix("|5"))
        #expect(line.contains("|externalId=store:7:9:abc dvchost=sensor-1 "))
    }

    @Test("a syslog message has all its ids, whatever is cut", arguments: hostileTexts)
    func syslog(_ text: String) throws {
        let settings = TargetSettings(.syslog) { target in
            target.address = "h:1"
            target.transport = .udp
        }
        let bytes = SyslogMessage(settings).bytes(hostile(text))
        #expect(bytes.count <= 1400)
        #expect(!bytes.contains { $0 < 0x20 })
        let message = String(decoding: bytes, as: UTF8.self)
        // RFC 5424, 6: PRI, VERSION, TIMESTAMP, HOSTNAME, APP-NAME, PROCID, MSGID, STRUCTURED-DATA.
        #expect(message.hasPrefix("<108>1 2023-11-14T22:13:20.000001Z sensor-1 earshot "))
        #expect(message.contains(" alert [earshot@32473 id=\"store:7:9:abc\" stream=\"stream-1\" seq=\"42\" "))
        // Within values every " ] and \ has a backslash in front: the data ends where it should, before the mark of UTF-8.
        var place = message.startIndex
        var isQuoted = false
        var end: String.Index?
        if let start = message.range(of: "[earshot@") { place = start.upperBound }
        while place < message.endIndex, end == nil {
            switch message[place] {
            case "\\" where isQuoted: place = message.index(after: place)
            case "\"": isQuoted.toggle()
            case "]" where !isQuoted: end = place
            default: break
            }
            place = message.index(after: place)
        }
        let rest = try #require(end).utf16Offset(in: message)
        #expect(Array(message.utf16)[(rest + 1)...].prefix(2) == [0x20, 0xFEFF])
    }

    @Test("names of an attacker's choice add no field, and numbers are texts")
    func flattened() throws {
        var event: [String: Any] = ["mqtt.topic": "t", "mqtt.qos": 1]
        for number in 0..<10_000 { event["mqtt.userprop.\(number)"] = number % 2 == 0 ? number as Any : "x" as Any }
        let text = String(decoding: try JSONSerialization.data(withJSONObject: event), as: UTF8.self)
        let line = try #require(writer(.ecs).line(sampleRecord(sampleAlert(1, event: text))))
        let document = try object(line)
        let plain = try object(try #require(writer(.ecs).line(sampleRecord(sampleAlert(1)))))
        #expect(Set(document.keys) == Set(plain.keys))
        let own = try #require(document["earshot"] as? [String: Any])
        let plainOwn = try #require(plain["earshot"] as? [String: Any])
        #expect(Set(own.keys) == Set(plainOwn.keys))
        let fields = try #require(own["event"] as? [String: Any])
        #expect(fields.count <= 501)
        #expect(fields.values.allSatisfy { $0 is String })
        #expect(fields["truncated"] as? String == "true")
    }

    @Test("each field of a document is in the strict template, and a payload of 64 KiB is cut with a mark")
    func template() throws {
        let payload = String(repeating: "é", count: 32_768)
        let event = String(
            decoding: try JSONSerialization.data(withJSONObject: ["mqtt.payload": payload]), as: UTF8.self)
        var gap = ForwardRecord(kind: .gap, id: "g", sensor: "s", storedAt: 1)
        gap.gap = RecordGap(cause: .removed, count: 3, numbers: 1...3, text: "x")
        var beat = ForwardRecord(kind: .heartbeat, id: "h", sensor: "s", storedAt: 1)
        beat.detail = #"{"uptime":1,"sensors":[{"name":"x"}]}"#
        var said = sampleRecord(sampleAlert(1), .triage)
        said.triage = TriageEntry(
            store: "store", alert: 7, action: .close, note: "n", by: "ann", at: 5, count: 1, level: .low)
        for flavour in SearchFlavour.allCases {
            let template = try object(SearchObjects.template(index: "earshot-alerts", flavour))
            let mappings = try #require(template.at("template/mappings") as? [String: Any])
            #expect(mappings["dynamic"] as? String == "strict")
            for record in [sampleRecord(sampleAlert(1, event: event)), gap, beat, said] {
                let document = try object(try #require(writer(.ecs).line(record)))
                #expect(Self.unmapped(document, mappings, "") == [])
            }
        }
        let line = try #require(writer(.ecs).line(sampleRecord(sampleAlert(1, event: event))))
        let shown = try #require(try object(line).at("earshot/event/mqtt.payload") as? String)
        #expect(shown.utf8.count <= 8192)
        #expect(shown.hasSuffix("…[cut]"))
    }

    /// Fields that a mapping does not know.
    private static func unmapped(_ document: [String: Any], _ mapping: [String: Any], _ path: String) -> [String] {
        let properties = mapping["properties"] as? [String: Any] ?? [:]
        return document.flatMap { name, value -> [String] in
            guard let known = properties[name] as? [String: Any] else { return [path + name] }
            guard known["type"] == nil, let inner = value as? [String: Any] else { return [] }
            return unmapped(inner, known, path + name + ".")
        }
    }

    @Test("OCSF: what the class requires is there, and a finding goes through its life under one uid")
    func ocsf() throws {
        // Detection Finding of OCSF 1.3: required attributes.
        let required = [
            "activity_id", "category_uid", "class_uid", "type_uid", "time", "severity_id", "metadata/version",
            "metadata/product/vendor_name", "finding_info/uid", "finding_info/title",
        ]
        var said = sampleRecord(sampleAlert(1), .triage)
        said.id = "store:7:close:5"
        said.triage = TriageEntry(
            store: "store", alert: 7, action: .close, note: "n", by: "ann", at: 5, count: 1, level: .low)
        said.alert?.stored.triage = nil
        let records = [(sampleRecord(sampleAlert(1)), 1), (sampleRecord(sampleAlert(1), .update), 2), (said, 3)]
        for (record, activity) in records {
            let document = try object(try #require(writer(.ocsf).line(record)))
            for path in required { #expect(document.at(path) != nil, "\(path)") }
            #expect(document["activity_id"] as? Int == activity)
            #expect(document["class_uid"] as? Int == 2004)
            #expect(document["type_uid"] as? Int == 200_400 + activity)
            #expect(document.at("finding_info/uid") as? String == "store:7")
        }
    }

    @Test("EVE: Suricata's names and types for what is about an alert, statistics and what is missing")
    func eve() throws {
        let publish = #"{"mqtt.type":"PUBLISH","mqtt.topic":"a/b","mqtt.qos":1,"mqtt.retain":true}"#
        let alert = try object(writer(.eve).eve(sampleRecord(sampleAlert(1, event: publish))))
        #expect(alert["event_type"] as? String == "alert")
        #expect(alert.at("mqtt/publish/topic") as? String == "a/b")
        #expect(alert.at("mqtt/publish/retain") as? Bool == true)
        #expect(alert.at("earshot/record_id") as? String == "store:7:9:abc")
        #expect(alert.at("earshot/sequence") as? Int == 42)
        var gap = ForwardRecord(kind: .gap, id: "g", sensor: "s", storedAt: 1_700_000_000_000_000)
        gap.gap = RecordGap(cause: .removed, count: 3, numbers: 1...3, text: "x")
        let told = try object(writer(.eve).eve(gap))
        #expect(told["event_type"] as? String == "anomaly")
        #expect(told["timestamp"] as? String == "2023-11-14T22:13:20.000000+0000")
        #expect(told.at("earshot/missing") as? Int == 3)
    }

    @Test("a message that is too long loses text and never its ids", arguments: [600, 1400, 3000])
    func bounded(_ limit: Int) throws {
        var record = hostile(String(repeating: "x", count: 50_000))
        record.alert?.stored.alert.ruleTitle = "t"
        record.evidence = [UInt8](repeating: 1, count: 10_000)
        let line = try #require(writer(.eve, limit: limit).line(record))
        #expect(line.utf8.count < limit + 2000)
        #expect(try object(line).at("earshot/record_id") as? String == "store:7:9:abc")
    }

    @Test("a cut leaves whole characters", arguments: 0...30)
    func cuts(_ limit: Int) {
        let text = cut("aé€😀" + String(repeating: "é", count: 20), limit)
        #expect(!text.contains("\u{FFFD}"))
        #expect(text.hasSuffix("…[cut]"))
    }

    @Test("a message for people calls nobody, links nothing and breaks no line", arguments: hostileTexts)
    func chat(_ text: String) throws {
        for template in [WebhookTemplate.slack, .mattermost, .teams] {
            let body = WebhookBody(TargetSettings(.webhook) { $0.template = template })
            let bytes = body.bytes([hostile(text)], nil)
            let shown = String(decoding: bytes, as: UTF8.self)
            _ = try object(shown)
            #expect(!shown.contains("<@"))
            #expect(!shown.contains("<!"))
            #expect(!shown.contains("@all"))
            #expect(bytes.count < 40_000)
        }
    }
}
