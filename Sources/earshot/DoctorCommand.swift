import ArgumentParser
import Capture
import Doctor
import Foundation
import Network
import Sensor

/// `earshot doctor`: says whether a port or a capture delivers what a sensor needs, and what mends it.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say whether a mirror port delivers what a sensor needs, and how to mend it.",
        discussion: """
            Listens for a minute, or reads captures whole, and says in plain words what is missing, why, and what to \
            type at the switch: one direction, cut or glued frames, VLAN tags on one side, copies, loss, an ordinary \
            port, no traffic. It names the brokers and servers it saw. A first verdict comes after ten seconds. \
            Nothing is sent; reading captures needs no rights.

            EXAMPLES
              earshot doctor -i eth1
              earshot doctor -i eth1 --json > before.json     later, after mending at the switch:
              earshot doctor -i eth1 --compare before.json
              earshot doctor capture.pcap

            EXIT STATUS
              0 all is well, 1 warnings, 2 failures; else as of the other commands
            """)

    @OptionGroup var source: FrameSourceOptions

    @Option(help: ArgumentHelp("Listen for so long.", valueName: "N")) var seconds: Double = 60

    @Flag(help: "One JSON object.") var json = false

    @Option(
        help: ArgumentHelp("Say what has changed since an earlier report, which --json wrote.", valueName: "file"),
        completion: .file())
    var compare: String?

    @Option(name: [.customShort("s"), .long], help: ArgumentHelp("Bytes to capture of a frame.", valueName: "bytes"))
    var snapLength: Int?

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"), completion: .file())
    var config: String?

    @OptionGroup var sandbox: SandboxOptions

    func validate() throws {
        guard seconds >= 1, seconds <= 86_400 else { throw ValidationError("--seconds wants 1 to 86400") }
        if let snapLength, !(64...262_144).contains(snapLength) {
            throw ValidationError("--snap-length wants 64 to 262144 bytes")
        }
        if snapLength != nil, source.interface.isEmpty { throw ValidationError("--snap-length goes with -i") }
    }

    func run() throws {
        Signals.install()
        var status: Int32 = 0
        try failing { () throws(SensorError) in
            let earlier = try compare.map { path throws(SensorError) in try Self.load(path) }
            var overrides = Settings.Overrides()
            overrides.configuration = config
            var settings = try Settings.load(overrides)
            sandbox.apply(to: &settings)
            let (report, failure) = source.interface.isEmpty ? try examineFiles(settings) : try listen(settings)
            try show(report, earlier)
            if let failure { throw failure }
            status = report.exitStatus
        }
        if status != 0 { throw ExitCode(status) }
    }

    private func examineFiles(_ settings: Settings) throws(SensorError) -> (DoctorReport, SensorError?) {
        let found = source.captures
        let filter = try found.packetFilter()
        var examination = Examination(limits: settings.limits, keepsSample: false)
        let input = try CaptureInput(found.paths)
        var confinement = Confinement(settings)
        confinement.read(found.paths + input.files)
        for note in try confinement.enter().notes { Terminal.log(note) }
        let failure = input.read(filter) { frame, bytes in
            examination.note(frame, bytes)
            return true
        }
        examination.finish()
        var context = PortContext()
        context.captures = found.paths
        return (examination.report(context), failure)
    }

    private func listen(_ settings: Settings) throws(SensorError) -> (DoctorReport, SensorError?) {
        var options = LiveCapture.Options()
        options.snapLength = snapLength ?? settings.snapLength
        options.isPromiscuous = settings.promiscuous
        options.bufferSize = settings.captureBufferMebibytes << 20
        options.filter = source.captures.filter
        let wanted = Int(seconds)
        return try PortExamination.run(
            source.interface, options, settings, seconds: seconds, stop: Signals.stop
        ) { warnings in
            for warning in warnings { Terminal.log(warning) }
            Terminal.log("looking at \(source.interface.joined(separator: ", ")) for \(plural(wanted, "second"))")
        } first: { report in
            Terminal.log("so far: \(report.line)")
        } rules: {
            // Without rules nothing can be measured; what is wrong with them other commands say.
            try? RuleSet.load(settings.ruleSources, withTests: false)
        }
    }

    private func show(_ report: DoctorReport, _ earlier: DoctorReport?) throws(SensorError) {
        var output = Output()
        let comparison = earlier.map { Comparison(earlier: $0, now: report) }
        if json {
            output.line(Self.text(report))
            // The object stays one that can be compared with the next.
            for line in comparison?.lines ?? [] { Terminal.log(line) }
        } else {
            for line in report.lines { output.line(Terminal.visible(line)) }
            if let comparison, let earlier {
                output.line("")
                output.line("since \(Terminal.visible(earlier.begin ?? "the report before")):")
                for line in comparison.lines { output.line("  \(Terminal.visible(line))") }
            }
        }
        try output.end()
    }

    private static func text(_ report: DoctorReport) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(report) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    private static func load(_ path: String) throws(SensorError) -> DoctorReport {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SensorError(.noInput, "\(path): there is no such file, or it cannot be read")
        }
        guard let report = try? JSONDecoder().decode(DoctorReport.self, from: data) else {
            throw SensorError(.dataError, "\(path): this is no report that 'earshot doctor --json' wrote")
        }
        return report
    }
}
