import Capture
import Foundation

/// Ends a run cleanly on SIGINT, SIGTERM and, where nobody asked to ignore it, SIGHUP; a second signal ends it at once.
enum Signals {
    /// What the signal handler pulls.
    static let stop = StopSwitch()

    /// Installs the handlers. A reader who leaves is told by an error of `write`, not by a signal.
    static func install() {
        // Made before a handler could need it: a handler must not allocate.
        _ = stop.isStopped
        for number in [SIGINT, SIGTERM, SIGHUP] {
            // nohup(1) leaves SIGHUP ignored, and so it stays.
            if number == SIGHUP, isSignalIgnored(number) { continue }
            signal(number) { number in
                Signals.stop.stop()
                signal(number, SIG_DFL)
            }
        }
        signal(SIGPIPE, SIG_IGN)
        // Whoever started the program may have left them blocked, as threads of a pool do: then nothing but SIGKILL would
        // end it.
        var ours = sigset_t()
        sigemptyset(&ours)
        for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&ours, number) }
        pthread_sigmask(SIG_UNBLOCK, &ours, nil)
    }
}
