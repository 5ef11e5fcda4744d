import Foundation
import ProgramSupport
import TestSupport
import Testing

/// `earshot doctor` on captures, as users type it.
struct DoctorCommandTests {
    private let capture = Program.root + "/PcapSamples/mqtt/all-types-v311.pcap"

    private struct Report: Decodable {
        struct Finding: Decodable {
            var check: String
            var verdict: String
            var title: String
        }

        var frames: Int
        var verdict: String
        var findings: [Finding]
    }

    private func report(_ arguments: String...) throws -> (report: Report, status: Int32) {
        let outcome = try run(try Program.path(), ["doctor", "--json"] + arguments)
        #expect(outcome.lines.count == 1, "\(outcome.errorText)")
        return (try JSONDecoder().decode(Report.self, from: Data(outcome.output)), outcome.status)
    }

    @Test("A whole capture") func aWholeCapture() throws {
        let outcome = try earshot("doctor", capture)
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
        #expect(outcome.text.contains("It delivers what the sensor needs.\n"))
        #expect(outcome.text.contains("MQTT at 10.77.0.1:1883"), "\(outcome.text)")
        #expect(try report(capture).report.findings.count == 14)
    }

    @Test("Half a capture: the broker's frames are missing") func halfACapture() throws {
        let (report, status) = try report(capture, "dst host 10.77.0.1")
        #expect(status == 2)
        #expect(report.verdict == "failure")
        #expect(report.findings[0].check == "direction")
        let words = try earshot("doctor", capture, "dst host 10.77.0.1").text
        #expect(words.contains("frames from 10.77.0.1:1883 are missing in"), "\(words)")
        #expect(words.contains("monitor session 1 source interface Gi1/0/5 both"))
    }

    @Test("What was mended is said") func comparison() throws {
        let folder = try TemporaryFolder()
        let before = try run(try Program.path(), ["doctor", "--json", capture, "dst host 10.77.0.1"])
        let earlier = try folder.write(before.output, to: "before.json")
        let outcome = try earshot("doctor", capture, "--compare", earlier)
        #expect(outcome.status == 0)
        #expect(
            outcome.text.contains("  better: direction: was failure (only one direction arrives), is ok"),
            "\(outcome.text)")
        let other = try folder.write("{}", to: "other.json")
        #expect(try earshot("doctor", capture, "--compare", other).status == 65)
        #expect(try earshot("doctor", capture, "--compare", folder.file("none.json")).status == 66)
    }

    @Test("No healthy capture is called faulty") func healthyCaptures() throws {
        let base = Program.root + "/PcapSamples"
        let names = FileManager.default.enumerator(atPath: base)?.compactMap { $0 as? String } ?? []
        let captures = names.filter { $0.contains(".pcap") }.sorted()
        #expect(captures.count > 200)
        for index in captures.indices where index % 6 == 0 {
            let outcome = try earshot("doctor", "\(base)/\(captures[index])")
            #expect(outcome.status < 2, "\(captures[index])\n\(outcome.text)\(outcome.errorText)")
        }
    }

    @Test("Wrong use") func wrongUse() throws {
        #expect(try earshot("doctor").status == 64)
        #expect(try earshot("doctor", "-i", "lo", capture).status == 64)
        #expect(try earshot("doctor", capture, "--seconds", "0").status == 64)
        #expect(try earshot("doctor", "/nowhere.pcap").status == 66)
        #expect(try earshot("doctor", "-i", "wire9").status == 66)
    }

    @Test("A replay and its statistics say it in a line") func oneLine() throws {
        let folder = try TemporaryFolder()
        let store = folder.file("a.db")
        let whole = try earshot("replay", "--db", store, capture)
        #expect(whole.errorText.contains("\ncapture: complete\n"), "\(whole.errorText)")
        let half = try earshot("replay", "--db", folder.file("b.db"), capture, "dst host 10.77.0.1")
        #expect(half.errorText.contains("\ncapture: only one direction of "), "\(half.errorText)")
        #expect(try earshot("stats", "--db", store).text.contains("\ncapture: complete\n"))
    }
}
