import Foundation
import ProgramSupport
import Testing

/// `earshot policy`: answers to alerts, what a policy would raise, and what it is in other languages.
@Suite struct PolicyCommandTests {
    private let folder: TemporaryFolder
    private let sample = "\(Program.samples)/mqtt/harvest-root-wildcard.pcap"
    private let text = """
        # Ours.
        schema: 1
        servers:
          - {server: 'mqtt 10.77.0.1:1883'}
        # Above the clients.
        clients:
          - {client: panel, protocol: mqtt}

        """

    init() throws {
        folder = try TemporaryFolder()
        try write(text)
    }

    private func write(_ text: String) throws {
        try folder.write(text, to: "policy.yaml")
        try folder.write("policy: \(folder.file("policy.yaml"))\nonly_rules: [\(Program.rules)]\n", to: "earshot.yaml")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.file("policy.yaml"))
    }

    /// The rows of the policy that the sample raises, by title, each with its number.
    private func rows(_ store: String) throws -> [String: Int] {
        let outcome = try earshot(
            "replay", "-q", "--config", "earshot.yaml", "--db", store, sample, directory: folder.path)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let lines = try earshot("tail", "--db", store, "--format", "json", "-n", "1000", directory: folder.path).lines
        var rows: [String: Int] = [:]
        for line in lines {
            let row = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            guard row?["category"] as? String == "policy", let title = row?["rule_title"] as? String else { continue }
            rows[title] = row?["id"] as? Int
        }
        return rows
    }

    private func policy(_ words: String...) throws -> Outcome {
        let path = try Program.path()
        return try run(path, ["policy"] + words, directory: folder.path)
    }

    @Test("What an alert saw is denied, allowed, and undone to the byte") func answers() throws {
        let before = try contents(folder.file("policy.yaml"))
        let number = try #require(try rows("a.db")["New Client"])
        let denied = try policy(
            "deny", "\(number)", "--config", "earshot.yaml", "--db", "a.db", "-m", "not in this hall")
        #expect(denied.status == 0, "\(denied.errorText)")
        let line = try #require(denied.lines.last)
        #expect(line.hasPrefix("+  - {client: ") && line.contains("state: deny") && line.contains("alert: \(number)"))
        #expect(line.contains("why: 'not in this hall'"), "\(line)")
        let after = String(decoding: try contents(folder.file("policy.yaml")), as: UTF8.self)
        #expect(after.contains("# Ours.") && after.contains("# Above the clients."))
        let told = try rows("b.db")
        #expect(told["Denied by the Policy"] != nil && told["New Client"] == nil, "\(told)")

        #expect(try policy("undo", "--policy", "policy.yaml").status == 0)
        #expect(try contents(folder.file("policy.yaml")) == before)
        #expect(try policy("undo", "--policy", "policy.yaml").status == 66)

        #expect(
            try policy("allow", "\(number)", "--config", "earshot.yaml", "--db", "a.db", "--until", "2000-01-01").status
                == 64)
        #expect(try policy("allow", "\(number)", "--config", "earshot.yaml", "--db", "a.db").status == 0)
        #expect(try rows("c.db")["New Client"] == nil)
    }

    @Test("Who is in no line of the site's list is one row, also beside no policy") func siteList() throws {
        let list = try folder.write("Name,IP Address\nbroker,10.77.0.1/24\n", to: "machines.csv")
        let configuration = "site_list: \(list)\nonly_rules: [\(Program.rules)]\n"
        try folder.write(configuration, to: "earshot.yaml")
        let told = try rows("a.db")
        #expect(told.keys.sorted() == ["Machine Not in the Site's List"])
        let number = try #require(told.values.first)
        let shown = try earshot("show", "\(number)", "--db", "a.db", directory: folder.path)
        #expect(shown.text.contains("curious at 10.77.1.67 is in no line of the list"), "\(shown.text)")
        try folder.write("Name,IP Address\nall,10.77.0.0/16\n", to: "machines.csv")
        #expect(try rows("b.db") == [:])
        try folder.write("Colour\nred\n", to: "machines.csv")
        let outcome = try earshot(
            "replay", "-q", "--config", "earshot.yaml", "--db", "c.db", sample, directory: folder.path)
        #expect(outcome.status == 65 && outcome.errorText.contains("no column called name"), "\(outcome.errorText)")
        let check = try earshot("config", "check", "earshot.yaml", directory: folder.path)
        #expect(check.status == 78 && (check.text + check.errorText).contains("earshot.yaml:1: the list "))
    }

    @Test("An alert that is not about the policy is not answered by it") func otherAlerts() throws {
        _ = try rows("a.db")
        let lines = try earshot("tail", "--db", "a.db", "--format", "json", "-n", "1000", directory: folder.path).lines
        let rows = try lines.compactMap { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
        let other = try #require(rows.first { $0["category"] as? String != "policy" }?["id"] as? Int)
        let outcome = try policy("allow", "\(other)", "--config", "earshot.yaml", "--db", "a.db")
        #expect(outcome.status == 65 && outcome.errorText.contains("earshot except \(other)"), "\(outcome.errorText)")
        #expect(try policy("deny", "9999", "--config", "earshot.yaml", "--db", "a.db").status == 66)
    }

    @Test("What each section would raise is said before it is switched on") func check() throws {
        try write("modes: {clients: learn, filters: shadow}\n" + text)
        let outcome = try policy("check", "policy.yaml", sample, "--verbose", "--only-rules", Program.rules)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let clients = try #require(outcome.lines.first { $0.hasPrefix("clients (learn): ") })
        #expect(clients.contains("1 row") && clients.contains("New Client"), "\(clients)")
        #expect(outcome.lines.contains { $0.hasPrefix("filters (shadow): ") })
        #expect(outcome.lines.contains { $0.hasPrefix("servers (on): 0 rows") }, "\(outcome.text)")
        #expect(!FileManager.default.fileExists(atPath: folder.file("earshot.db")))
    }

    /// RFC 8520, 3 and 4: what a MUD file has to have; lists are of one family.
    @Test("MUD, nftables and the ACLs of brokers") func exports() throws {
        try write(
            """
            schema: 1
            servers:
              - {server: 'mqtt 10.0.0.5:1883', first: 2026-12-01T00:00:00Z, last: 2026-12-02T00:00:00Z, count: 3, days: 2}
              - {server: 'coap [2001:db8::6]:5683'}
              - {server: 'coap 10.1.0.0/24:*'}
              - {server: 'mqtt 10.0.0.66:1883', state: deny}
            clients:
              - {client: 'press-{n}', protocol: mqtt, users: [plant], networks: [10.0.0.0/24]}
              - {client: panel, protocol: mqtt, users: [scada], networks: [10.0.1.9]}
            topics:
              - {topic: 'plant/press-{n}/temp', server: 'mqtt 10.0.0.5:1883', publishers: ['press-{n}']}
            filters:
              - {filter: 'plant/#', server: 'mqtt 10.0.0.5:1883', readers: [panel]}

            """)
        func export(_ format: String) throws -> Outcome {
            let outcome = try policy("export", "policy.yaml", "--format", format)
            #expect(outcome.status == 0 && outcome.errorText.contains("\(format) cannot say: "), "\(outcome.errorText)")
            return outcome
        }
        let mud = try JSONSerialization.jsonObject(with: Data(try export("mud").output)) as? [String: Any]
        let head = try #require(mud?["ietf-mud:mud"] as? [String: Any])
        for key in ["mud-version", "mud-url", "last-update", "is-supported"] { #expect(head[key] != nil, "\(key)") }
        #expect(head["last-update"] as? String == "2026-12-02T00:00:00Z")
        let lists = (mud?["ietf-access-control-list:acls"] as? [String: Any])?["acl"] as? [[String: Any]] ?? []
        #expect(lists.map { $0["type"] as? String } == ["ipv4-acl-type", "ipv6-acl-type"])
        let named = (head["from-device-policy"] as? [String: Any])?["access-lists"] as? [String: Any]
        #expect(
            (named?["access-list"] as? [[String: String]])?.map { $0["name"] } == lists.map { $0["name"] as? String })
        let entries = (lists.first?["aces"] as? [String: Any])?["ace"] as? [[String: Any]] ?? []
        let targets = entries.compactMap { ($0["matches"] as? [String: Any])?["ipv4"] as? [String: Any] }
        #expect(
            targets.map { $0["destination-ipv4-network"] as? String } == ["10.0.0.5/32", "10.1.0.0/24"],
            "what is denied is not let through")

        let nft = try export("nftables").text
        #expect(nft.contains("elements = { 10.0.0.0/24, 10.0.1.9 }"))
        #expect(nft.contains("ip saddr @clients_ip ip daddr 10.0.0.5 tcp dport 1883 accept"))
        #expect(nft.contains("ip daddr 10.0.0.5 tcp dport 1883 drop"))
        #expect(nft.contains("ip6 saddr @clients_ip6 ip6 daddr 2001:db8::6 udp dport 5683 accept"))
        #expect(nft.contains("ip daddr 10.1.0.0/24 meta l4proto udp drop"))
        #expect(!nft.contains("10.0.0.66"))

        let mosquitto = try export("mosquitto").text
        #expect(mosquitto.contains("user plant\ntopic write plant/+/temp\n"))
        #expect(mosquitto.contains("user scada\ntopic read plant/#\n"))
        let emqx = try export("emqx").text
        #expect(emqx.contains(#"{allow, {clientid, {re, "^press-[0-9]+$"}}, publish, ["plant/+/temp"]}."#), "\(emqx)")
        #expect(emqx.hasSuffix("{deny, all}.\n"))
        #expect(try policy("export", "policy.yaml", "--format", "iptables").status == 64)
    }

    @Test(
        "Maintenance is that of the policy's zone, wherever the sensor stands",
        arguments: ["America/New_York", "Asia/Kolkata", "UTC"])
    func zones(_ zone: String) throws {
        let path = try Program.path()
        func clients(_ window: String) throws -> Outcome {
            try write("zone: Europe/Berlin\nmaintenance:\n  - {window: shift, time: '\(window)'}\n" + text)
            return try run(
                path, ["policy", "check", "policy.yaml", sample, "--only-rules", Program.rules], directory: folder.path,
                environment: ["TZ": zone])
        }
        // The capture is of 10:21 UTC, 11:21 in Berlin.
        let inside = try clients("11:15-11:30").text
        #expect(inside.contains("not told in maintenance shift: clients.new_client: 1"), "\(inside)")
        let outside = try clients("10:15-10:30").text
        #expect(!outside.contains("not told in maintenance") && outside.contains("New Client"), "\(outside)")
    }
}
