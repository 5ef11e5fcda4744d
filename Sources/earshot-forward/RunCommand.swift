import ArgumentParser
import Forward
import Foundation

/// `earshot-forward run`: sends what there is and what comes.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Send what there is, and what comes.",
        discussion: "SIGHUP opens files anew that were renamed; SIGTERM ends it, and nothing is lost.")

    @OptionGroup var configurationOptions: ConfigurationOptions
    @Flag(help: "End when each target has everything that is there.") var once = false
    @Option(help: ArgumentHelp("Only this target; may be given several times.", valueName: "name")) var only: [String] =
        []

    func run() throws {
        Signals.install()
        try failing { () throws(ForwardError) in
            let settings = try configurationOptions.load()
            let forwarder = try Forwarder(settings, ForwardLog { say($0) }, Signals.control, only: only)
            forwarder.run(isOnce: once)
        }
    }
}

/// Ends a run in order on SIGINT and SIGTERM; SIGHUP opens files anew.
enum Signals {
    /// What the handlers pull.
    static let control = ForwardSwitch()

    static func install() {
        // Made before a handler could need it: a handler must not allocate.
        _ = control.isStopped
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                Signals.control.stop()
                signal(number, SIG_DFL)
            }
        }
        signal(SIGHUP) { _ in Signals.control.reopen() }
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        // Whoever started the program may have left them blocked, as threads of a pool do.
        var ours = sigset_t()
        sigemptyset(&ours)
        for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&ours, number) }
        pthread_sigmask(SIG_UNBLOCK, &ours, nil)
    }
}
