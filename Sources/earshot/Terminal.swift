import Alerts
import Events
import Foundation
import Sensor
import Synchronization

/// The two streams: results go to standard output, everything else to standard error.
enum Terminal {
    /// Whether standard output may be coloured: a terminal, and nobody objects (https://no-color.org).
    static var usesColor: Bool {
        isatty(STDOUT_FILENO) == 1 && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
            && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    /// Columns of the terminal that standard output is; `nil` where it is none.
    static var width: Int? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        if let wanted = ProcessInfo.processInfo.environment["COLUMNS"].flatMap({ Int($0) }), wanted > 0 {
            return wanted
        }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// How alerts are shown to whoever reads standard output: to fit a terminal, else a whole line each.
    static func alertOutput(_ zone: TimeZone) -> any AlertOutput {
        guard let width else { return TextOutput() }
        return TerminalOutput(width: width, color: usesColor, zone: zone)
    }

    /// Whether somebody watches standard error.
    static var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }

    /// What was said a moment ago; `nil` where every line is said.
    private static let repeats = Mutex<LogRepeats?>(nil)

    /// From now on lines that were said within the last minute are counted instead of said again.
    static func collapsesRepeats() { repeats.withLock { $0 = LogRepeats() } }

    /// Says how often lines came that were held back, and says every line from now on.
    static func sayHeldBack() {
        let held = repeats.withLock { repeats in
            defer { repeats = nil }
            return repeats?.takeDue(at: nil) ?? []
        }
        for message in held { say(message) }
    }

    /// Writes lines to standard error, made visible; one that was said a moment ago may be held back.
    static func log(_ message: String) {
        let now = Int64((ContinuousClock.now - start) / .nanoseconds(1))
        let messages = repeats.withLock { $0?.take(message, at: now) } ?? [message]
        for message in messages { say(message) }
    }

    private static let start = ContinuousClock.now

    private static func say(_ message: String) {
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
        write(lines.map(visible).joined(separator: "\n") + "\n")
    }

    /// The text with characters that a terminal would obey as `\u{N}`.
    ///
    /// Backslashes stay as they are, for text in which they have a meaning already: in an excerpt of a rule,
    /// `terminalSafe` would change what the rule says.
    static func visible(_ text: some StringProtocol) -> String {
        var safe = ""
        for scalar in text.unicodeScalars {
            if isTerminalSafe(scalar) {
                safe.unicodeScalars.append(scalar)
            } else {
                safe += "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return safe
    }

    /// Shows a line that the next one replaces.
    static func progress(_ line: String) {
        write("\r\u{1B}[K\(terminalSafe(line))")
    }

    /// Removes the progress line.
    static func clearProgress() { write("\r\u{1B}[K") }

    /// Nobody may be there to read; that is no reason to stop.
    private static func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}

/// Standard output, buffered; whoever reads it may leave at any time.
struct Output: ~Copyable {
    /// What will be written next; whoever appends here ends with `endLine`.
    var buffer: [UInt8] = []
    /// Whether the reader has gone or nothing more can be written: nothing is, from then on.
    private(set) var isClosed = false
    /// Why nothing more can be written; that the reader has gone is no failure.
    private var failure: SensorError?

    /// Appends text and a line feed.
    mutating func line(_ text: String) {
        buffer.append(contentsOf: text.utf8)
        endLine()
    }

    /// Ends a line whose bytes were appended to `buffer`.
    mutating func endLine() {
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= 1 << 16 { flush() }
    }

    /// Writes what is buffered.
    mutating func flush() {
        guard !buffer.isEmpty else { return }
        if !isClosed, let number = writeAll(buffer) {
            isClosed = true
            if number != EPIPE {
                failure = SensorError(.ioError, "standard output: \(String(cString: strerror(number)))")
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Writes what is left.
    ///
    /// Where not everything could be written, the error says why.
    mutating func end() throws(SensorError) {
        flush()
        if let failure { throw failure }
    }
}

/// Writes to standard output; gives the system's number of what went wrong.
private func writeAll(_ bytes: [UInt8]) -> Int32? {
    var rest = bytes
    while !rest.isEmpty {
        let count = write(STDOUT_FILENO, rest, rest.count)
        if count > 0 {
            rest.removeFirst(count)
        } else if errno == EAGAIN {
            // Somebody who shares the terminal or pipe made it so that writing does not wait.
            usleep(1000)
        } else if errno != EINTR {
            return errno
        }
    }
    return nil
}
