import ArgumentParser
import Sensor

/// The command `earshot`.
@main
struct Earshot: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "earshot",
        abstract: "A passive intrusion-detection sensor for MQTT and CoAP.",
        discussion: """
            Earshot listens to a mirrored port or reads captures, understands both protocols, holds each message \
            against Sigma rules, and writes alerts to an SQLite file that people can tail. It never sends a packet.

            EXAMPLES
              earshot replay capture.pcap             read a capture; print and store its alerts
              earshot run -i eth1                     listen on a span port
              earshot run -i any 'port 1883'          with a filter, as in tcpdump
              earshot interfaces --look 5             what there is to listen on
              earshot tail -f --level high            watch the alerts
              earshot show 17                         one alert in full
              earshot alerts --since yesterday        what happened, in small tables
              earshot assets                          who is there and what they say
              earshot close 17 -m "our own scan"      say that an alert is dealt with
              earshot policy learn -o policy.yaml     what is usual here, as a file
              earshot decode capture.pcap             each message as a line of JSON
              earshot doctor -i eth1                  whether a span port delivers what is needed
              earshot report -o plant.html            what this network gives away, and what to do first
              earshot forward status                  where alerts go, by earshot-forward, installed apart

            FILES
              ./earshot.db, or $STATE_DIRECTORY/alerts.db under systemd: the alerts (--db, EARSHOT_DB)
              /var/lib/earshot/alerts.db: those of the service, read where there is no ./earshot.db
              /etc/earshot/earshot.yaml: the configuration (--config, EARSHOT_CONFIG)

            EXIT STATUS
              0 success, 1 a rule's test failed or the doctor warns, 2 the doctor finds a fault, 64 usage, 65 damaged \
            input, 66 no such input, 69 not available, 73 or 74 cannot write or alerts are lost, 77 no permission, \
            78 configuration or rule, 130 interrupted
            """,
        version: "earshot \(Version.current)",
        subcommands: [
            RunCommand.self, ReplayCommand.self, TailCommand.self, AlertsCommand.self, ShowCommand.self,
            AssetsCommand.self, PolicyCommand.self,
            AckCommand.self, CloseCommand.self, ReopenCommand.self, NoteCommand.self, ExceptCommand.self,
            DecodeCommand.self, ExplainCommand.self, RulesCommand.self, StatsCommand.self, DoctorCommand.self,
            ReportCommand.self, ForwardCommand.self,
            InterfacesCommand.self, DbCommand.self, ConfigCommand.self,
        ])

    /// Runs the command that the words of the command line name.
    static func main() { main(AlertFilterOptions.joiningNot(Array(CommandLine.arguments.dropFirst()))) }
}
