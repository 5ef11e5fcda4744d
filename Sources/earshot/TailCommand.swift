import Alerts
import ArgumentParser
import Capture
import Foundation
import Sensor

/// `earshot tail`: prints the latest alerts.
struct TailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Print the latest alerts, and with -f those that come.",
        discussion: """
            With -f an alert is printed when it comes, when it becomes worse, when it was closed and grows again, and \
            when it was repeated ten, a hundred, a thousand times, at most once a minute; --every prints each change, \
            --new only what is new. Programs get each change (json, csv) or what is new (eve). Times are local at a \
            terminal, else UTC.

            EXAMPLES
              earshot tail -f
              earshot tail --level high --since yesterday --state open
              earshot tail --ip 10.1.0.0/16 --client 'pump-*' --not --rule 'coap*'
              earshot tail -f --format json
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var filter: AlertFilterOptions

    @Flag(
        name: [.customShort("f"), .long], help: "Go on and print what comes; waits for a store that is not there yet.")
    var follow = false

    @Option(
        name: [.customShort("n"), .long, .customLong("limit")], parsing: .unconditional,
        help: "How many of the latest alerts: 10, or all of the time asked for by --since and --until.")
    var lines: Int?

    @Flag(help: "With -f: print each change.") var every = false
    @Flag(help: "With -f: print new alerts only.") var new = false

    @Option(help: "text, fast, json, eve or csv.")
    var format: String = "text"

    func validate() throws {
        if let lines, lines < 0 { throw ValidationError("-n wants a number that is 0 or more") }
        if every, new { throw ValidationError("--every and --new exclude each other") }
        guard AlertFormat(rawValue: format) != nil else {
            let known = AlertFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("there is no format '\(format)'; there are \(known)")
        }
    }

    func run() throws {
        Signals.install()
        try failing { () throws(SensorError) in
            let settings = try store.settings()
            guard let reader = try reader(settings.database) else { return }
            let format = AlertFormat(rawValue: format) ?? .text
            let printed = format == .text ? Terminal.alertOutput(filter.zone) : format.output()
            var output = Output()
            if let header = printed.header { output.line(header) }
            var selection = try filter.filter(reader)
            // What comes between the two reads is printed by the first poll.
            var cursor = try reading { () throws(StoreError) in try reader.cursorAtEnd() }
            var policy = FollowPolicy(detail(format))
            let isSpan = filter.since != nil || filter.until != nil
            try printStored(reader, selection, limit: lines ?? (isSpan ? .max : 10), printed, &policy, &output)
            while follow, !Signals.stop.isStopped, !output.isClosed {
                let before = cursor
                var changes = try reading { () throws(StoreError) in try reader.poll(&cursor, selection) }
                if filter.asksForRules, cursor != before, let renewed = try renewed(selection, reader) {
                    // A rule that the store did not know when its name was looked up.
                    selection = renewed
                    cursor = before
                    changes = try reading { () throws(StoreError) in try reader.poll(&cursor, selection) }
                }
                for change in changes where policy.wants(change, at: Date()) {
                    output.line(printed.line(change.stored))
                }
                for stored in policy.due(at: Date()) { output.line(printed.line(stored)) }
                output.flush()
                if changes.isEmpty { Thread.sleep(forTimeInterval: 0.2) }
            }
            try output.end()
        }
    }

    private func detail(_ format: AlertFormat) -> FollowPolicy.Detail {
        if every { return .every }
        if new { return .new }
        switch format {
        case .text, .fast: return .notable
        case .json, .csv: return .every
        case .eve: return .new
        }
    }

    /// Opens the store; with -f it waits until there is one.
    ///
    /// `nil` where a signal ended that.
    private func reader(_ path: String) throws(SensorError) -> AlertReader? {
        var hasSaidSo = false
        // Whoever has just begun to write brings an older store up to date.
        var patience = Date(timeIntervalSinceNow: 5)
        while true {
            do throws(StoreError) {
                let reader = try AlertReader(path: path)
                tellDoubts(reader)
                return reader
            } catch {
                let isComing = error.code == .missing || error.isEmptyFile
                let isBeingMade = error.code == .olderSchema || hasSaidSo && error.code == .notAStore
                guard follow, isComing || isBeingMade && Date() < patience else { throw SensorError(error) }
                if isComing, !hasSaidSo {
                    Terminal.log("waiting for \(path): 'earshot run' or 'earshot replay' makes it")
                    hasSaidSo = true
                }
                if isComing { patience = Date(timeIntervalSinceNow: 5) }
            }
            if Signals.stop.isStopped { return nil }
            Thread.sleep(forTimeInterval: 0.2)
        }
    }

    /// The filter with the rules that the store knows by now; `nil` where nothing changed.
    private func renewed(_ known: AlertFilter, _ reader: AlertReader) throws(SensorError) -> AlertFilter? {
        var found = try filter.filter(reader, isQuiet: true)
        // Times that people give by their distance are those of the start.
        (found.since, found.until) = (known.since, known.until)
        return found == known ? nil : found
    }

    private func printStored(
        _ reader: AlertReader, _ filter: AlertFilter, limit: Int, _ printed: any AlertOutput,
        _ policy: inout FollowPolicy, _ output: inout Output
    ) throws(SensorError) {
        guard limit > 0 else { return }
        if limit < .max {
            let latest = try reading { () throws(StoreError) in try reader.last(limit, filter) }
            for alert in latest { output.line(printed.line(alert)) }
            policy.note(latest, at: Date())
        } else {
            var last: Int64 = 0
            while !Signals.stop.isStopped, !output.isClosed {
                let page = try reading { () throws(StoreError) in try reader.query(filter, after: last) }
                guard let end = page.last else { break }
                for alert in page { output.line(printed.line(alert)) }
                policy.note(page, at: Date())
                last = end.id
            }
        }
        output.flush()
    }
}
