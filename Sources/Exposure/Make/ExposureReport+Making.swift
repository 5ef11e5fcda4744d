import Alerts
import Inventory
import Network

extension ExposureReport {
    /// The rule that tells of a server which let somebody in with default credentials.
    public static let defaultLoginRule = "368086f7-f016-4173-bc2a-b12a89df7fc1"

    /// Makes a report; a pure function of what it is given.
    public init(_ input: ExposureInput) {
        self.init(program: input.program, made: input.now)
        let around = Surroundings(input)
        let runs = input.runs.filter { $0.summary.status != .replaced }
        sensors = Set(runs.map(\.start.sensor)).sorted()
        unread = RunReading(runs).unread(runs: runs.count, leftOut: input.inventory.leftOut)
        if let warning = input.warning { unread.notes.insert(warning, at: 0) }
        unread.notes += HardwareView(input.inventory).gateways.map { gateway in
            "Hidden behind the router \(gateway.hardwareAddress): "
                + "\(Words.count(gateway.addresses.count, "address", "addresses")) of "
                + "\(Words.count(gateway.networks.count, "network")), whose own hardware nobody sees here."
        }
        // An inventory that was brought from elsewhere has no runs beside it.
        if unread.messages == 0 {
            unread.messages = UInt64(max(0, input.inventory.servers.reduce(0) { $0 + $1.messages }))
        }
        noteAssets(input.inventory)
        findings = Self.findings(around, input.alerts).sorted(by: ExposureFinding.comesFirst)
        for kind in Set(findings.map(\.kind)) { advice[kind.rawValue] = kind.advice }
        for name in Set(advice.values.flatMap(\.recipes)) { recipes[name.rawValue] = name.recipe }
        strangers = StrangerView.all(around)
        classes = ClassShare.all(input.inventory.topics)
        let byMost = around.topics.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        trees = byMost.prefix(30).map { TreeMaker.tree($0.key, $0.value) }
        servers = ServerSummary.all(around)
        countries = CountryShare.all(around)
        alerts = AlertSummary(input.alerts.filter { $0.alert.level >= .high })
        summary = Summary(self).sentences
        gradeWithheld = unread.objection
        if gradeWithheld == nil { grade = Grade(findings) }
    }

    private mutating func noteAssets(_ inventory: InventorySnapshot) {
        assets = [
            "brokers": inventory.servers.count { $0.proto != "coap" },
            "servers": inventory.servers.count { $0.proto == "coap" }, "clients": inventory.clients.count,
            "topics": inventory.topics.count { $0.proto != "coap" },
            "resources": inventory.topics.count { $0.proto == "coap" },
            "names": inventory.topics.reduce(0) { $0 + max(1, $1.distinct) },
        ]
        let seen =
            inventory.servers.map(\.seen) + inventory.clients.map(\.seen) + inventory.topics.map(\.seen)
            + inventory.secrets.map(\.seen) + inventory.links.map(\.seen)
        first = seen.map(\.first).min()
        last = seen.map(\.last).max()
    }

    private static func findings(_ around: Surroundings, _ alerts: [StoredAlert]) -> [ExposureFinding] {
        var findings = defaultLogins(around, alerts)
        for server in around.inventory.servers {
            findings += ContentFindings(server: server, around: around).all
            let reach = ServerFindings(server: server, around: around).all
            // How a server outside is set up is for those who run it; what goes there in clear is ours.
            guard !around.isOutside(server.key) else {
                findings += reach.filter { $0.kind == .outsideServer }
                continue
            }
            findings += reach
            if server.proto != "coap" { findings += BrokerFindings(server: server, around: around).all }
        }
        return findings
    }

    /// Logins with default credentials, as alerts tell: the inventory knows no password.
    private static func defaultLogins(_ around: Surroundings, _ alerts: [StoredAlert]) -> [ExposureFinding] {
        let told = alerts.filter { $0.alert.ruleID.lowercased() == defaultLoginRule }
        return Dictionary(grouping: told) { $0.alert.serverIP }.compactMap { address, rows in
            let text = address.map(\.description) ?? "?"
            let server = around.inventory.servers.first { $0.address == text && $0.proto != "coap" }
            let sightings = rows.map { row in
                var seen = Sightings(at: row.alert.firstSeen, frame: 0)
                seen.last = row.alert.lastSeen
                seen.count = row.alert.count
                return seen
            }
            guard let seen = Sightings.all(sightings) else { return nil }
            let sources = Set(rows.compactMap { $0.alert.clientIP.map(\.description) }).sorted()
            let numbers = rows.map { "earshot show \($0.id)" }
            return ExposureFinding(
                .defaultLogin, server?.key ?? "mqtt \(text)", .proven, seen,
                figures: ["logins": Double(seen.count)],
                [
                    "It accepted \(Words.count(seen.count, "login")) with a name and password that products come "
                        + "with, from "
                        + "\(Words.list(sources.map { around.place($0) })).", "See \(Words.list(numbers, limit: 3)).",
                ])
        }
    }
}
