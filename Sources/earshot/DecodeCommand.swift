import ArgumentParser
import Bytes
import Capture
import Detection
import Engine
import Events
import Foundation
import Network
import Packets
import Payload
import Sensor

/// `earshot decode`: prints each message of a capture as a line of JSON.
struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Print each message as a line of JSON.",
        discussion: """
            One flat object a line, keys as 'earshot rules fields' lists them, lists as arrays, in the order in which \
            the messages were complete. Passwords show as '<n bytes>'. With --db, mqtt.passwd.digest tells them apart \
            as the alerts of that store do.

            With --matches the rules run as well, and each object has 'rule.id': the ids of the rules that the message \
            met, those that only feed correlations included, and of the correlations that it completed. Nothing is \
            suppressed. With --fields it is there as well, named or not.

            EXAMPLES
              earshot decode capture.pcap
              earshot decode capture.pcap --fields mqtt.type,mqtt.topic
              tcpdump -i eth1 -w - | earshot decode -
              earshot decode -i lo -c 10
              earshot decode capture.pcap --matches --rules my-rules/
            """)

    @OptionGroup var source: FrameSourceOptions

    @Option(help: ArgumentHelp("Print these fields only, separated by commas.", valueName: "names"))
    var fields: String?

    @Option(name: [.customShort("c"), .long], help: "End after that many messages.")
    var count: Int?

    @Option(
        help: ArgumentHelp("Digest passwords with the key of this alert store.", valueName: "path"),
        completion: .file())
    var db: String?

    @Flag(help: "Print passwords.")
    var showSecrets = false

    @Flag(help: "Add the ids of the rules that the message meets, as 'rule.id'.")
    var matches = false

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"), completion: .file())
    var config: String?

    @OptionGroup var sources: RuleSourceOptions
    @OptionGroup var sandbox: SandboxOptions

    func validate() throws {
        if !matches,
            !sources.folders.isEmpty || !sources.onlyFolders.isEmpty || !sources.filters.isEmpty
        {
            throw ValidationError("--rules, --only-rules and --filters go with --matches")
        }
        if let count, count < 0 { throw ValidationError("-c wants a number that is not negative") }
    }

    func run() throws {
        Signals.install()
        try failing { () throws(SensorError) in
            var sink = DecodeSink(fields: try selection(), showSecrets: showSecrets, limit: count)
            let overrides = overrides
            var settings = try Settings.load(overrides)
            sandbox.apply(to: &settings)
            let names = try selection()
            if matches { sink.match(try RuleSet.load(settings.ruleSources, skippingBroken: false).compiled) }
            var limits = SensorLimits()
            limits.dissectors.inspectPayloads(bytes: settings.inspectedBytes)
            var worker = SensorWorker(limits: limits, sink: sink)
            // Where payloads are printed, their secrets are to be hidden.
            let looked = ["mqtt.msg", "mqtt.willmsg", "coap.payload", "coap.head", "coap.link.target"]
            if matches || names?.contains(where: { $0.contains("payload.") || looked.contains($0) }) ?? true {
                let knowledge = try PayloadKnowledge.load(settings.ruleSources)
                worker.dissectors.inspectPayloads(with: knowledge, bytes: settings.inspectedBytes)
            }
            if let db { worker.dissectors.digestSecrets(with: try key(of: db), ofSessions: true) }
            var failure: SensorError?
            do throws(SensorError) { failure = try readAll(&worker, settings) } catch { failure = error }
            worker.finish()
            worker.sink.output.flush()
            if let failure { throw failure }
            try worker.sink.output.end()
        }
    }

    /// The key of what --matches adds.
    static let matchesKey = "rule.id"

    private func key(of store: String) throws(SensorError) -> KeyedDigest {
        if let key = try PasswordKey.read(beside: store) { return key }
        let path = PasswordKey.path(beside: store)
        throw SensorError(.noInput, "\(path): there is no key; 'earshot run' and 'earshot replay' make it")
    }

    private var overrides: Settings.Overrides {
        var overrides = Settings.Overrides()
        overrides.configuration = config
        overrides.rules = sources.folders
        overrides.onlyRules = sources.onlyFolders
        overrides.filters = sources.filters
        return overrides
    }

    private func selection() throws(SensorError) -> Set<String>? {
        guard let fields else { return nil }
        var names = fields.split(separator: ",").map(String.init)
        // What the rules say is no field of a message; with --matches it is always there.
        if names.contains(Self.matchesKey) {
            guard matches else { throw SensorError(.usage, "'\(Self.matchesKey)' goes with --matches") }
            names.removeAll { $0 == Self.matchesKey }
        }
        for name in names where Protocols.registry.field(named: name) == nil {
            let hint = Protocols.registry.nearestName(to: name).map { "; did you mean '\($0)'?" } ?? ""
            throw SensorError(.usage, "there is no field '\(name)'\(hint)")
        }
        return Set(names)
    }

    /// Decodes every file as far as it goes, or what interfaces give; returns the first failure.
    private func readAll(
        _ worker: inout SensorWorker<DecodeSink>, _ settings: Settings
    ) throws(SensorError) -> SensorError? {
        let found = source.captures
        guard source.interface.isEmpty else {
            try listen(&worker, settings)
            return nil
        }
        let expression = try found.packetFilter()
        let input = try CaptureInput(found.paths)
        var confinement = Confinement(settings)
        confinement.read(found.paths + input.files)
        for note in try confinement.enter().notes { Terminal.log(note) }
        return input.read(expression) { frame, bytes in
            worker.process(frame, bytes)
            return !worker.sink.isDone
        }
    }

    private func listen(
        _ worker: inout SensorWorker<DecodeSink>, _ settings: Settings
    ) throws(SensorError) {
        var options = LiveCapture.Options()
        options.filter = source.captures.filter
        var capture = try LiveRun.open(source.interface, options, stop: Signals.stop)
        var confinement = Confinement(settings)
        confinement.openInterfaces()
        let notes = try confinement.enter().notes
        for warning in capture.warnings + notes { Terminal.log(warning) }
        Terminal.log("listening on \(capture.interfaceNames.joined(separator: ", "))")
        do throws(CaptureError) {
            while !worker.sink.isDone {
                for notice in capture.takeNotices() { Terminal.log(notice.description) }
                switch try capture.step() {
                case .frame(let header): worker.process(header, capture.bytes)
                case .idle: worker.sink.output.flush()
                case .end: return
                }
            }
        } catch { throw SensorError(error) }
    }
}

/// Prints events as they come.
struct DecodeSink: EventSink, ~Copyable {
    var output = Output()
    private var json: EventJSON
    private var rest: Int
    private var rules: [CompiledRule] = []
    private var matcher: RuleMatcher?

    init(fields: Set<String>?, showSecrets: Bool, limit: Int?) {
        json = EventJSON(registry: Protocols.registry, only: fields, showsSecrets: showSecrets)
        rest = limit ?? .max
    }

    /// Adds the rules that each message meets.
    mutating func match(_ rules: CompiledRules) {
        self.rules = rules.rules
        matcher = RuleMatcher(rules: rules)
    }

    /// Whether enough was printed, or nobody reads any more.
    var isDone: Bool { rest <= 0 || output.isClosed }

    mutating func receive(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan,
        frames: MessageFrames
    ) {
        guard rest > 0 else { return }
        rest -= 1
        json.write(event, context, message: message, to: &output.buffer)
        matcher?.evaluate(event, context, message: message)
        appendMatches()
        output.endLine()
    }

    /// Adds a member to the object at the end of the buffer.
    private mutating func appendMatches() {
        let count = matcher?.matches.count ?? 0
        guard count > 0, output.buffer.popLast() == UInt8(ascii: "}") else { return }
        if output.buffer.last != UInt8(ascii: "{") { output.buffer.append(UInt8(ascii: ",")) }
        output.buffer.append(contentsOf: "\"\(DecodeCommand.matchesKey)\":[".utf8)
        for index in 0..<count {
            if index > 0 { output.buffer.append(UInt8(ascii: ",")) }
            guard let rule = matcher?.matches[index] else { continue }
            appendJSONString(rules[rule].id, to: &output.buffer)
        }
        output.buffer.append(contentsOf: "]}".utf8)
    }
}
