import Foundation
import ProgramSupport
import Testing

/// What `PcapSamples/expected.json` states of a capture: counts as tshark reads them, rows of alerts by the rule's id.
struct ExpectedSample: Decodable, Sendable {
    /// Messages by type; `nil` where tshark does not tell.
    let mqtt: [String: Int]?
    /// Messages by code; `nil` where tshark does not tell.
    let coap: [String: Int]?
    let alerts: [String: Int]

    static let all: [String: ExpectedSample] = {
        let bytes = (try? contents(Program.samples + "/expected.json")) ?? []
        return (try? JSONDecoder().decode([String: ExpectedSample].self, from: Data(bytes))) ?? [:]
    }()

    static let names = all.keys.sorted()
}

/// A line of `earshot decode` with the fields that say what kind of message it is.
private struct Kind: Decodable {
    let category: String
    let mqtt: String?
    let coap: String?

    enum CodingKeys: String, CodingKey {
        case category = "event.category"
        case mqtt = "mqtt.type"
        case coap = "coap.code"
    }
}

@Suite struct Samples {
    @Test("every sample capture has expectations") func everyCaptureIsExpected() throws {
        #expect(ExpectedSample.names.count > 50)
        let files = FileManager.default.enumerator(atPath: Program.samples)?.compactMap { $0 as? String } ?? []
        let captures = files.filter { $0.contains(".pcap") }.sorted()
        #expect(captures == ExpectedSample.names)
    }

    @Test("Messages", arguments: ExpectedSample.names) func messages(_ name: String) throws {
        let expected = try #require(ExpectedSample.all[name])
        let outcome = try earshot("decode", "\(Program.samples)/\(name)")
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(outcome.errors.isEmpty, "\(outcome.errorText)")
        let kinds = try outcome.lines.map { try JSONDecoder().decode(Kind.self, from: Data($0.utf8)) }
        for (category, counts) in [("mqtt", expected.mqtt), ("coap", expected.coap)] {
            guard let counts else { continue }
            // What is told of connections is no message.
            let of = kinds.filter { $0.category == category && $0.mqtt != "CONNECTION" }
            #expect(counted(of.map { ($0.mqtt ?? $0.coap) ?? "" }) == counts, "\(category)")
        }
    }

    @Test("Alert rows", arguments: ExpectedSample.names) func alertRows(_ name: String) throws {
        let expected = try #require(ExpectedSample.all[name])
        let folder = try TemporaryFolder()
        let store = folder.file("alerts.db")
        let outcome = try earshot("replay", "--quiet", "--db", store, "\(Program.samples)/\(name)")
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(outcome.output.isEmpty)
        let raised = try alerts(in: store)
        #expect(counted(raised.map(\.rule)) == expected.alerts, "\(raised.map(\.essence))")
    }

    /// The columns of a terminal that a line of text has beside time, level and addresses.
    private static let widest = 100

    /// Rows of all samples whose values are as long as devices have them: client ids of 23 characters (MQTT 3.1.1, 3.1.3.1),
    /// topics of 30.
    @Test("titles and summaries fit into a line") func linesFit() throws {
        let folder = try TemporaryFolder()
        let store = folder.file("alerts.db")
        let outcome = try earshot("replay", "--quiet", "--db", store, Program.samples)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let lines = try earshot("tail", "--db", store, "--format", "json", "-n", "100000").lines
        var fitting = 0
        for line in lines {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let title = try #require(object["rule_title"] as? String)
            let summary = try #require(object["summary"] as? String)
            #expect(title.count <= Self.widest && !title.isEmpty, "\(title)")
            // Of a value that an attacker made long, or many, the line has what there is room for.
            let event = object["event"] as? [String: Any] ?? [:]
            let isOrdinary = event.allSatisfy { name, value in
                let text = (value as? [Any])?.map { "\($0)" }.joined(separator: ", ") ?? "\(value)"
                return name.hasSuffix(".clientid") && text.count > 23 || name.contains("topic") && text.count > 30
                    || name.hasSuffix(".ip") && text.contains(":") ? !summary.contains(text.prefix(20)) : true
            }
            guard isOrdinary else { continue }
            #expect(summary.count <= Self.widest && !summary.isEmpty, "\(title): \(summary)")
            fitting += 1
        }
        #expect(fitting > 80 && fitting > lines.count * 3 / 4)
    }

    @Test("Rules pass their tests") func rulesPassTheirTests() throws {
        let outcome = try earshot("rules", "test", "--only-rules", Program.rules, "--samples", Program.samples)
        #expect(outcome.status == 0, "\(outcome.text)")
        #expect(outcome.lines.last?.hasSuffix(" passed, 0 failed") == true, "\(outcome.text)")
        let check = try earshot("rules", "check", "--only-rules", Program.rules)
        #expect(check.status == 0)
        #expect(check.text.contains(" loaded, 0 errors, "), "\(check.text)\(check.errorText)")
    }
}
