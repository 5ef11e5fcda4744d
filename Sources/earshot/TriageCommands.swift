import Alerts
import ArgumentParser
import Foundation
import Sensor

/// What the commands that say something of alerts have in common.
struct TriageOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The numbers of the alerts, as 'earshot tail' prints them; 'last' is the newest.", valueName: "id"))
    var ids: [String]

    @OptionGroup var store: StoreOptions

    @Option(name: [.customShort("m"), .long], help: ArgumentHelp("A remark with it.", valueName: "text"))
    var message: String?

    @Option(help: ArgumentHelp("Who says so; the name of the account without it.", valueName: "name"))
    var by: String?

    func validate() throws {
        for id in ids where AlertNumber(id) == nil { throw ValidationError(AlertNumber.help(id)) }
    }

    /// The account that somebody used before sudo.
    private var person: String {
        let environment = ProcessInfo.processInfo.environment
        let names = [by, environment["SUDO_USER"], environment["USER"], environment["LOGNAME"]]
        return names.compactMap(\.self).first { !$0.isEmpty } ?? NSUserName()
    }

    /// Says something of the alerts, and prints what they are now.
    func say(_ action: TriageEntry.Action) throws {
        Signals.install()
        try failing { () throws(SensorError) in
            let settings = try store.settings()
            let reader = try openReader(settings.database)
            let numbers = try AlertNumber.resolve(ids, reader)
            let now = Int64(Date().timeIntervalSince1970 * 1_000_000)
            let (alerts, missing) = try reading { () throws(StoreError) in
                try reader.say(action, of: numbers, note: message, by: person, at: now)
            }
            guard missing.isEmpty else {
                let list = missing.map { "\($0)" }.joined(separator: ", ")
                throw SensorError(.noInput, "\(settings.database): there is no alert \(list); nothing was written")
            }
            var output = Output()
            for stored in alerts {
                let said = action == .note ? "noted" : stored.triage?.shortText ?? stored.state.rawValue
                output.line("#\(stored.id)  \(said)  \(terminalSafe(stored.alert.shownTitle))")
            }
            try output.end()
        }
    }
}

/// The number of an alert as people write it: `17`, `#17`, or `last`.
enum AlertNumber {
    case number(Int64)
    case last

    init?(_ text: String) {
        if text.lowercased() == "last" {
            self = .last
        } else if let number = Int64(text.hasPrefix("#") ? String(text.dropFirst()) : text), number > 0 {
            self = .number(number)
        } else {
            return nil
        }
    }

    /// What is wrong with a text that is no number.
    static func help(_ text: String) -> String {
        "'\(text)' is no number of an alert; 'earshot tail' shows them, such as 17, and 'last' is the newest"
    }

    /// The numbers that texts stand for, each once.
    static func resolve(_ texts: [String], _ reader: AlertReader) throws(SensorError) -> [Int64] {
        var numbers: [Int64] = []
        for text in texts {
            switch AlertNumber(text) {
            case .number(let number)? where !numbers.contains(number): numbers.append(number)
            case .last?:
                guard let newest = try reading({ () throws(StoreError) in try reader.last(1) }).first else {
                    throw SensorError(.noInput, "\(reader.path): there is no alert yet")
                }
                if !numbers.contains(newest.id) { numbers.append(newest.id) }
            default: break
            }
        }
        return numbers
    }
}

/// `earshot ack`: says that alerts were seen.
struct AckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ack",
        abstract: "Say that somebody has seen alerts and is at them.",
        discussion: """
            What people say is kept beside the store, in <db>.triage, with who said it and when. An alert that becomes \
            worse is open again.

            EXAMPLES
              earshot ack 17 18
              earshot ack last -m "asking the integrator"
            """)

    @OptionGroup var options: TriageOptions

    func run() throws { try options.say(.acknowledge) }
}

/// `earshot close`: says that alerts are dealt with.
struct CloseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close",
        abstract: "Say that alerts are dealt with; they open again when they grow.",
        discussion: """
            EXAMPLES
              earshot close 17 -m "scan by the insurer, 14:00 to 15:00"
              earshot close 17 18 19
            """)

    @OptionGroup var options: TriageOptions

    func run() throws { try options.say(.close) }
}

/// `earshot reopen`: says that alerts are not dealt with after all.
struct ReopenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reopen",
        abstract: "Say that alerts are not dealt with after all.",
        discussion: """
            EXAMPLES
              earshot reopen 17 -m "it was not the insurer"
            """)

    @OptionGroup var options: TriageOptions

    func run() throws { try options.say(.reopen) }
}

/// `earshot note`: adds a remark to alerts.
struct NoteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "note",
        abstract: "Add a remark to alerts; their state stays.",
        discussion: """
            EXAMPLES
              earshot note 17 -m "the pump was being serviced"
            """)

    @OptionGroup var options: TriageOptions

    func validate() throws {
        guard options.message?.isEmpty == false else { throw ValidationError("a note wants its text: -m \"...\"") }
    }

    func run() throws { try options.say(.note) }
}
