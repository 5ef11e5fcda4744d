import Foundation
import ProgramSupport
import TestSupport
import Testing

/// The rules as pySigma has them: a program that is not ours says what they mean.
@Suite(.serialized) struct RefereeTests {
    /// What `make referee-tools` makes.
    private static func tool(_ path: String) -> String? {
        let full = "\(Program.root)/\(path)"
        return FileManager.default.isExecutableFile(atPath: full) ? full : nil
    }

    private static let sigma = tool(".venv-sigma/bin/sigma")
    private static let python = tool(".venv-referee/bin/python")
    private static let absent = "pySigma is not installed: run 'make referee-tools'"

    /// The two validators that are left out load lists of tags from the network.
    @Test("Shipped rules are valid Sigma", .needs(sigma != nil, absent))
    func shippedRulesAreValidSigma() throws {
        let outcome = try run(
            try #require(Self.sigma),
            ["check", "--fail-on-issues", "-x", "attacktag", "-x", "d3_fendtag", Program.rules], limit: 120)
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
        print("referee: sigma check: \(outcome.text.split(separator: "\n").joined(separator: " "))")
    }

    /// The shipped rules and generated ones select the same events, and raise the same correlations, as SQL does.
    @Test("Same events and correlations", .needs(python != nil, absent))
    func sameEventsAndCorrelations() throws {
        let environment = ProcessInfo.processInfo.environment
        // Always the same rules, so that the outcome hangs on nothing but the code; `make referee` takes others each time.
        let seed = environment["REFEREE_SEED"] ?? "1"
        var arguments = [
            "\(Program.root)/Tests/RefereeTests/Referee/referee.py", "--program", try Program.path(), "--rules",
            Program.rules, "--captures", Program.samples, "--generated", "300", "--seed", seed, "--seconds", "120",
        ]
        let others = environment["EARSHOT_CAPTURES"] ?? "\(Program.root)/../shared/pcaps"
        if FileManager.default.fileExists(atPath: others) { arguments += ["--captures", others] }
        let outcome = try run(
            try #require(Self.python), arguments, environment: ["PYTHONDONTWRITEBYTECODE": "1"], limit: 420)
        for line in outcome.lines where line.hasPrefix("referee: ") { print(line) }
        #expect(outcome.status == 0, "seed \(seed): \(outcome.text)\(outcome.errorText)")
    }
}
