/// What a network gives away, in sentences for people who run it.
struct Summary {
    private let report: ExposureReport

    init(_ report: ExposureReport) { self.report = report }

    /// The sentences: what there is, then what is open, then what strangers get.
    var sentences: [String] {
        guard report.first != nil else {
            return [
                report.unread.messages > 0
                    ? "The sensor has read \(Words.count(report.unread.messages, "message")), but its inventory is "
                        + "empty: a store of an "
                        + "older version, or a sensor with the inventory switched off."
                    : "The sensor has read nothing of MQTT or CoAP yet. Let it listen ('earshot run -i IFACE') or "
                        + "read a capture "
                        + "('earshot replay FILE'), and make this report again."
            ]
        }
        var sentences = [whatThereIs, brokers, strangers, passwords, outside, coap, secrets].compactMap(\.self)
        if !report.findings.contains(where: { $0.state == .open }) {
            sentences.append("Nothing was found in what was read. That is no proof that nothing is there.")
        }
        if report.alerts.critical + report.alerts.high > 0 {
            sentences.append(
                "\(Words.count(report.alerts.critical, "alert")) of level critical and "
                    + "\(Words.number(report.alerts.high)) of level high "
                    + "are open.")
        }
        return sentences
    }

    private func open(_ kind: FindingKind) -> [ExposureFinding] {
        report.findings.filter { $0.kind == kind && $0.state == .open }
    }

    private func sum(_ kind: FindingKind, _ figure: String) -> Int {
        open(kind).reduce(0) { $0 + Int($1.figures[figure] ?? 0) }
    }

    private var whatThereIs: String {
        func part(_ name: String, _ noun: String) -> String? {
            report.assets[name].flatMap { $0 > 0 ? Words.count($0, noun) : nil }
        }
        let parts = [
            part("brokers", "broker"), part("servers", "CoAP server"), part("clients", "client"),
            part("topics", "kind of topic"),
            part("resources", "resource"),
        ].compactMap(\.self).map { $0.replacing("kind of topics", with: "kinds of topics") }
        let (first, last) = (Words.day(report.first ?? 0), Words.day(report.last ?? 0))
        let time = first == last ? "on \(first)" : "between \(first) and \(last)"
        return "The sensor saw \(Words.list(parts, limit: 9)) \(time)."
    }

    private var brokers: String? {
        let openBrokers = open(.openBroker).count
        guard openBrokers > 0 else { return nil }
        let all = max(report.assets["brokers"] ?? 0, openBrokers)
        let which =
            all == openBrokers
            ? (all == 1 ? "The broker" : "All \(Words.number(all)) brokers")
            : "\(Words.number(openBrokers)) of \(Words.number(all)) brokers"
        let verb = openBrokers == 1 ? "lets" : "let"
        let outside = open(.openToOutside).count
        return "\(which) \(verb) anybody in, without name and password"
            + (outside == 0
                ? "."
                : outside == openBrokers
                    ? ", from outside this network too."
                    : ", \(Words.number(outside)) of them from outside this network too.")
    }

    private var strangers: String? {
        let views = report.strangers
        guard !views.isEmpty else { return nil }
        let names = views.reduce(0) { $0 + $1.names }
        var kinds: [String: Int] = [:]
        for view in views { kinds.merge(view.kinds, uniquingKeysWith: +) }
        let worth = kinds.filter {
            $0.key.hasPrefix("secret.") || $0.key.hasPrefix("personal.") || $0.key.hasPrefix("medical.")
                || $0.key.hasPrefix("firmware.")
        }
        let named = worth.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { Words.name(ofKind: $0.key) }
        let commands = views.reduce(0) { $0 + $1.commands }
        return
            "Whoever reaches such a server can read \(Words.count(names, "topic or resource", "topics and resources"))"
            + (named.isEmpty ? "" : ", among them \(Words.list(named, limit: 6))")
            + (commands > 0 ? ", and may try to send commands under \(Words.number(commands)) of their kinds." : ".")
    }

    private var passwords: String? {
        let passwords = sum(.passwordInClear, "passwords")
        guard passwords > 0 else { return nil }
        let clients = sum(.passwordInClear, "clients")
        let reuse = open(.sharedPassword).compactMap { $0.figures["clients"] }.max() ?? 0
        return "\(Words.count(clients, "client sends its password", "clients send their passwords")) in clear: "
            + "\(Words.count(passwords, "different one"))"
            + (reuse > 0 ? ", one of them shared by \(Words.count(Int(reuse), "client"))." : ".")
    }

    private var outside: String? {
        let readers = open(.outsideReader)
        let servers = open(.outsideServer)
        guard !readers.isEmpty || !servers.isEmpty else { return nil }
        var parts: [String] = []
        if !readers.isEmpty {
            parts.append(
                "\(Words.count(sum(.outsideReader, "clients"), "client")) outside "
                    + "\(sum(.outsideReader, "clients") == 1 ? "gets" : "get") data from "
                    + "\(Words.count(readers.count, "server")) inside (\(Words.bytes(sum(.outsideReader, "bytes"))))")
        }
        if !servers.isEmpty {
            parts.append(
                "devices inside send \(Words.bytes(sum(.outsideServer, "bytes"))) in clear to "
                    + "\(Words.count(servers.count, "server")) outside")
        }
        let text = parts.joined(separator: "; ")
        return text.prefix(1).uppercased() + text.dropFirst() + "."
    }

    private var coap: String? {
        var parts: [String] = []
        let writes = open(.unprotectedWrites).count
        if writes > 0 {
            parts.append(
                "\(Words.count(writes, "CoAP server does", "CoAP servers do")) what strangers tell "
                    + "\(writes == 1 ? "it" : "them")"
            )
        }
        let factors = open(.amplifies).compactMap { $0.figures["factor"] }
        if let most = factors.max() {
            parts.append(
                "\(Words.count(factors.count, "CoAP server answers", "CoAP servers answer")) with up to "
                    + "\(Words.decimal(most)) times the bytes of "
                    + "the question")
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ") + "."
    }

    private var secrets: String? {
        let secrets = sum(.secretInRecords, "secrets")
        return secrets > 0
            ? "\(Words.count(secrets, "other secret stands", "other secrets stand")) in records that can be read." : nil
    }
}
