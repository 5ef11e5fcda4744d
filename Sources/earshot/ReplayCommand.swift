import Alerts
import ArgumentParser
import Capture
import Foundation
import Sensor

/// `earshot replay`: reads captures as if they were live.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Read captures as if they were live; alerts go to the store.",
        discussion: """
            Reads pcap and pcapng, also compressed with gzip or zstd. A file whose alerts are in the store already is \
            left out, unless --again. A damaged file yields every alert up to the damage.

            EXAMPLES
              earshot replay capture.pcap
              earshot replay /srv/captures --db case17.db
              earshot replay -r capture.pcap tcp port 1883
              earshot replay capture.pcap --speed 1
            """)

    @OptionGroup var captures: CaptureOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var rules: RuleOptions

    @OptionGroup var packets: PacketOptions
    @OptionGroup var sandbox: SandboxOptions

    @Option(help: ArgumentHelp("Times the speed of capture; as fast as can be without it.", valueName: "X"))
    var speed: Double?

    @Flag(help: "Read files again whose alerts are in the store already.")
    var again = false

    @Flag(name: .shortAndLong, help: "Print no alerts, only the summary.")
    var quiet = false

    @Flag(help: "Say at the end where the time went, stage by stage.")
    var profile = false

    func validate() throws {
        if let speed, !(speed > 0 && speed.isFinite) { throw ValidationError("--speed wants a number above 0") }
        if captures.found.paths.isEmpty { throw ValidationError("name at least one capture: earshot replay <path>") }
    }

    func run() throws {
        Signals.install()
        try failing { () throws(SensorError) in
            let (paths, expression) = (captures.found.paths, captures.found.filter)
            let files: CapturePaths
            do throws(CaptureError) { files = try CapturePaths(paths) } catch { throw SensorError(error) }
            for path in files.unreadable { Terminal.log("\(path): cannot be read, left out") }
            if files.files.isEmpty {
                throw SensorError(.noInput, "\(paths.joined(separator: ", ")): no capture is below this folder")
            }
            var options = Replay.Options()
            options.filter = expression
            options.speed = speed
            options.again = again
            var replay = try Replay(options, stop: Signals.stop)
            var settings = try store.settings(rules.sources)
            packets.apply(to: &settings)
            sandbox.apply(to: &settings)
            let ruleSet = try rules.load(settings)
            var confinement = Confinement(settings)
            confinement.read(paths + files.files)
            confinement.writeStore()
            let confined = try confinement.enter()
            for note in confined.notes { Terminal.log(note) }
            let writer = try openStore(settings, ruleSet)
            defer { writer.close() }
            settings.passwordKey = try PasswordKey.load(beside: settings.database)
            let printer = AlertPrinter(quiet: quiet)
            var pipeline = Pipeline(
                settings: settings, rules: ruleSet, writer: writer, sandbox: confined.text, observe: printer.observe)
            let meter = ProgressMeter()
            let workProfile = profile ? WorkProfile() : nil
            let results = try replay.run(files, &pipeline) { meter.show($0) }
            meter.end()
            printer.end()
            if let workProfile { Terminal.log(workProfile.end()) }
            // What the store does not take even now is lost: that is part of what there is to tell.
            writer.close()
            try report(results, settings, writer)
            if let failure = replay.storeFailure { throw Self.ended(failure, replay.unread, writer.counters) }
            try requireAllStored(writer.counters)
            if Signals.stop.isStopped { throw SensorError(.interrupted, "interrupted at \(meter.place)") }
        }
    }

    /// What is told where the store takes no more: how much it took, and which captures are to be read again.
    private static func ended(
        _ failure: SensorError, _ unread: [String], _ counters: AlertWriterCounters
    ) -> SensorError {
        Terminal.log(failure.message)
        for path in unread.prefix(10) { Terminal.log("\(path): not read") }
        if unread.count > 10 { Terminal.log("and \(unread.count - 10) more captures") }
        return SensorError(
            failure.exitCode,
            "the replay ended early: \(counters.committed) alerts were stored, \(counters.lost) are lost"
                + (counters.waiting > 0 ? ", \(counters.waiting) wait" : "")
                + "; \(unread.count) captures were not read to their end: replay them again when the store takes alerts"
        )
    }

    /// Captures that were replayed before, of which one of these goes on with a conversation, or the other way round.
    ///
    /// What goes on from one file to the next is only followed where both are read in one go.
    private static func neighbours(of results: [Replay.FileResult], in store: String) -> [String] {
        guard let reader = try? AlertReader(path: store), let runs = try? reader.runs(limit: 1000) else { return [] }
        // A live run cannot be read again, nor can a pipe.
        let known = runs.filter { $0.start.sourceDigest != nil && $0.start.source != "-" }.compactMap { run in
            RunStatistics(json: run.summary.stats).map { (run.start.source, $0) }
        }
        let read = results.filter { $0.wasRead && $0.path != "-" }
        let together = Set(read.map(\.path))
        var pairs: [(earlier: String, later: String)] = []
        for result in read {
            for (source, other) in known
            where other.invocation != result.statistics.invocation && !together.contains(source) {
                let pair =
                    other.goesOn(in: result.statistics)
                    ? (source, result.path) : result.statistics.goesOn(in: other) ? (result.path, source) : nil
                // A file that was replayed several times is named once.
                if let pair, !pairs.contains(where: { $0 == pair }) { pairs.append(pair) }
            }
        }
        return pairs.prefix(3).map { pair in
            "\(pair.later) begins where \(pair.earlier) ends: replay them in one command with --again, so that "
                + "connections that go from one to the other are followed"
        }
    }

    private func report(
        _ results: [Replay.FileResult], _ settings: Settings, _ writer: AlertWriter
    ) throws(SensorError) {
        var total = RunStatistics()
        var failure: SensorError?
        for result in results {
            total.add(result.statistics)
            if result.isKnown {
                Terminal.log("\(result.path): its alerts are in \(settings.database) already; --again reads it again")
            }
            guard let error = result.error else { continue }
            let first = SensorError(error)
            if failure != nil || results.count > 1 { Terminal.log(first.message) }
            failure = failure ?? first
        }
        if results.contains(where: \.wasRead) {
            Terminal.log(RunReport(total, store: settings.database, writer: writer.counters).text)
            for hint in Self.neighbours(of: results, in: settings.database) { Terminal.log(hint) }
        }
        guard let failure else { return }
        if results.count > 1 { throw SensorError(failure.exitCode, "not every capture could be read to its end") }
        throw failure
    }
}

/// Shows how far a replay has come, where somebody watches.
private final class ProgressMeter {
    private var last = ContinuousClock.now
    private let isShown = Terminal.showsProgress
    private var wasShown = false
    private var latest: Replay.Progress?

    /// How far it came: of the bytes, where their number is known, else in packets.
    var place: String {
        guard let latest else { return "0 %" }
        guard let total = latest.bytesTotal, total > 0 else { return plural(latest.packets, "packet") }
        return "\(min(100, latest.bytesRead * 100 / total)) %"
    }

    func show(_ progress: Replay.Progress) {
        latest = progress
        guard isShown, ContinuousClock.now - last >= .milliseconds(100) else { return }
        last = .now
        wasShown = true
        let read = Double(progress.bytesRead) / 1_048_576
        if let total = progress.bytesTotal, total > 0 {
            let share = min(1, Double(progress.bytesRead) / Double(total))
            let bar = String(repeating: "#", count: Int(share * 30)).padding(toLength: 30, withPad: ".", startingAt: 0)
            Terminal.progress("[\(bar)] \(Int(share * 100)) %  \(Int(read)) MiB  \(progress.path)")
        } else {
            Terminal.progress("\(Int(read)) MiB  \(progress.packets) packets  \(progress.path)")
        }
    }

    func end() {
        if wasShown { Terminal.clearProgress() }
    }
}
