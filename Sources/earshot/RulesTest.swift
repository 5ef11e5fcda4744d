import Alerts
import ArgumentParser
import Detection
import Sensor

/// `earshot rules test`: runs each rule's own tests.
struct RulesTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run each rule's own tests.",
        discussion: """
            A rule names captures, and how many alerts each must raise, or gives the messages of a made-up \
            conversation, or events as 'earshot decode' prints them:
              - {capture: mqtt/harvest.pcap, alerts: 1}
              - {messages: ["> 8206000100012300"], alerts: 1}
              - {messages: ["> 10...", "< +200ms 2002...", "2> +1m c000"], client: 203.0.113.7, alerts: 0}
              - {events: ['{"sensor.sign":"drops","sensor.share":3}'], alerts: 1}
            '>' is to the server and '<' to the client, in hexadecimal; a number before it names the client, a time \
            behind '+' says how long after the message before (1ms). MQTT comes in TCP to port 1883, CoAP in UDP to port \
            5683; clients are 10.0.0.1, 10.0.0.2 and so on, the server 10.0.1.1.

            Captures are looked for in the folder PcapSamples beside the rules, or where --samples says. Exit status 1 \
            where a test fails, or where a shipped rule lacks a test that fires or one that stays silent; of other rules \
            that is only said, unless --strict.

            EXAMPLES
              earshot rules test
              earshot rules test --only-rules my-rules/ --samples my-captures/ --verbose
              earshot rules test --id 06a975e5
            """)

    @OptionGroup var options: RuleSetOptions
    @Option(help: ArgumentHelp("The folder of captures.", valueName: "path"), completion: .directory)
    var samples: String?
    @Option(help: "Test this rule only: its name, title, file name, id or the beginning of it.") var id: String?
    @Flag(help: "A rule of any origin must have a test that fires and one that stays silent.") var strict = false
    @Flag(name: .shortAndLong, help: "Print the tests that pass as well.") var verbose = false

    func run() throws {
        try failing { () throws(SensorError) in
            let settings = try options.settings()
            let rules = try options.load()
            let only = try id.map { id throws(SensorError) in rules.compiled.rules[try rules.rule(id)].id }
            let tests = RuleTests(rules, captures: samples, settings: settings)
            let outcomes = tests.run { only == nil || $0.id == only }
            var output = Output()
            for outcome in outcomes where verbose || !outcome.passed {
                let verdict = outcome.passed ? "ok  " : "FAIL"
                let found = outcome.error ?? "\(plural(outcome.found, "alert")), \(outcome.expected) expected"
                let place = outcome.passed ? "" : " (\(outcome.place))"
                output.line(terminalSafe("\(verdict) \(outcome.title): \(outcome.subject): \(found)\(place)"))
            }
            var failed = outcomes.filter { !$0.passed }.count
            for rule in tests.incomplete where only == nil || rule.id == only {
                let isWrong = strict || RuleFiles.isShipped(rule.file)
                if isWrong { failed += 1 }
                let verdict = isWrong ? "FAIL" : "note"
                output.line(terminalSafe("\(verdict) \(rule.title): lacks a test that fires or one that stays silent"))
            }
            output.line("\(outcomes.filter(\.passed).count) passed, \(failed) failed")
            try output.end()
            if !rules.errors.isEmpty { throw SensorError(.configuration, "some rules cannot be loaded") }
            if failed > 0 { throw SensorError(.failure, "some rules do not do what their tests say") }
        }
    }
}
