import Foundation
import Inventory
import ProgramSupport
import TestSupport
import Testing

@Suite struct AssetsTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try AssetStore.make(AssetStore.plant, in: folder)
    }

    private func assets(_ arguments: String...) throws -> Outcome {
        try run(try Program.path(), ["assets"] + arguments, directory: folder.path)
    }

    /// The objects of a JSON output.
    private func objects(_ arguments: [String]) throws -> [[String: Any]] {
        let outcome = try run(try Program.path(), ["assets"] + arguments + ["--json"], directory: folder.path)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        return try outcome.lines.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    private func keys(_ arguments: String...) throws -> Set<String> {
        Set(try objects(arguments).compactMap { $0["key"] as? String })
    }

    @Test("the overview says how many there are, what stands out and what is gone") func overview() throws {
        let lines = try assets().lines
        #expect(lines.first == "2 brokers, 1 other server, 5 clients, 5 topics, 1 resource, 1 link, 1 secret")
        #expect(lines.contains("seen from 2026-11-21 09:30:00 to 2026-12-01 09:30:00 UTC"), "\(lines)")
        for line in [
            "  mqtt 10.0.0.5:1883 let clients in without login: 2 times, from 1 network",
            "  mqtt 10.0.0.5:1883 granted a filter that takes in every topic",
            "  mqtt 10.0.0.5:1883 says that it is mosquitto 2.0.11, and mosquitto 2.0.18",
            "  coap 10.0.0.7:5683 carried out 3 changes without protection",
            "  coap 10.0.0.7:5683 sends back up to 50.0 times what it is asked with",
            "  one login in clear, 2 clients: 5f2c9a1e",
            "  1 network outside speaks with servers inside",
            "  1 client not seen for 7 days; --gone 7 lists them",
            "  about 987654 names from client old-{id} on mqtt 10.0.0.5:1883",
        ] { #expect(lines.contains(line), "\(line)\n\(lines.joined(separator: "\n"))") }
        // Nothing is said to be closed that was only not seen.
        #expect(!lines.contains { $0.contains("2001:db8::5") })
    }

    @Test("an empty inventory, and no store") func nothing() throws {
        try AssetStore.make(InventorySnapshot(), in: folder, "empty.db")
        #expect(try assets("--db", "empty.db").lines == ["nothing was seen yet: the inventory is empty"])
        #expect(try assets("brokers", "--db", "empty.db").lines == ["none"])
        #expect(try assets("topics", "--tree", "--db", "empty.db").lines == ["none"])
        #expect(try assets("--json", "--db", "empty.db").output.isEmpty)
        #expect(try assets("clients", "--csv", "--db", "empty.db").lines.count == 1)
        for words in [["--db", "none.db"], ["links", "--db", "none.db"]] {
            let outcome = try run(try Program.path(), ["assets"] + words, directory: folder.path)
            #expect(outcome.status == 66)
            #expect(outcome.errorText.contains("There is no alert store at none.db"))
        }
    }

    @Test(
        "tables fit the terminal, and say the most important first",
        .needs(Program.find("script") != nil, "there is no script(1)"), arguments: [80, 160])
    func tablesFit(_ width: Int) throws {
        for list in [
            "brokers", "servers", "clients", "topics", "topics --no-tree", "resources", "resources --no-tree", "links",
            "filters", "secrets", "--why mqtt\\ 10.0.0.5:1883", "",
        ] {
            let outcome = try shell(
                "script -qec '\"$EARSHOT\" assets \(list)' /dev/null", directory: folder.path,
                environment: ["COLUMNS": "\(width)", "TZ": "Asia/Kathmandu"])
            let lines = outcome.text.split(whereSeparator: \.isNewline).map(String.init)
            #expect(lines.count > 1, "\(list)")
            for line in lines { #expect(line.count <= width, "\(list): \(line)") }
            // 10 days after 09:30 UTC.
            if list == "clients" { #expect(lines.contains { $0.contains("12-01 15:15") }, "\(lines)") }
        }
        let brokers = try shell(
            "script -qec '\"$EARSHOT\" assets brokers --utc' /dev/null", directory: folder.path,
            environment: ["COLUMNS": "\(width)"]
        ).text.split(whereSeparator: \.isNewline)
        #expect(brokers.first?.hasPrefix("broker") == true)
        let open = try #require(brokers.first { $0.hasPrefix("10.0.0.5:1883") })
        #expect(open.contains("let in 2") && open.contains("granted") && open.contains("12-01 09:30"), "\(open)")
        let closed = try #require(brokers.first { $0.hasPrefix("[2001:db8::5]:1883") })
        #expect(closed.contains("not seen") && !closed.contains("closed"), "\(closed)")
    }

    @Test("the tree shows levels with counts, and made-up names as one") func tree() throws {
        let lines = try assets("topics", "--tree").lines.map { line in
            line.split(separator: " ", omittingEmptySubsequences: true).prefix(3).joined(separator: " ")
        }
        #expect(lines[0] == "topic names messages")
        #expect(lines[1] == "mqtt 10.0.0.5:1883 987681")
        #expect(lines.contains("plant/ 26 1701"), "\(lines)")
        #expect(lines.contains("hall-{n}/ 25 1700"), "\(lines)")
        #expect(lines.contains("pressure 24 1200"), "\(lines)")
        #expect(lines.contains("office/door 1 7"), "\(lines)")
        #expect(lines.contains("about 987654 names"), "\(lines)")
        let cut = try assets("topics", "--tree", "--limit", "3").lines
        #expect(cut.count == 5)
        #expect(cut.last == "and 5 more; --limit shows them")
    }

    @Test(
        "filters",
        arguments: [
            ("--ip 10.0.0.0/29 servers", 1), ("--ip 203.0.113.9 clients", 1), ("--ip 203.0.113.0/24 links", 1),
            ("--server 10.0.0.5 clients", 4), ("--server coap*:5683 clients", 1), ("--server 2001:db8::/32 brokers", 1),
            ("--client pump-* clients", 2), ("--client pump-{n} topics", 5), ("--client historian filters", 1),
            ("--topic plant/* topics", 3), ("--topic plant/hall-7/pressure topics", 1), ("--topic # filters", 1),
            ("--class telemetry topics", 2), ("--kind secret topics", 1), ("--kind personal.mail topics", 1),
            ("--kind jwt topics", 1), ("--kind login secrets", 1), ("--kind secret secrets", 1),
            ("--class event resources", 0),
            ("--since 2026-11-22 clients", 4), ("--until 2026-11-21T09:45:00Z clients", 3),
            ("--new-since 2026-11-21T10:00:00Z clients", 2), ("--gone 7 clients", 1), ("--gone 30 clients", 0),
            ("--limit 2 clients", 2), ("--class telemetry", 2), ("--ip 10.0.0.7", 3),
        ])
    func filters(_ words: String, _ expected: Int) throws {
        var words = words.split(separator: " ").map(String.init)
        if words.count == 3 { words = [words[2], words[0], words[1]] }
        #expect(try objects(words + ["--utc"]).count == expected)
    }

    @Test("what was gone is shown as gone since") func gone() throws {
        let lines = try assets("clients", "--gone", "7").lines
        #expect(lines.count == 2)
        #expect(lines[0].hasSuffix("gone since") && lines[1].hasSuffix("11-21 11:30"), "\(lines)")
    }

    @Test("two programs that contradict each other are both shown, the newest marked") func why() throws {
        let lines = try assets("--why", "mqtt 10.0.0.5:1883").lines
        #expect(lines.first == "mqtt 10.0.0.5:1883")
        let programs = lines.filter { $0.hasPrefix("program") }
        #expect(programs.count == 2)
        #expect(programs[0].contains("mosquitto 2.0.18 (newest)") && programs[0].contains("9001"), "\(programs)")
        #expect(programs[1].contains("mosquitto 2.0.11 (older)") && programs[1].contains("system_topic"), "\(programs)")
        let anonymous = try #require(lines.first { $0.hasPrefix("lets in without login") })
        for part in ["proven", "connack", "42", "2026-11-21 10:30:00"] {
            #expect(anonymous.contains(part), "\(anonymous)")
        }
        #expect(lines.contains { $0.hasPrefix("refuses sessions") && $0.contains("not seen") }, "\(lines)")
        // By what people call it, and as objects.
        #expect(try assets("--why", "10.0.0.5:1883").lines == lines)
        let claims = try objects(["--why", "pump-5"])
        #expect(
            claims.allSatisfy { $0["kind"] as? String == "claim" && $0["key"] as? String == "mqtt pump-5 as plant" })
        #expect(claims.contains { $0["attribute"] as? String == "published" && $0["count"] as? Int == 900 })
        let unknown = try assets("--why", "mqtt 1.2.3.4:5")
        #expect(unknown.status == 66)
        #expect(unknown.errorText.contains("knows nothing called 'mqtt 1.2.3.4:5'"), "\(unknown.errorText)")
    }

    @Test(
        "options that say nothing, and values that are none",
        arguments: [
            ("brokers --topic x", "--topic says nothing to brokers"),
            ("links --class telemetry", "--class says nothing to links"),
            ("clients --ip house", "'house' is no address"),
            ("clients --gone 0", "--gone wants a number of days above 0"),
            ("clients --since never", "'never' is no time"), ("clients --json --csv", "name one of --json and --csv"),
            ("--csv", "--csv wants a list"), ("clients --limit 0", "--limit wants a number above 0"),
        ])
    func misuse(_ words: String, _ message: String) throws {
        let outcome = try run(
            try Program.path(), ["assets"] + words.split(separator: " ").map(String.init), directory: folder.path)
        #expect(outcome.status == 64)
        #expect(outcome.errorText.contains(message), "\(outcome.errorText)")
    }

    @Test(
        "vendors are named where the card is the machine's own",
        .needs(FileManager.default.fileExists(atPath: "/usr/share/ieee-data/oui.txt"), "ieee-data is not installed"))
    func vendors() throws {
        let clients = try objects(["clients"])
        func vendors(_ key: String) throws -> [String] {
            let client = try #require(clients.first { $0["key"] as? String == key })
            return (client["vendors"] as? [[String: Any]] ?? []).compactMap { $0["value"] as? String }
        }
        #expect(try vendors("mqtt pump-5 as plant") == ["American Micro-Fuel Device Corp."])
        // A card that was given its address, and one that a router put in front.
        #expect(try vendors("mqtt historian").isEmpty)
        #expect(try vendors("coap 203.0.113.9").isEmpty == false)
        #expect(try assets("brokers").text.contains("Rockwell Automation"))
    }

    @Test("a routed capture: no vendor, and what is hidden is said") func routed() throws {
        var plant = InventorySnapshot()
        for number in 0..<41 {
            var client = ClientRecord(proto: "mqtt", name: "c\(number)", user: nil, home: nil, seen: AssetStore.seen())
            client.addresses = NameCounts(["10.\(number % 3).1.\(number + 1)": 1])
            client.hardwareAddresses = NameCounts(["00:22:72:00:00:01": 1])
            plant.clients.append(client)
        }
        try AssetStore.make(plant, in: folder, "routed.db")
        let overview = try assets("--db", "routed.db").lines
        #expect(overview.contains("  00:22:72:00:00:01: 41 addresses of 3 networks"), "\(overview)")
        let clients = try objects(["clients", "--db", "routed.db"])
        #expect(clients.count == 41)
        #expect(clients.allSatisfy { $0["vendors"] == nil && $0["behind"] as? String == "00:22:72:00:00:01" })
        #expect(try assets("clients", "--db", "routed.db").text.contains("behind 00:22:72:00:00:01"))
    }

    @Test("countries come from a file, and only of what is public") func places() throws {
        var writer = MaxMindWriter()
        for (octets, length) in [([193, 99, 144, 0], 24), ([10, 0, 0, 0], 8)] as [([UInt8], Int)] {
            writer.add(octets, length, .map([("country", .map([("iso_code", .text("DE"))]))]))
        }
        try folder.write(writer.file(type: "Test-Country"), to: "country.mmdb")
        var plant = AssetStore.plant
        plant.links[0].client = "193.99.144.80"
        try AssetStore.make(plant, in: folder, "places.db")
        let links = try objects(["links", "--db", "places.db", "--geoip", "country.mmdb"])
        #expect((links.first?["place"] as? [String: Any])?["country"] as? String == "DE")
        // The same by the setting.
        try folder.write("geoip: [country.mmdb]\n", to: "earshot.yaml")
        #expect(try assets("links", "--db", "places.db", "--config", "earshot.yaml").text.contains("  DE  "))
        let brokers = try objects(["brokers", "--geoip", "country.mmdb"])
        #expect(brokers.allSatisfy { $0["place"] == nil })
        #expect(try assets("links", "--geoip", "none.mmdb").status == 66)
        try folder.write("text", to: "text.mmdb")
        let damaged = try assets("links", "--geoip", "text.mmdb")
        #expect(damaged.status == 65)
        #expect(damaged.errorText.contains("text.mmdb is no database of places"), "\(damaged.errorText)")
    }
}
