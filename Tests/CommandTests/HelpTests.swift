import ProgramSupport
import Testing

/// A command with the options that it must explain.
struct CommandCase: Sendable, CustomTestStringConvertible {
    let words: [String]
    let options: [String]

    init(_ command: String, _ options: String) {
        words = command.split(separator: " ").map(String.init)
        self.options = options.split(separator: " ").map(String.init)
    }

    var testDescription: String { words.joined(separator: " ") }

    static let all = [
        CommandCase(
            "run",
            "-i --interface --wait --metrics --db --config --rules --only-rules --filters --skip-broken-rules -p --no-promiscuous -B --buffer-size -s "
                + "--snap-length -c --count -q --quiet <bpf> --help"),
        CommandCase(
            "replay",
            "<path> -r --read --filter --db --config --rules --only-rules --filters --skip-broken-rules --speed --again -q --quiet --help"
        ),
        CommandCase(
            "tail",
            "--db --config --level --rule --ip --client --server --tag --not --state --since --until --utc -f --follow "
                + "-n --lines --limit --every --new --format --help"),
        CommandCase("alerts", "--db --config --level --rule --not --state --since --by -n --limit --json --help"),
        CommandCase(
            "assets overview",
            "--db --config --ip --server --client --topic --class --kind --since --until --new-since "
                + "--gone -n --limit --geoip --utc --json --why --netbox --help"),
        CommandCase("assets brokers", "--db --config --ip --server --json --csv --help"),
        CommandCase("assets servers", "--db --config --ip --server --json --csv --help"),
        CommandCase("assets clients", "--db --config --ip --client --gone --json --csv --help"),
        CommandCase("assets topics", "--db --config --topic --class --kind --tree/--no-tree --json --csv --help"),
        CommandCase("assets resources", "--db --config --topic --class --kind --tree/--no-tree --json --csv --help"),
        CommandCase("assets links", "--db --config --ip --geoip --json --csv --help"),
        CommandCase("assets filters", "--db --config --topic --json --csv --help"),
        CommandCase("assets secrets", "--db --config --kind --json --csv --help"),
        CommandCase("assets compare", "<list.csv> --db --config --json --utc --help"),
        CommandCase("show", "<id> --db --config --pcap --json --rule --utc --help"),
        CommandCase("ack", "<id> --db --config -m --message --by --help"),
        CommandCase("close", "<id> --db --config -m --message --by --help"),
        CommandCase("reopen", "<id> --db --config -m --message --by --help"),
        CommandCase("note", "<id> --db --config -m --message --by --help"),
        CommandCase("except", "<id> --db --config --rules --only-rules --filters -o --output --help"),
        CommandCase("policy learn", "--db --config -o --output --include-alerted -q --quiet --help"),
        CommandCase(
            "policy check", "<file> <path> -r --read --filter --db --config --rules --only-rules -v --verbose --help"),
        CommandCase("policy show", "<file> --db --config --help"),
        CommandCase("policy allow", "<alert> --policy --db --config -m --why --until --help"),
        CommandCase("policy deny", "<alert> --policy --db --config -m --why --until --help"),
        CommandCase("policy undo", "--policy --db --config --help"),
        CommandCase("policy suggest-lists", "--db --config --help"),
        CommandCase("policy export", "<file> --format --db --config --help"),
        CommandCase("explain", "<name> --help"),
        CommandCase(
            "decode",
            "<path> -r --read -i --interface --fields -c --count --filter --show-secrets --matches --rules --only-rules --help"
        ),
        CommandCase("stats", "--db --config --json --runs --help"),
        CommandCase("report", "--db --config -o --output --since --json --geoip --help"),
        CommandCase("interfaces", "<iface> --look --json --help"),
        CommandCase("db check", "--db --config --help"),
        CommandCase("db backup", "<file> --db --config --force --help"),
        CommandCase("db export", "--db --config --json --csv --help"),
        CommandCase("rules check", "--db --config --rules --only-rules --filters --help"),
        CommandCase("rules list", "--rules --only-rules --level --tag --category --status --all --json --help"),
        CommandCase("rules show", "<id> --rules --only-rules --filters --text --help"),
        CommandCase("rules test", "--rules --only-rules --samples --id --strict -v --verbose --help"),
        CommandCase("rules explain", "<id> <file> --rules --only-rules --filters --matching --help"),
        CommandCase("rules bench", "<path> -r --read --filter --rules --only-rules -n <n> --json --help"),
        CommandCase("rules fields", "--category --json --help"),
    ]
}

@Suite struct HelpTests {
    @Test("Every option is explained", arguments: CommandCase.all) func everyOptionIsExplained(_ command: CommandCase)
        throws
    {
        let outcome = try run(try Program.path(), command.words + ["--help"])
        #expect(outcome.status == 0)
        #expect(outcome.errors.isEmpty)
        for option in command.options {
            #expect(outcome.text.contains(" \(option)") || outcome.text.contains("[\(option)"), "\(option)")
        }
        #expect(outcome.text.contains("EXAMPLES\n"), "\(outcome.text)")
        let name = command.words.joined(separator: " ")
        #expect(outcome.text.contains("USAGE: earshot \(name)"))
        #expect(
            outcome.text.contains("\n  earshot \(name)") || outcome.text.contains("\n    earshot \(name)"), "an example"
        )
        #expect(outcome.lines.allSatisfy { $0.count <= 80 || $0.hasPrefix("USAGE: ") })
        #expect(!outcome.output.contains(0x1B))
        // The same through the command of that name.
        let other = try run(try Program.path(), ["help"] + command.words)
        #expect(other.text == outcome.text)
    }

    @Test("The program") func theProgram() throws {
        let outcome = try earshot("--help")
        #expect(outcome.status == 0)
        for word in ["run", "replay", "tail", "show", "decode", "rules", "stats", "EXAMPLES", "FILES", "EXIT STATUS"] {
            #expect(outcome.text.contains(word))
        }
        // Without a word, people want to know what there is.
        #expect(try earshot().text == outcome.text)
        #expect(try earshot("help").text == outcome.text)
    }

    @Test("Version") func version() throws {
        let outcome = try earshot("--version")
        #expect(outcome.status == 0)
        #expect(outcome.text.wholeMatch(of: /earshot [0-9]+\.[0-9]+\.[0-9]+\n/) != nil)
    }

    @Test("Completion", arguments: ["bash", "zsh", "fish"]) func completion(_ kind: String) throws {
        let outcome = try earshot("--generate-completion-script", kind)
        #expect(outcome.status == 0)
        for word in ["replay", "show-secrets", "skip-broken-rules"] { #expect(outcome.text.contains(word)) }
        guard let checker = Program.find(kind) else {
            print("completion: no \(kind) here to read the script")
            return
        }
        let folder = try TemporaryFolder()
        let script = try folder.write(outcome.output, to: "script")
        let check = try run(checker, ["-n", script])
        #expect(check.status == 0, "\(check.errorText)")
        #expect(check.errors.isEmpty, "\(check.errorText)")
    }

    @Test("Completion in bash offers commands") func completionInBashOffersCommands() throws {
        let outcome = try shell(
            """
            source <("$EARSHOT" --generate-completion-script bash)
            COMP_WORDS=(earshot re) COMP_CWORD=1 COMP_LINE='earshot re' COMP_POINT=10
            _earshot earshot re earshot 2>/dev/null
            printf '%s\\n' "${COMPREPLY[@]}"
            """)
        #expect(outcome.lines.sorted() == ["reopen", "replay", "report"], "\(outcome.text)\(outcome.errorText)")
    }
}
