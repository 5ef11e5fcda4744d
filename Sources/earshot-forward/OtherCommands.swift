import ArgumentParser
import Forward
import Foundation

/// `earshot-forward check`: what is wrong with the configuration.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say what is wrong with the configuration; send nothing.")

    @OptionGroup var configurationOptions: ConfigurationOptions

    func run() throws {
        try failing { () throws(ForwardError) in
            let settings = try configurationOptions.load()
            for line in try Inspection.check(settings) { print(line) }
        }
    }
}

/// `earshot-forward test`: one record on its way.
struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Send one test record to a target; show what is sent and what comes back.",
        discussion: "The test is an alert of the level low about addresses of RFC 5737. No cursor moves.")

    @Argument(help: "The name of the target.") var target: String
    @OptionGroup var configurationOptions: ConfigurationOptions

    func run() throws {
        Signals.install()
        try failing { () throws(ForwardError) in
            let settings = try configurationOptions.load()
            print(try Inspection.test(try settings.target(named: target)))
        }
    }
}

/// `earshot-forward status`: how far each target is behind.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say how far each target is behind.")

    @OptionGroup var configurationOptions: ConfigurationOptions
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        try failing { () throws(ForwardError) in
            let settings = try configurationOptions.load()
            print(try Inspection.status(settings, asJSON: json))
        }
    }
}

/// `earshot-forward template`: what OpenSearch wants to know beforehand.
struct TemplateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template", abstract: "Print the index template or the dashboard for OpenSearch.",
        discussion: """
            EXAMPLE
              earshot-forward template | curl -H 'Content-Type: application/json' -X PUT \
            https://search:9200/_index_template/earshot -d @-
            """)

    @Option(help: "opensearch, opensearch1 or elasticsearch.") var flavour: SearchFlavour = .opensearch
    @Option(help: "The data stream.") var index = "earshot-alerts"
    @Flag(help: "The saved objects of a dashboard, to be imported, instead of the template.") var dashboard = false

    func run() throws {
        print(dashboard ? SearchObjects.dashboard(index: index) : SearchObjects.template(index: index, flavour))
    }
}

extension SearchFlavour: ExpressibleByArgument {}

/// `earshot-forward keys`: what may stand in the configuration.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Print every key of the configuration with what it wants.")

    func run() throws { print(ForwardSettings.reference) }
}
