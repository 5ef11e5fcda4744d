import Capture
import Foundation
import Synchronization

/// Ends a run cleanly on SIGINT, SIGTERM and, where nobody asked to ignore it, SIGHUP; a second signal ends it at once.
///
/// Where rules can be loaded again, SIGHUP asks for that instead.
enum Signals {
    /// What the signal handler pulls.
    static let stop = StopSwitch()
    /// Set by SIGHUP where it asks for the rules to be loaded again.
    static let wantsReload = Atomic<Bool>(false)

    /// Installs the handlers.
    ///
    /// A reader who leaves is told by an error of `write`, not by a signal, and so is a file that has reached its limit. Where `reloads`, SIGHUP sets `wantsReload`,
    /// and ends nothing.
    static func install(reloads: Bool = false) {
        // Made before a handler could need it: a handler must not allocate.
        _ = stop.isStopped
        _ = wantsReload.load(ordering: .relaxed)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            // nohup(1) leaves SIGHUP ignored, and so it stays.
            if number == SIGHUP, isSignalIgnored(number) { continue }
            if number == SIGHUP, reloads {
                signal(number) { _ in Signals.wantsReload.store(true, ordering: .relaxed) }
                continue
            }
            signal(number) { number in
                Signals.stop.stop()
                signal(number, SIG_DFL)
            }
        }
        signal(SIGPIPE, SIG_IGN)
        // A file that may not grow further (ulimit -f) is an error of writing as a full disk is.
        signal(SIGXFSZ, SIG_IGN)
        // Whoever started the program may have left them blocked, as threads of a pool do: then nothing but SIGKILL would
        // end it.
        var ours = sigset_t()
        sigemptyset(&ours)
        for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&ours, number) }
        pthread_sigmask(SIG_UNBLOCK, &ours, nil)
    }
}
