import Foundation
import ProgramSupport
import TestSupport
import Testing

/// Every call by which the program changes its files may fail, and the machine may stop there.
@Suite struct StoreFaultTests {
    private static let library = Program.root + "/.build/debug/libCFileFaults.so"

    /// `EARSHOT_FAULTS` says how many of all pairs of a call and a fault are tried; 0 for all, which takes a night.
    @Test("what a reader saw survives each fault of a call, and the exit code tells what is stored")
    func faultOfEachCall() throws {
        let folder = try TemporaryFolder()
        let cases = ProcessInfo.processInfo.environment["EARSHOT_FAULTS"].flatMap { Int($0) } ?? 60
        let outcome = try run(
            "/usr/bin/python3",
            [
                Program.root + "/Tests/Peers/store_faults.py", try Program.path(), Self.library, folder.path,
                "\(cases)", "\(testSeed())",
            ], directory: folder.path, limit: cases == 0 ? 36_000 : 120 + Double(cases) * 4)
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
        print(outcome.text)
    }
}
