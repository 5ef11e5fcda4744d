import ProgramSupport
import Testing

/// Words that do not fit: exit code 64, nothing on standard output, a sentence that helps.
struct UsageCase: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let sentence: String

    init(_ arguments: [String], _ sentence: String) {
        self.arguments = arguments
        self.sentence = sentence
    }

    var testDescription: String { arguments.joined(separator: " ") }

    private static let sample = Program.samples + "/mqtt/sys-subscription.pcap"

    static let all = [
        UsageCase(["tail", "--levle", "high"], "Unknown option '--levle'. Did you mean '--level'?"),
        UsageCase(["replya"], "replya"),
        UsageCase(["replay"], "name at least one capture"),
        UsageCase(["replay", "-r", sample, "--filter", "udp", "tcp", "port", "1883"], "give one filter"),
        UsageCase(["decode", "-r", sample, "tcp", "prot", "1883"], "tcp prot 1883"),
        UsageCase(["decode"], "name capture files, or interfaces with -i"),
        UsageCase(["decode", "-i", "lo", "a.pcap"], "name capture files, or interfaces with -i"),
        UsageCase(["run"], "name at least one interface with -i"),
        UsageCase(["run", "-i", "lo", "-s", "3"], "--snap-length wants 64 to 262144 bytes"),
        UsageCase(["run", "-i", "lo", "-B", "0"], "--buffer-size wants 1 to 2047 MiB"),
        UsageCase(["tail", "--format", "xml"], "there is no format 'xml'; there are text, fast, json, eve, csv"),
        UsageCase(
            ["tail", "--level", "severe"],
            "there is no level 'severe'; there are informational, low, medium, high, critical"),
        UsageCase(["tail", "--ip", "10.0.0.300"], "'10.0.0.300' is no address and no block such as 10.0.0.0/8"),
        UsageCase(["tail", "--since", "tomorrow"], "'tomorrow' is no time; these are: 90s, 15m, 2h, 7d, "),
        UsageCase(["tail", "--since", "25:00"], "'25:00' is no time"),
        UsageCase(["tail", "--until", "2026-02-30"], "'2026-02-30' is no time"),
        UsageCase(
            ["tail", "--state", "done"], "there is no state 'done'; there are open, acknowledged, closed, reopened"),
        UsageCase(["tail", "--not", "--colour", "red"], "--not wants an option of those that filter"),
        UsageCase(["tail", "--not", "--level", "severe"], "there is no level 'severe'"),
        UsageCase(["tail", "--every", "--new"], "--every and --new exclude each other"),
        UsageCase(["alerts", "--by", "colour"], "alerts are not counted by 'colour'; by rule, level"),
        UsageCase(["ack"], "Missing expected argument '<id>"),
        UsageCase(["note", "17"], "a note wants its text"),
        UsageCase(["close", "first"], "'first' is no number of an alert"),
        UsageCase(["tail", "-n", "-1"], "-n wants a number that is 0 or more"),
        UsageCase(["tail", "-n", "-f"], "'-f'"),
        UsageCase(["decode", sample, "--fields", "mqtt.type,rule.id"], "'rule.id' goes with --matches"),
        UsageCase(["replay", "--speed", "0", sample], "--speed wants a number above 0"),
        UsageCase(["replay", "--speed", "inf", sample], "--speed wants a number above 0"),
        UsageCase(["run", "-i", "lo", "tcp prot 1883"], "tcp prot 1883"),
        UsageCase(["show", "first"], "first"),
        UsageCase(
            ["decode", sample, "--fields", "mqtt.type,mqtt.clientdi"],
            "there is no field 'mqtt.clientdi'; did you mean 'mqtt.clientid'?"),
        UsageCase(["decode", sample, "--filter", "tcp prot 1883"], "tcp prot 1883"),
        UsageCase(["replay", "--db", "x.db", sample, "tcp prot 1883"], "tcp prot 1883"),
        UsageCase(["replay", "--db", "x.db", "--filter", "host", sample], "host"),
        UsageCase(["decode", "x.pcap", "--only-rules", "my-rules"], "go with --matches"),
        UsageCase(["rules", "list", "--level", "severe"], "there is no level 'severe'"),
    ]
}

@Suite struct UsageTests {
    @Test("Wrong words", arguments: UsageCase.all) func wrongWords(_ usage: UsageCase) throws {
        let folder = try TemporaryFolder()
        let outcome = try run(try Program.path(), usage.arguments, directory: folder.path)
        #expect(outcome.status == 64, "\(outcome.errorText)")
        #expect(outcome.output.isEmpty)
        #expect(outcome.errorText.contains(usage.sentence), "\(outcome.errorText)")
        #expect(folder.names == [], "nothing is made before the words are understood")
    }
}
