import Dispatch
import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// What came of a command.
public struct Outcome: Sendable {
    /// The exit code; minus the signal where one ended it.
    public let status: Int32
    /// What it wrote to standard output.
    public let output: [UInt8]
    /// What it wrote to standard error.
    public let errors: [UInt8]
    /// How long it ran, in seconds.
    public let seconds: Double

    /// Standard output as text.
    public var text: String { String(decoding: output, as: UTF8.self) }
    /// Standard error as text.
    public var errorText: String { String(decoding: errors, as: UTF8.self) }
    /// The lines of standard output.
    public var lines: [String] { text.split(separator: "\n").map(String.init) }
}

/// A command did not end in its time and was killed.
public struct TimeLimitReached: Error, CustomStringConvertible {
    let command: String
    let seconds: Double
    let errors: String

    public var description: String { "'\(command)' ran for more than \(seconds) s and was killed; it said: \(errors)" }
}

/// The environment in which the tests run programs: the one that we have, without what would change the program's
/// defaults, and with the rules of this tree.
public func testEnvironment(_ changes: [String: String?] = [:]) -> [String: String] {
    var environment = ProcessInfo.processInfo.environment.filter {
        !$0.key.hasPrefix("EARSHOT_") && !["STATE_DIRECTORY", "NO_COLOR", "PYTHONPATH"].contains($0.key)
    }
    environment["EARSHOT_ONLY_RULES"] = Program.rules
    environment["TERM"] = "xterm"
    for (name, value) in changes { environment[name] = value }
    return environment
}

/// Runs a command to its end.
///
/// - Parameters:
///   - input: The file that is its standard input; none where it is `nil`.
///   - limit: Seconds after which it is killed and an error thrown.
public func run(
    _ command: String, _ arguments: [String], directory: String? = nil, environment: [String: String?] = [:],
    input: String? = nil, limit: Double = 30
) throws -> Outcome {
    let folder = try TemporaryFolder()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command)
    process.arguments = arguments
    process.environment = testEnvironment(environment)
    process.currentDirectoryURL = URL(fileURLWithPath: directory ?? folder.path)
    process.standardInput =
        try input.map { try FileHandle(forReadingFrom: URL(fileURLWithPath: $0)) }
        ?? FileHandle.nullDevice
    process.standardOutput = try writing(folder.file("out"))
    process.standardError = try writing(folder.file("err"))
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    let start = ContinuousClock.now
    try launch(process)
    let inTime = ended.wait(timeout: .now() + limit) == .success
    if !inTime {
        kill(process.processIdentifier, SIGKILL)
        _ = ended.wait(timeout: .now() + 5)
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let errors = try contents(folder.file("err"))
    guard inTime else {
        throw TimeLimitReached(
            command: ([command] + arguments).joined(separator: " "), seconds: limit,
            errors: String(decoding: errors, as: UTF8.self))
    }
    let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    return Outcome(status: status, output: try contents(folder.file("out")), errors: errors, seconds: seconds)
}

/// Runs the program.
public func earshot(
    _ arguments: String..., directory: String? = nil, environment: [String: String?] = [:], input: String? = nil,
    limit: Double = 30
) throws -> Outcome {
    try run(
        try Program.path(), arguments, directory: directory, environment: environment, input: input, limit: limit)
}

/// Runs a line of shell, in which `$EARSHOT` is the program; all of it is killed when its time is over.
public func shell(
    _ script: String, directory: String? = nil, environment: [String: String?] = [:], limit: Int = 30
) throws -> Outcome {
    var environment = environment
    environment["EARSHOT"] = try Program.path()
    return try run(
        "/usr/bin/timeout", ["-s", "KILL", "\(limit)", "/bin/bash", "-c", script], directory: directory,
        environment: environment, limit: Double(limit) + 5)
}

/// Starts a process that hears every signal: tests run on threads that block them, which a child would inherit.
func launch(_ process: Process) throws {
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try process.run()
}

/// A file for a process to write.
func writing(_ path: String) throws -> FileHandle {
    try Data().write(to: URL(fileURLWithPath: path))
    return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
}

/// All bytes of a file.
public func contents(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }
