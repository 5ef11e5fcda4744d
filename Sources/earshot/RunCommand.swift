import Alerts
import ArgumentParser
import Capture
import Detection
import Foundation
import Sandbox
import Sensor
import Synchronization

/// `earshot run`: listens on interfaces.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Listen on interfaces; alerts go to the store.",
        discussion: """
            Runs until SIGINT or SIGTERM, then prints a summary. SIGHUP reads the configuration and loads rules, filters \
            and lists again: they take over between two frames, and windows and suppressions go on; where something is \
            wrong with them, the running ones stay. Other settings that have changed wait for the next start, and are \
            named. An interface that is down, pulled out or not there yet is waited for, and the others go on; where none \
            of those named with -i is there at the start, that is an error unless --wait. Capturing needs a right: root, or
              sudo setcap cap_net_raw=eip /path/to/earshot

            EXAMPLES
              earshot run -i eth1
              earshot run -i eth1 -i eth2 --db /var/lib/earshot/alerts.db
              earshot run --wait -i wlan0 --metrics /var/lib/node_exporter/earshot.prom
              earshot run -i any 'tcp port 1883 or udp port 5683'
            """)

    @Option(
        name: [.customShort("i"), .long],
        help: ArgumentHelp(
            "Listen on an interface; 'any' for all. Repeatable. Else the setting interfaces counts.",
            valueName: "iface"))
    var interface: [String] = []

    @Flag(help: "Wait also where none of the interfaces is there.")
    var wait = false

    @Option(
        help: ArgumentHelp("Write metrics for node_exporter's textfile collector.", valueName: "file"),
        completion: .file())
    var metrics: String?

    @OptionGroup var store: StoreOptions
    @OptionGroup var rules: RuleOptions

    @Flag(name: [.customShort("p"), .long], help: "Leave the interfaces out of promiscuous mode.")
    var noPromiscuous = false

    @Option(name: [.customShort("B"), .long], help: ArgumentHelp("Kernel buffer of each interface.", valueName: "MiB"))
    var bufferSize: Int?

    @Option(name: [.customShort("s"), .long], help: ArgumentHelp("Bytes to capture of a frame.", valueName: "bytes"))
    var snapLength: Int?

    @OptionGroup var packets: PacketOptions
    @OptionGroup var sandbox: SandboxOptions

    @Option(
        help: ArgumentHelp(
            "Started by root, become this user once all is open; 'earshot' by default, where it may write the store.",
            valueName: "name"))
    var user: String?

    @Option(name: [.customShort("c"), .long], help: "End after that many frames.")
    var count: UInt64?

    @Flag(name: .shortAndLong, help: "Print no alerts, only the summary.")
    var quiet = false

    @Argument(help: ArgumentHelp("A filter expression, as in tcpdump.", valueName: "bpf"))
    var filter: [String] = []

    func validate() throws {
        if let bufferSize, !(1...2047).contains(bufferSize) {
            throw ValidationError("--buffer-size wants 1 to 2047 MiB")
        }
        if let snapLength, !(64...262_144).contains(snapLength) {
            throw ValidationError("--snap-length wants 64 to 262144 bytes")
        }
    }

    func run() throws {
        Signals.install(reloads: true)
        let service = ServiceManager(environment: ProcessInfo.processInfo.environment)
        Terminal.collapsesRepeats()
        defer { Terminal.sayHeldBack() }
        try failing { () throws(SensorError) in
            var settings = try store.settings(rules.sources)
            let configured = settings
            packets.apply(to: &settings)
            sandbox.apply(to: &settings)
            if let user { settings.user = user }
            let interfaces = try interfaces(settings)
            settings.addHomeNetworks(NetworkInterface.networks(of: interfaces))
            // What is wrong with the command line is said before anything is left on the disk.
            let options = try options(settings)
            let ruleSet = try rules.load(settings)
            let capture = try LiveRun.open(interfaces, options, stop: Signals.stop)
            // From here on this is the only user, and these are the only files: nothing was parsed that came from outside.
            let metricsFile = (metrics ?? settings.metricsFile).map { MetricsFile(path: $0) }
            let confined = try confine(settings, metricsFile)
            let writer = try openStore(settings, ruleSet)
            defer { writer.close() }
            settings.passwordKey = try PasswordKey.load(beside: settings.database)
            let printer = AlertPrinter(quiet: quiet)
            var pipeline = Pipeline(
                settings: settings, rules: ruleSet, writer: writer, resumesRows: true, sandbox: confined.text,
                observe: printer.observe)
            let watchdog = watchdog(service, writer)
            defer { watchdog.end() }
            let names = interfaces.joined(separator: ", ")
            if let warning = metricsFile?.nameWarning { Terminal.log(warning) }
            let result = try LiveRun.run(
                capture, limit: count, reloader: reloader(service, names, configured), watchdog: watchdog,
                metrics: metricsFile, log: { Terminal.log($0) }, &pipeline
            ) { warnings in
                for warning in warnings { Terminal.log(warning) }
                let status = "listening on \(names), \(ruleSet.compiled.rules.census)"
                Terminal.log("\(status), alerts go to \(settings.database), sandbox: \(confined.text)")
                for note in confined.notes { Terminal.log(note) }
                service.tell(.ready(status: status))
            }
            service.tell(.stopping)
            printer.end()
            // What the store does not take even now is lost: that is part of what there is to tell.
            writer.close()
            Terminal.log(RunReport(result.statistics, store: settings.database, writer: writer.counters).text)
            if let error = result.error { throw SensorError(error) }
            try requireAllStored(writer.counters)
        }
    }

    /// Gives up what the sensor needs no more: what follows has only its store, its rules and its interfaces.
    private func confine(_ settings: Settings, _ metrics: MetricsFile?) throws(SensorError) -> Confinement.Outcome {
        var confinement = Confinement(settings)
        confinement.writeStore()
        confinement.listen()
        try confinement.chooseUser(isOrdered: user != nil)
        if let metrics { confinement.write(metrics.folder) }
        return try confinement.enter()
    }

    /// Gives signs of life to the service manager while capture and writer move, twice in the time that it grants.
    private func watchdog(_ service: ServiceManager, _ writer: AlertWriter) -> Watchdog {
        let granted = service.watchdogMicroseconds.map { Double($0) / 2_000_000 } ?? 5
        return Watchdog(
            intervalSeconds: min(granted, 5),
            writer: {
                let progress = writer.progress
                return Watchdog.WriterState(isBusy: progress.isBusy, steps: progress.steps)
            },
            alive: { service.tell(.alive) }, log: { Terminal.log("earshot: \($0)") })
    }

    private func reloader(_ service: ServiceManager, _ names: String, _ running: Settings) -> RuleReloader {
        RuleReloader(
            isWanted: { Signals.wantsReload.exchange(false, ordering: .relaxed) }, load: reload(running)
        ) { phase in
            switch phase {
            case .begins: service.tell(.reloading)
            case .ends: service.tell(.ready(status: "listening on \(names)"))
            }
        }
    }

    /// Reads the configuration and loads the rules again; says what came of it, and which of the changed settings wait for
    /// the next start.
    private func reload(_ running: Settings) -> @Sendable () -> RuleReloader.Outcome {
        let (overrides, skippingBroken) = (store.overrides(rules.sources), rules.skipBrokenRules)
        let interface = interface
        return {
            do throws(SensorError) {
                var settings = try Settings.load(overrides)
                let waiting = running.waitingForRestart(in: settings)
                let named = interface.isEmpty ? running.interfaces : interface
                settings.addHomeNetworks(NetworkInterface.networks(of: named))
                let loaded = try RuleSet.load(
                    settings.ruleSources, skippingBroken: skippingBroken, store: running.database, again: true)
                Terminal.log("loaded \(loaded.compiled.rules.census) again")
                if !waiting.isEmpty {
                    Terminal.log(
                        "changed in the configuration, but for the next start: \(waiting.joined(separator: ", "))")
                }
                return .loaded(loaded)
            } catch {
                Terminal.log("earshot: \(error.message)")
                Terminal.log("the rules were not loaded again; the rules in use stay")
                return .failed
            }
        }
    }

    /// What the command line names beats the configuration.
    private func interfaces(_ settings: Settings) throws(SensorError) -> [String] {
        let named = interface.isEmpty ? settings.interfaces : interface
        guard named.isEmpty else { return named }
        throw SensorError(
            .usage,
            "name at least one interface with -i, or under 'interfaces' in the configuration; "
                + "'earshot interfaces' lists them")
    }

    private func options(_ settings: Settings) throws(SensorError) -> LiveCapture.Options {
        var options = LiveCapture.Options()
        options.snapLength = snapLength ?? settings.snapLength
        options.isPromiscuous = settings.promiscuous && !noPromiscuous
        options.bufferSize = (bufferSize ?? settings.captureBufferMebibytes) << 20
        // The configuration is for whoever starts with the machine, before a card is there.
        options.waitsForMissing = wait || interface.isEmpty
        options.filter = filter.isEmpty ? nil : filter.joined(separator: " ")
        // A slip of the pen is to be told before a store is made.
        if let expression = options.filter {
            do throws(CaptureError) { _ = try PacketFilter(expression) } catch { throw SensorError(error) }
        }
        return options
    }
}
