import ArgumentParser
import Forward
import Foundation

/// The command `earshot-forward`.
@main
struct EarshotForward: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "earshot-forward",
        abstract: "Sends the alerts of Earshot to other places.",
        discussion: """
            The alert store is the outbox: what is in it goes to each target in its order, at least once, and what a far end \
            has not confirmed is sent again. Each record has an id that stays the same, by which a far end drops doubles. The \
            store is only read.

            EXAMPLES
              earshot-forward check                 what is wrong with the configuration
              earshot-forward test siem             send one test record; show request and answer
              earshot-forward run                   send what there is, and what comes
              earshot-forward status                how far each target is behind

            FILES
              /etc/earshot/forward.yaml             the configuration (--config)
              /var/lib/earshot-forward              cursors, dead letters

            EXIT STATUS
              0 success, 64 usage, 69 a far end does not answer, 73 or 74 a file cannot be made or written, \
            75 another forwarder has the cursor, 77 no permission, 78 the configuration is wrong
            """,
        version: "earshot-forward \(ForwardVersion.current)",
        subcommands: [
            RunCommand.self, CheckCommand.self, TestCommand.self, StatusCommand.self, TemplateCommand.self,
            KeysCommand.self,
        ])
}

/// What all commands take.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"), completion: .file())
    var config = ForwardSettings.defaultFile

    func load() throws(ForwardError) -> ForwardSettings { try ForwardSettings.load(config) }
}

/// Runs the body of a command: an error becomes a sentence on standard error and its exit code.
func failing(_ body: () throws(ForwardError) -> Void) throws {
    do throws(ForwardError) { try body() } catch {
        say("earshot-forward: \(error.message)")
        throw ExitCode(error.exitCode)
    }
}

/// Writes a line to standard error; nobody may be there to read.
func say(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8)) }
