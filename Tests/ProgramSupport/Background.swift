import Dispatch
import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A program that runs beside the test: the sensor, a server. It ends with its owner, and after two minutes whatever
/// becomes of the test.
public final class Background {
    private let process = Process()
    private let ended = DispatchSemaphore(value: 0)
    private let folder: TemporaryFolder
    private let name: String
    private var outcome: Outcome?
    private let start = ContinuousClock.now

    /// Starts it.
    public init(
        _ command: String, _ arguments: [String], directory: String? = nil, environment: [String: String?] = [:]
    ) throws {
        folder = try TemporaryFolder()
        name = URL(fileURLWithPath: command).lastPathComponent
        // In the foreground, timeout(1) hands a signal on once, and to its child only.
        process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        process.arguments = ["--foreground", "-s", "KILL", "120", command] + arguments
        process.environment = testEnvironment(environment)
        process.currentDirectoryURL = URL(fileURLWithPath: directory ?? folder.path)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try writing(folder.file("out"))
        process.standardError = try writing(folder.file("err"))
        let ended = ended
        process.terminationHandler = { _ in ended.signal() }
        try launch(process)
    }

    deinit {
        guard outcome == nil else { return }
        kill(process.processIdentifier, SIGTERM)
        if ended.wait(timeout: .now() + 5) == .timedOut {
            // To timeout(1) this means that the time is over: it kills its child.
            kill(process.processIdentifier, SIGALRM)
            _ = ended.wait(timeout: .now() + 5)
        }
    }

    /// What it wrote to standard output so far.
    public var text: String { String(decoding: (try? contents(folder.file("out"))) ?? [], as: UTF8.self) }
    /// What it wrote to standard error so far.
    public var errorText: String { String(decoding: (try? contents(folder.file("err"))) ?? [], as: UTF8.self) }
    /// Whether it still runs.
    public var isRunning: Bool { process.isRunning }

    /// Waits until standard error holds a text.
    public func waitForErrorText(_ wanted: String, limit: Double = 20) throws {
        guard wait(limit, for: { self.errorText.contains(wanted) || !self.isRunning }), errorText.contains(wanted)
        else { throw NotSeen(what: "'\(wanted)' from \(name), which said: \(errorText)", seconds: limit) }
    }

    /// The number of the program itself, which timeout(1) began; `nil` before that, and once it has ended.
    public var child: Int32? {
        let parent = process.processIdentifier
        let children = try? contents("/proc/\(parent)/task/\(parent)/children")
        return String(decoding: children ?? [], as: UTF8.self).split(separator: " ").lazy.compactMap { Int32($0) }.first
    }

    /// Sends a signal to the program itself, which goes on.
    public func send(_ signal: Int32) throws {
        guard let child else { throw NotSeen(what: "the process of \(name)", seconds: 0) }
        kill(child, signal)
    }

    /// The most memory of the program that was resident so far, in bytes, as the kernel says it; `nil` where it does not run.
    public var peakMemory: Int? {
        guard let child, let status = try? contents("/proc/\(child)/status") else { return nil }
        let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line.flatMap { $0.split(separator: " ").compactMap { Int($0) }.first.map { $0 << 10 } }
    }

    /// Sends a signal and waits for the end.
    public func end(_ signal: Int32, limit: Double = 20) throws -> Outcome {
        if let outcome { return outcome }
        kill(process.processIdentifier, signal)
        return try waitForEnd(limit: limit)
    }

    /// Waits for the end.
    public func waitForEnd(limit: Double = 20) throws -> Outcome {
        if let outcome { return outcome }
        guard ended.wait(timeout: .now() + limit) == .success else {
            throw NotSeen(what: "the end of \(name), which said: \(errorText)", seconds: limit)
        }
        let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        let outcome = Outcome(
            status: status, output: try contents(folder.file("out")), errors: try contents(folder.file("err")),
            seconds: (ContinuousClock.now - start) / .seconds(1))
        self.outcome = outcome
        return outcome
    }
}

/// Something did not come in its time.
public struct NotSeen: Error, CustomStringConvertible {
    let what: String
    let seconds: Double

    /// Says for what was waited, and how long.
    public init(what: String, seconds: Double) {
        self.what = what
        self.seconds = seconds
    }

    public var description: String { "waited \(seconds) s for \(what)" }
}

/// Waits until a condition holds; `false` where it did not in the time given.
public func wait(_ seconds: Double, for condition: () throws -> Bool) rethrows -> Bool {
    let start = ContinuousClock.now
    while true {
        if try condition() { return true }
        if ContinuousClock.now - start > .seconds(seconds) { return false }
        usleep(20_000)
    }
}
