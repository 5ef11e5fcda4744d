import Alerts
import ArgumentParser
import Foundation
import Inventory
import Sensor

/// What the commands that answer an alert share.
struct PolicyAnswerOptions: ParsableArguments {
    @Argument(help: "The number of the alert.")
    var alert: Int64

    @Option(
        help: ArgumentHelp("The policy; that of the configuration without it.", valueName: "file"), completion: .file())
    var policy: String?

    @OptionGroup var store: StoreOptions

    @Option(name: [.customShort("m"), .customLong("why")], help: ArgumentHelp("Why.", valueName: "text"))
    var why: String?

    @Option(help: ArgumentHelp("When the entry ends: a date or a time.", valueName: "time"))
    var until: String?

    /// Adds the entry that answers the alert, and shows what it changes.
    func answer(allowing isAllowing: Bool) throws(SensorError) {
        let settings = try store.settings()
        let file = try PolicyFile.load(try PolicyFile.path(policy, settings))
        let reader = try openReader(settings.database)
        guard let detail = try reading({ () throws(StoreError) in try reader.alert(alert) }) else {
            throw SensorError(.noInput, "there is no alert \(alert)")
        }
        var end: Int64?
        if let until {
            // A day of the policy is one of its zone.
            let zone = file.policy.zone.flatMap { TimeZone(identifier: $0.name) } ?? .current
            end = TimeOption(zone: zone).microseconds(until, isEnd: true)
            guard let end, Double(end) > Date().timeIntervalSince1970 * 1_000_000 else {
                throw SensorError(.usage, "--until wants a time that is still to come, such as 2027-01-31")
            }
        }
        let answer = try PolicyAnswer(
            detail.stored, allowing: isAllowing, by: NSUserName(), why: why,
            at: Int64(Date().timeIntervalSince1970) * 1_000_000, until: end)
        let edit = try PolicyEdit(file, adding: answer.entry)
        try edit.write()
        print("\(file.path):\(edit.added.number)\n+\(terminalSafe(edit.added.line))")
        Terminal.log("a sensor that runs takes it up at SIGHUP; 'earshot policy undo' takes it back")
    }
}

extension PolicyFile {
    /// The file that a command line names, or the configuration.
    static func path(_ named: String?, _ settings: Settings) throws(SensorError) -> String {
        guard let path = named ?? settings.policy else {
            throw SensorError(.usage, "name the policy, or set 'policy' in the configuration")
        }
        return path
    }
}

/// `earshot policy allow`: what an alert saw is usual.
struct PolicyAllow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allow",
        abstract: "Add the narrowest entry that allows what an alert of the policy saw.",
        discussion: """
            Comments and order of the file stay. To close an alert without allowing what it saw, use 'earshot close'.

            EXAMPLES
              earshot policy allow 17 --policy policy.yaml -m 'new press'
              earshot policy allow 18 --until 2027-01-31
            """)

    @OptionGroup var options: PolicyAnswerOptions

    func run() throws { try failing { () throws(SensorError) in try options.answer(allowing: true) } }
}

/// `earshot policy deny`: what an alert saw is always told.
struct PolicyDeny: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deny", abstract: "Add an entry by which what an alert of the policy saw is told at high level.",
        discussion: """
            EXAMPLES
              earshot policy deny 17 --policy policy.yaml -m 'not in this hall'
            """)

    @OptionGroup var options: PolicyAnswerOptions

    func run() throws { try failing { () throws(SensorError) in try options.answer(allowing: false) } }
}

/// `earshot policy undo`: takes the last change back.
struct PolicyUndo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo", abstract: "Give the policy the bytes back that it had before the last allow or deny.",
        discussion: """
            EXAMPLES
              earshot policy undo --policy policy.yaml
            """)

    @Option(
        help: ArgumentHelp("The policy; that of the configuration without it.", valueName: "file"), completion: .file())
    var policy: String?

    @OptionGroup var store: StoreOptions

    func run() throws {
        try failing { () throws(SensorError) in
            let path = try PolicyFile.path(policy, try store.settings())
            try PolicyEdit.undo(path)
            Terminal.log("\(path) is as it was before the last change")
        }
    }
}
