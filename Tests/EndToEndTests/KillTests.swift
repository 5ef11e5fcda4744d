import Foundation
import ProgramSupport
import Testing

/// The hardest end of all, again and again.
@Suite struct KillTests {
    /// `EARSHOT_KILLS` says how often; a night has time for a thousand.
    @Test("what a reader has printed survives the death of the sensor") func killedAgainAndAgain() throws {
        let folder = try TemporaryFolder()
        let rounds = ProcessInfo.processInfo.environment["EARSHOT_KILLS"].flatMap { Int($0) } ?? 20
        let outcome = try run(
            "/usr/bin/python3",
            [Program.root + "/Tests/Peers/kill_store.py", try Program.path(), folder.path, "\(rounds)"],
            directory: folder.path, limit: 60 + Double(rounds) * 3)
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
        print(outcome.text)
    }
}
