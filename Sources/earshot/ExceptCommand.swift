import Alerts
import ArgumentParser
import Detection
import Foundation
import Sensor
import Sigma

/// `earshot except`: writes the exception that keeps an alert from coming again.
struct ExceptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "except",
        abstract: "Write a Sigma filter that leaves out exactly this alert from now on.",
        discussion: """
            The filter names the rules that the alert comes from and what tells its row from others: a client, a broker. \
            Where other rows of the store rest on the same messages it asks for more, as the rule does, and says which of \
            them no field tells apart. \
            It goes to the folder of filters that the configuration or --filters names, to /etc/earshot/filters where \
            that is there, else to the folder where you are; it is shown, checked, and held against the alert's own \
            message. A sensor that runs takes it up at SIGHUP.

            EXAMPLES
              earshot except 17
              earshot except 17 -o historian.yml
            """)

    @Argument(help: "The number of the alert, as 'earshot tail' prints it.") var id: String
    @OptionGroup var store: StoreOptions
    @OptionGroup var sources: RuleSourceOptions
    @Option(
        name: .shortAndLong, help: ArgumentHelp("Write to this file; '-' for standard output.", valueName: "file"),
        completion: .file())
    var output: String?

    func validate() throws {
        guard AlertNumber(id) != nil else { throw ValidationError(AlertNumber.help(id)) }
    }

    func run() throws {
        Signals.install()
        try failing { () throws(SensorError) in
            let settings = try store.settings(sources)
            let reader = try openReader(settings.database)
            let number = try AlertNumber.resolve([id], reader).first ?? 0
            guard let detail = try reading({ () throws(StoreError) in try reader.alert(number) }) else {
                throw SensorError(.noInput, "\(settings.database): there is no alert \(number)")
            }
            let rules = try RuleSet.load(settings.ruleSources, withTests: false)
            let place = try rules.rule(detail.stored.alert.ruleID)
            let beside = try Self.rows(of: rules.sharing(rule: place), reader)
            let exception = try rules.exception(for: detail.stored, rule: place, by: NSUserName(), beside: beside)
            let path = output ?? Self.path(settings, number)
            let check = try Self.check(exception, settings, detail.stored.alert, rules)
            if path != "-" { try Self.write(exception.text, to: path) }
            var printed = Output()
            for line in exception.text.split(separator: "\n") { printed.line(Terminal.visible(line)) }
            try printed.end()
            Terminal.log(check)
            for line in Self.consequences(exception) { Terminal.log(line) }
            guard path != "-" else { return }
            let isUsed = settings.filters.contains { path.hasPrefix($0 + "/") || path == $0 }
            Terminal.log(
                "written to \(path); "
                    + (isUsed
                        ? "a sensor that runs takes it up at SIGHUP"
                        : "use it with --filters \(path), or move it to \(RuleSources.defaultFilters)"))
        }
    }

    /// Rows of the store that are looked at, the newest.
    private static let examined = 10_000

    /// The newest rows of some rules.
    private static func rows(of rules: [String], _ reader: AlertReader) throws(SensorError) -> [StoredAlert] {
        var filter = AlertFilter()
        filter.wanted.ruleIDs = Set(rules)
        return try reading { () throws(StoreError) in try reader.last(examined, filter) }
    }

    /// What else the filter keeps from being told.
    private static func consequences(_ exception: RuleException) -> [String] {
        var lines = exception.reached.suffix(5).map { row in
            "cannot be told apart by a field, and is left out too: #\(row.id) \(terminalSafe(row.alert.shownTitle)), "
                + terminalSafe(row.alert.shownSummary)
        }
        if exception.reached.count > 5 { lines.append("and \(exception.reached.count - 5) more rows of the store") }
        if exception.reached.isEmpty { lines.append("no other row of the store is left out") }
        if !exception.others.isEmpty {
            lines.append(
                "these rules see less from now on, since they rest on the same messages: "
                    + exception.others.joined(separator: ", "))
        }
        return lines
    }

    private static func path(_ settings: Settings, _ number: Int64) -> String {
        let folders = settings.filters + [RuleSources.defaultFilters]
        var isFolder: ObjCBool = false
        let folder = folders.first {
            FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder) && isFolder.boolValue
                && FileManager.default.isWritableFile(atPath: $0)
        }
        return (folder.map { $0 + "/" } ?? "") + "except-\(number).yml"
    }

    private static func write(_ text: String, to path: String) throws(SensorError) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
        } catch CocoaError.fileWriteFileExists {
            throw SensorError(.cannotCreate, "\(path): is there already; name another file with -o")
        } catch {
            throw SensorError(.cannotCreate, "\(path): cannot be written: \(error.localizedDescription)")
        }
    }

    /// Loads the rules with the filter, and holds the alert's message against them.
    ///
    /// - Returns: what came of it, for the log.
    private static func check(
        _ exception: RuleException, _ settings: Settings, _ alert: Alert, _ before: RuleSet
    ) throws(SensorError) -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("earshot-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("except.yml")
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(exception.text.utf8).write(to: file)
        } catch {
            throw SensorError(.cannotCreate, "\(file.path): cannot be written: \(error.localizedDescription)")
        }
        var sources = settings.ruleSources
        sources.filters.append(file.path)
        let after = try RuleSet.load(sources, withTests: false)
        if let error = after.errors.first(where: { $0.file == file.path }) {
            throw SensorError(.software, "the filter does not load: \(after.render(error))")
        }
        guard let event = try? RecordedEvent(json: Substring(alert.event)) else {
            return "checked: it loads; the alert has no message of its own to hold against it"
        }
        let names = Set(exception.rules)
        func met(_ rules: RuleSet) -> Set<String> {
            var matcher = RuleMatcher(rules: rules.compiled)
            matcher.evaluate(event)
            return Set(
                matcher.matches.map { rules.compiled.rules[$0] }.map { $0.metadata.name?.value ?? $0.id }
            ).intersection(names)
        }
        let (earlier, now) = (met(before), met(after))
        guard now.isEmpty else {
            throw SensorError(
                .software, "the filter does not keep the alert's message from \(now.sorted().joined(separator: ", "))")
        }
        return earlier.isEmpty
            ? "checked: it loads; the alert's last message alone meets none of these rules"
            : "checked: it loads, and the alert's message no longer meets \(earlier.sorted().joined(separator: ", "))"
    }
}
