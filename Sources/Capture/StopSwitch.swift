import Glibc
import Synchronization

/// Stops a source from another thread or from a signal handler, also while it waits.
///
/// `stop` sets an atomic flag and writes a byte to a pipe and does nothing else, so that it may run in a signal handler.
public final class StopSwitch: Sendable {
    private let flag = Atomic<Bool>(false)
    /// The reading end of the pipe: readable for ever once `stop` was called.
    ///
    /// It is below 0 where the system had no descriptor left; then a wait ends with its timeout.
    let descriptor: Int32
    private let writer: Int32

    /// Makes a switch that is off.
    public init() {
        var ends: [Int32] = [-1, -1]
        if pipe(&ends) == 0 {
            for end in ends {
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
                _ = fcntl(end, F_SETFL, O_NONBLOCK)
            }
        }
        descriptor = ends[0]
        writer = ends[1]
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if writer >= 0 { close(writer) }
    }

    /// Whether `stop` was called.
    public var isStopped: Bool { flag.load(ordering: .relaxed) }

    /// Lets every source with this switch end; may be called more than once.
    public func stop() {
        flag.store(true, ordering: .relaxed)
        var byte: UInt8 = 0
        if writer >= 0 { _ = write(writer, &byte, 1) }
    }
}

/// Whether the process ignores a signal, as whoever started it may have wished.
public func isSignalIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
}
