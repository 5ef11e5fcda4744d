import Alerts
import ArgumentParser
import Foundation
import Inventory
import Sensor

/// `earshot policy`: what is usual on this network.
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "What is usual on this network: learn it, check it, change it.",
        discussion: """
            A policy is a file that says what is usual: servers, clients, who publishes and reads which topic, who \
            commands, values, formats and pace of records. 'policy learn' writes it from what the store knows, people edit \
            it, and a sensor whose configuration names it (policy: FILE) tells what deviates.

            EXAMPLES
              earshot policy learn -o policy.yaml
              earshot policy check policy.yaml tuesday.pcap
              earshot policy allow 17 --policy policy.yaml
            """,
        subcommands: [
            PolicyLearn.self, PolicyCheck.self, PolicyShow.self, PolicyAllow.self, PolicyDeny.self, PolicyUndo.self,
            PolicySuggestLists.self, PolicyExportCommand.self,
        ])
}

/// `earshot policy learn`: writes a policy from what was seen.
struct PolicyLearn: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "learn",
        abstract: "Write a policy from what the store knows of the network.",
        discussion: """
            What clients did whom an alert of medium level or above is about is left out, and said; so is who was never let \
            in. The same store gives the same bytes. A file that is there is never overwritten.

            EXAMPLES
              earshot policy learn -o policy.yaml
              earshot policy learn --db case17.db --quiet
            """)

    @OptionGroup var store: StoreOptions

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The file to write; standard output without it.", valueName: "file"),
        completion: .file())
    var output: String?

    @Flag(help: "Learn also what alerts of medium level or above are about.")
    var includeAlerted = false

    @Flag(name: .shortAndLong, help: "Do not say what was left out and how sure each section is.")
    var quiet = false

    func run() throws {
        try failing { () throws(SensorError) in
            let reader = try openReader(try store.settings().database)
            let snapshot = try reading { () throws(StoreError) in try reader.inventory() }
            guard !snapshot.isEmpty else {
                throw SensorError(
                    .noInput, "the store knows nothing of the network yet; 'earshot run' or 'earshot replay' fills it")
            }
            let found = try reading { () throws(StoreError) in try PolicySuspects(reader) }
            let learned = PolicyLearner.learn(snapshot, except: includeAlerted ? [] : found.suspects)
            let text = PolicyText.file(learned.policy)
            if let output { try PolicyOutput.writeNew(text, to: output) } else { print(text, terminator: "") }
            guard !quiet else { return }
            for omission in learned.omissions {
                Terminal.log("left out: \(terminalSafe(omission.subject)): \(terminalSafe(omission.reason))")
            }
            if !includeAlerted, !found.aboutServers.isEmpty {
                Terminal.log(
                    "\(plural(found.aboutServers.count, "alert")) about servers alone: nobody is left out for them")
            }
            for line in PolicyMaturity.of(learned.policy).map(PolicyOutput.text) { Terminal.log(line) }
        }
    }
}

/// What commands about policies write.
enum PolicyOutput {
    /// Writes a file that must not be there yet; nobody but its owner may write it.
    static func writeNew(_ text: String, to path: String) throws(SensorError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            let reason = errno == EEXIST ? "is there already; name another file" : String(cString: strerror(errno))
            throw SensorError(.cannotCreate, "\(path): \(reason)")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do { try handle.write(contentsOf: Data(text.utf8)) } catch {
            throw SensorError(.ioError, "\(path): cannot be written: \(error.localizedDescription)")
        }
    }

    /// `topics: 12 entries, 3 candidates, 9 on two days or more, 0 new in the last hour, steady since 31 h`.
    static func text(_ maturity: PolicyMaturity) -> String {
        let hours = maturity.steady / 3_600_000_000
        let isShort = maturity.steady < 3_600_000_000
        let since = isShort ? "\(maturity.steady / 60_000_000) min" : "\(hours) h"
        let unseen = maturity.unseen >= 1 ? ", about \(Int(maturity.unseen.rounded())) not seen yet" : ""
        return "\(maturity.section.rawValue): \(count(maturity.entries)), \(plural(maturity.candidates, "candidate")), "
            + "\(maturity.onSeveralDays) on two days or more, \(maturity.inLastHour) new in the last hour, "
            + "\(maturity.inLastDay) in the last day, \(maturity.isSteady ? "steady" : "not steady yet, the latest new") "
            + "since \(since)\(unseen)"
    }

    private static func count(_ entries: Int) -> String { entries == 1 ? "1 entry" : "\(entries) entries" }
}
