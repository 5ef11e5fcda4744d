import ProgramSupport
import TestSupport
import Testing

/// The rule *CoAP Amplification* against questions in another's name, and against a client that asks a lot.
@Suite struct AmplificationTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Questions for `/large`, 10 bytes each, and what a server answers.
    private func questions(_ count: Int, answer: Int) -> [[UInt8]] {
        (0..<count).flatMap { index -> [[UInt8]] in
            let id = Build.u16(index)
            let question = [0x50, 0x01] + id + [0xB5] + Array("large".utf8)
            let payload = [UInt8](repeating: 0x61, count: answer - 5)
            let port = 1024 + index * 37
            return [
                Build.udpFrame(from: port, question),
                Build.udpFrame(
                    from: 5683, to: port, source: [10, 0, 0, 2], destination: [10, 0, 0, 1],
                    [0x50, 0x45] + id + [0xFF] + payload),
            ]
        }
    }

    private func rules(of frames: [[UInt8]], every milliseconds: Int) throws -> [String] {
        try folder.write(pcap(frames, every: milliseconds), to: "a.pcap")
        let outcome = try earshot("replay", "--quiet", "--again", "a.pcap", directory: folder.path)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        return try alerts(in: folder.file("earshot.db")).map(\.rule)
    }

    @Test("A short burst of forged questions is told") func burst() throws {
        // 100 questions in 7 seconds, 51 kB back.
        let found = try rules(of: questions(100, answer: 515), every: 35)
        #expect(found == [try ruleID("coap/coap_amplification")])
    }

    @Test("A client that reads a large resource every second is not") func pacedClient() throws {
        #expect(try rules(of: questions(90, answer: 515), every: 500) == [])
    }

    @Test("Answers of ordinary size are not, however many") func ordinaryAnswers() throws {
        let found = try rules(of: questions(800, answer: 90), every: 10)
        #expect(!found.contains(try ruleID("coap/coap_amplification")))
    }
}
