import CSandbox
import Glibc

/// Tells the service manager how the service is (sd_notify(3)): datagrams to the socket that `NOTIFY_SOCKET` names.
///
/// The socket is opened once and kept, so that a sandbox in which none can be opened does not silence it. Without such a
/// variable nothing is told. Methods may be called from any thread; none waits.
public final class ServiceManager: Sendable {
    private let descriptor: Int32
    /// How often a sign of life is wanted, in microseconds (sd_watchdog_enabled(3)); `nil` where none is.
    public let watchdogMicroseconds: UInt64?

    /// Connects to the service manager, where there is one.
    ///
    /// - Parameter environment: the values of `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`.
    public init(environment: [String: String]) {
        descriptor = environment["NOTIFY_SOCKET"].map { sandbox_connect_datagrams($0) } ?? -1
        let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
        let interval = environment["WATCHDOG_USEC"].flatMap { UInt64($0) }
        watchdogMicroseconds = isMeant ? interval.flatMap { $0 > 0 ? $0 : nil } : nil
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// What is told.
    public enum Message: Hashable, Sendable {
        /// The service does its work, from the beginning or again.
        case ready(status: String)
        /// The configuration is read again.
        case reloading
        /// The service ends.
        case stopping
        /// All that should move does.
        case alive
        /// What it is doing, in a line.
        case status(String)
    }

    /// Tells one thing; what cannot be told is lost.
    public func tell(_ message: Message) {
        guard descriptor >= 0 else { return }
        let bytes = Array(ServiceManager.text(message).utf8)
        send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }

    private static func text(_ message: Message) -> String {
        switch message {
        case .ready(let status): "READY=1\nSTATUS=\(line(status))"
        case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(monotonicMicroseconds())"
        case .stopping: "STOPPING=1"
        case .alive: "WATCHDOG=1"
        case .status(let status): "STATUS=\(line(status))"
        }
    }

    /// A line feed would begin another assignment.
    private static func line(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }

    private static func monotonicMicroseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
    }
}
