import Foundation
import Glibc
import ProgramSupport

/// The program that shuts itself in and then tries one thing, with a folder to write and another one beside it.
struct Probe {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in ["own", "other"] {
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
            try folder.write("something", to: "\(name)/there")
            for path in [folder.file(name), folder.file("\(name)/there")] { chmod(path, 0o777) }
        }
    }

    /// What came of an act.
    enum Result: Hashable, CustomStringConvertible {
        case done
        /// It failed with that error.
        case refused(Int32)
        /// The process ended, and named the system call.
        case ended(String)
        case other(String)

        var description: String {
            switch self {
            case .done: "done"
            case .refused(let number): "refused: \(String(cString: strerror(number)))"
            case .ended(let call): "ended at \(call)"
            case .other(let text): text
            }
        }
    }

    /// Does one act after shutting in by a plan: `live`, `files`, or `open` for none.
    func act(_ name: String, _ plan: String, as user: String? = nil) throws -> Result {
        let outcome = try run(plan, name, user)
        if outcome.text == "done\n" { return .done }
        if outcome.text.hasPrefix("refused "), let number = Int32(outcome.text.dropFirst(8).dropLast()) {
            return .refused(number)
        }
        if outcome.status == 70, let call = outcome.errorText.firstMatch(of: /refused the system call \d+ \((\w+)\)/) {
            return .ended(String(call.1))
        }
        return .other("\(outcome.status): \(outcome.text)\(outcome.errorText)")
    }

    /// How it has shut itself in, in words.
    func state(_ plan: String, as user: String? = nil) throws -> String {
        try run(plan, "state", user).text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func run(_ plan: String, _ act: String, _ user: String?) throws -> Outcome {
        let program = ["debug", "release"].map { "\(Program.root)/.build/\($0)/SandboxProbe" }
            .first(where: FileManager.default.isExecutableFile(atPath:))
        guard let program else { throw NotSeen(what: "the built program SandboxProbe", seconds: 0) }
        return try ProgramSupport.run(
            program, [plan, folder.file("own"), folder.file("other"), act] + (user.map { [$0] } ?? []))
    }
}
