import Alerts
import ArgumentParser
import Exposure
import Foundation
import Inventory
import Network
import Places
import Sensor

/// `earshot report`: writes what the network gives away as one page.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write what this network gives away, and what to do first, as one page of HTML.",
        discussion: """
            The page stands alone: no script, nothing from elsewhere; it prints, and is readable by night. It begins \
            with what the sensor could not read, and tells open brokers, clear passwords (their number, never a value), \
            what a stranger gets, servers that amplify or take writes, readers outside: with evidence, how to mend each \
            and how to check that. A report that is there already is read before it is replaced: the new one says what \
            is new, still there, mended, and not seen since.

            EXAMPLES
              earshot report                            ./report.html
              earshot report -o plant.html              again: what has changed since
              earshot report -o - > plant.html
              earshot report --json | jq .grade
              earshot report --since october.html -o november.html
              earshot report --list plant.csv           what is not in the site's own list, and what of it was not seen
            """)

    /// How many bytes a report may have that is compared with.
    private static let mostBytes = 64 << 20
    /// How many alerts are read.
    private static let mostAlerts = 20_000

    @OptionGroup var store: StoreOptions

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Where the report goes; - is standard output. Without it ./report.html, or standard output with --json.",
            valueName: "file"),
        completion: .file())
    var output: String?

    @Option(
        help: ArgumentHelp("Say what has changed since an earlier report, a page or its JSON.", valueName: "file"),
        completion: .file())
    var since: String?

    @Option(
        help: ArgumentHelp(
            "Hold what was seen against the site's own list, as 'earshot assets compare' reads it.", valueName: "file"),
        completion: .file())
    var list: String?

    @Flag(help: "One JSON object instead of a page.") var json = false

    @Option(
        help: ArgumentHelp(
            "Countries of public addresses, a database in MaxMind's format; may be repeated.", valueName: "file"),
        completion: .file())
    var geoip: [String] = []

    func run() throws {
        Signals.install()
        try failing { () throws(SensorError) in
            let target = output ?? (json ? "-" : "report.html")
            let before = target == "-" ? nil : try Self.replaced(target)
            let earlier = try since.map { path throws(SensorError) in try Self.load(path) } ?? before
            let listed = try list.map { path throws(SensorError) in try SiteInventory(path: path) }
            let settings = try store.settings()
            let countries = try AssetStore.countries(geoip.isEmpty ? settings.geoip : geoip)
            var input = try Self.input(try openReader(settings.database))
            input.country = { address in
                guard let place = countries?.place(of: address), let code = place.country else { return nil }
                return Country(code: code, name: place.countryName ?? code)
            }
            var report = ExposureReport(input)
            if let earlier { report.compare(with: earlier) }
            if let listed, let list {
                let found = listed.compare(Machine.all(input.inventory, HardwareView(input.inventory)))
                report.siteList = SiteListView(
                    file: (list as NSString).lastPathComponent, known: found.known, unlisted: found.unlisted,
                    unseen: found.unseen.map { SiteListView.Unseen(line: $0.line, name: $0.title) })
            }
            try write(report, to: target)
        }
    }

    /// What a store knows.
    private static func input(_ reader: AlertReader) throws(SensorError) -> ExposureInput {
        let now = Int64(Date().timeIntervalSince1970 * 1_000_000)
        var input = ExposureInput(program: "earshot \(Version.current)", now: now)
        input.warning = reader.warning
        input.inventory = try reading { () throws(StoreError) in try reader.inventory() }
        input.runs = try reading { () throws(StoreError) in try reader.runs(limit: 1000) }
        var filter = AlertFilter()
        filter.minimumLevel = .high
        filter.states = [.open, .acknowledged]
        var last: Int64 = 0
        while input.alerts.count < mostAlerts {
            let page = try reading { () throws(StoreError) in try reader.query(filter, after: last) }
            guard let end = page.last else { break }
            input.alerts += page
            last = end.id
        }
        return input
    }

    private func write(_ report: ExposureReport, to target: String) throws(SensorError) {
        let text: String
        if json {
            guard let object = report.json else { throw SensorError(.software, "the report cannot be written as JSON") }
            text = object + "\n"
        } else {
            text = ReportPage(report).html
        }
        guard target != "-" else {
            var output = Output()
            output.buffer.append(contentsOf: text.utf8)
            return try output.end()
        }
        do throws(PrivateFile.Refusal) { try PrivateFile.write(Array(text.utf8), to: target) } catch {
            throw SensorError(.cannotCreate, "\(target): \(error.reason)")
        }
        let open = report.findings.count { $0.state == .open }
        let points = report.grade.map { ", \(plural($0.points, "point"))" } ?? ""
        Terminal.log("\(target): \(plural(open, "open finding"))\(points)")
        if let comparison = report.comparison { Terminal.log(comparison.sentence) }
        if let withheld = report.gradeWithheld { Terminal.log(withheld) }
    }

    /// The report that a new one takes the place of; `nil` where there is no file, an error where it is another file.
    private static func replaced(_ path: String) throws(SensorError) -> EarlierReport? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let bytes = read(path) else {
            throw SensorError(
                .cannotCreate, "\(path): there is something of that name that is no file or cannot be read")
        }
        do throws(EarlierReport.Unreadable) { return try EarlierReport(contentsOf: bytes) } catch {
            switch error {
            case .version(let version):
                Terminal.log("\(path) is a report of version \(version), which is replaced and not compared with")
                return nil
            case .noReport:
                throw SensorError(
                    .cannotCreate,
                    "\(path): it is no exposure report, and is left alone; remove it, or choose another name")
            }
        }
    }

    private static func load(_ path: String) throws(SensorError) -> EarlierReport {
        guard let bytes = read(path) else {
            throw SensorError(.noInput, "\(path): there is no such file, or it cannot be read")
        }
        do throws(EarlierReport.Unreadable) { return try EarlierReport(contentsOf: bytes) } catch {
            switch error {
            case .version(let version):
                throw SensorError(
                    .dataError,
                    "\(path): this report is of version \(version), where \(ExposureReport.currentVersion) is read")
            case .noReport: throw SensorError(.dataError, "\(path): this is no report that 'earshot report' wrote")
            }
        }
    }

    /// The bytes of a regular file.
    private static func read(_ path: String) -> [UInt8]? {
        let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        // A pipe or a device may never end.
        guard attributes?[.type] as? FileAttributeType == .typeRegular, let handle = FileHandle(forReadingAtPath: path)
        else { return nil }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: mostBytes) else { return [] }
        return Array(data)
    }
}
