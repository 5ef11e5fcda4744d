import Foundation
import ProgramSupport
import TestSupport
import Testing

/// What reaches a terminal, a pipe, or a reader who leaves.
@Suite struct TerminalTests {
    private let folder: TemporaryFolder
    private let sample = Program.samples + "/mqtt/sys-subscription.pcap"

    init() throws { folder = try TemporaryFolder() }

    /// Runs a line of shell on a terminal of its own, and gives what was written to it.
    private func onTerminal(_ command: String, _ environment: [String: String?] = [:]) throws -> String {
        try shell(
            "script -qec '\(command)' /dev/null", directory: folder.path, environment: environment
        ).text
    }

    @Test("Colours on a terminal only") func coloursOnATerminalOnly() throws {
        #expect(try earshot("replay", sample, directory: folder.path).text.contains("\u{1B}") == false)
        #expect(try earshot("tail", directory: folder.path).output.contains(0x1B) == false)
        guard Program.find("script") != nil else {
            return try leavingOut("terminal", because: "there is no script(1)")
        }
        #expect(try onTerminal("$EARSHOT tail").contains("\u{1B}["))
        for environment in [["NO_COLOR": "1"], ["TERM": "dumb"]] {
            let text = try onTerminal("$EARSHOT tail", environment)
            #expect(text.contains("SYS") && !text.contains("\u{1B}["), "\(environment)")
        }
        // An empty NO_COLOR is none.
        #expect(try onTerminal("$EARSHOT tail", ["NO_COLOR": ""]).contains("\u{1B}["))
        #expect(try !onTerminal("$EARSHOT tail --format json").contains("\u{1B}["))
    }

    /// A reader who has seen enough ends the program, quietly and at once.
    @Test(
        "a reader that leaves ends the program without an error",
        arguments: [
            "decode big.pcap", "replay big.pcap --only-rules all.yml", "rules fields", "stats --runs", "tail -n 100000",
        ])
    func readerLeaves(_ command: String) throws {
        try writeManyMessages()
        let outcome = try shell(
            """
            "$EARSHOT" replay -q --db earshot.db '\(sample)' 2> /dev/null
            "$EARSHOT" \(command) 2> err | head -n 1 | wc -l
            echo "${PIPESTATUS[0]}"
            """, directory: folder.path)
        #expect(outcome.lines == ["1", "0"], "\(outcome.text)")
        let errors = String(decoding: try contents(folder.file("err")), as: UTF8.self)
        #expect(!errors.lowercased().contains("pipe"), "\(errors)")
        #expect(outcome.seconds < 20)
    }

    /// What could not be written must not look as if it were all.
    @Test(
        "a full disk is an error with exit code 74",
        arguments: [
            "decode '$SAMPLE'", "tail", "tail --format json", "show 1", "show 1 --pcap -", "stats", "stats --runs",
            "rules fields", "rules list", "rules check",
        ])
    func aFullDisk(_ command: String) throws {
        #expect(try earshot("replay", "-q", sample, directory: folder.path).status == 0)
        let outcome = try shell(
            "SAMPLE='\(sample)'; eval \"$EARSHOT\" \"\(command)\" > /dev/full", directory: folder.path)
        #expect(outcome.status == 74, "\(outcome.errorText)")
        #expect(outcome.errorText.contains("earshot: standard output: No space left on device"), "\(outcome.errorText)")
    }

    @Test("tail -f ends when its reader has left") func followerNoticesThatTheReaderLeft() throws {
        #expect(try earshot("replay", "-q", sample, directory: folder.path).status == 0)
        let outcome = try shell(
            """
            "$EARSHOT" tail -f | head -n 1 > first &
            for attempt in $(seq 100); do
                [ -s first ] && break
                sleep 0.1
            done
            "$EARSHOT" replay -q --again '\(sample)' 2> /dev/null
            wait $!
            wc -l < first
            """, directory: folder.path)
        #expect(outcome.lines == ["1"], "\(outcome.text)\(outcome.errorText)")
        #expect(outcome.seconds < 10)
    }

    private func writeManyMessages() throws {
        var frames = [Build.tcpFrame(seq: 99, flags: 2)]
        var next: UInt32 = 100
        let publish = MQTTBytes.publish(Array("hall/temperature".utf8), Array("20".utf8))
        for payload in [MQTTBytes.connect([97])] + Array(repeating: publish, count: 30_000) {
            frames.append(Build.tcpFrame(seq: next, payload))
            next += UInt32(payload.count)
        }
        try folder.write(pcap(frames), to: "big.pcap")
        try folder.write(
            """
            title: Any Message
            id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0002
            logsource: {product: earshot, category: mqtt}
            detection:
                selection:
                    mqtt.type: PUBLISH
                condition: selection
            level: low

            """, to: "all.yml")
    }
}
