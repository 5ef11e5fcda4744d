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

    @Test("Rules pass their tests") func rulesPassTheirTests() throws {
        let outcome = try earshot("rules", "test", "--only-rules", Program.rules, "--samples", Program.samples)
        #expect(outcome.status == 0, "\(outcome.text)")
        #expect(outcome.lines.last?.hasSuffix(" passed, 0 failed") == true, "\(outcome.text)")
        let check = try earshot("rules", "check", "--only-rules", Program.rules)
        #expect(check.status == 0)
        #expect(check.text.contains(" rules loaded, 0 errors, "), "\(check.text)\(check.errorText)")
    }
}
