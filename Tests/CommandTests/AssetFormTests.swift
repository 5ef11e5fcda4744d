import Foundation
import Inventory
import ProgramSupport
import TestSupport
import Testing

/// The inventory in forms for machines: JSON against its schema, CSV, NetBox, and the site's own list.
@Suite struct AssetFormTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try AssetStore.make(AssetStore.plant, in: folder)
    }

    private func assets(_ arguments: String...) throws -> Outcome {
        try run(try Program.path(), ["assets"] + arguments, directory: folder.path)
    }

    /// The Python that has the libraries of the tests; `nil` where there is none.
    private static let environment: String? = {
        let path = Program.root + "/.venv/bin/python"
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()

    /// Runs a script of Python.
    private func python(_ script: String, _ command: String? = Program.find("python3")) throws -> Outcome {
        try run(try #require(command, "there is no python3"), ["-c", script], directory: folder.path)
    }

    @Test(
        "JSON keeps to the published schema",
        .needs(environment != nil, "no Python environment: scripts/python-env.sh .venv makes it"))
    func schema() throws {
        try folder.write("name,mac\nghost,00-00-00-00-00-01\n", to: "list.csv")
        let forms = try shell(
            """
            "$EARSHOT" assets --json; "$EARSHOT" assets --why pump-5 --json; "$EARSHOT" assets --why 10.0.0.5 --json
            "$EARSHOT" assets compare list.csv --json
            """, directory: folder.path)
        try folder.write(forms.output, to: "lines.jsonl")
        let checked = try python(
            """
            import collections, json, jsonschema
            schema = json.load(open("\(Program.root)/Docs/assets.schema.json"))
            jsonschema.Draft202012Validator.check_schema(schema)
            check = jsonschema.Draft202012Validator(schema)
            kinds = collections.Counter()
            for line in open("lines.jsonl"):
                record = json.loads(line)
                check.validate(record)
                kinds[record["kind"]] += 1
                record["surprise"] = 1
                assert not check.is_valid(record), "what is not in the schema passes"
            print(sorted(kinds))
            """, Self.environment)
        #expect(
            checked.text.contains(
                "['broker', 'claim', 'client', 'filter', 'link', 'resource', 'secret', 'server', 'topic', 'unlisted', 'unseen']"
            ),
            "\(checked.text)\(checked.errorText)")
    }

    @Test("CSV has as many cells in each row, and no formulas") func csv() throws {
        var plant = AssetStore.plant
        plant.clients[0].name = "=HYPERLINK(\"http://x\",\"y\")"
        plant.clients[0].examples = ["=cmd|'/C calc'!A0"]
        plant.topics[2].template = "@plant, \"config\"\r\nnext"
        try AssetStore.make(plant, in: folder, "formula.db")
        for list in ["brokers", "servers", "clients", "topics", "resources", "links", "filters", "secrets"] {
            try folder.write(try assets(list, "--csv", "--db", "formula.db").output, to: "\(list).csv")
        }
        let checked = try python(
            """
            import csv
            for name in "brokers servers clients topics resources links filters secrets".split():
                raw = open(name + ".csv", newline="").read()
                assert raw.replace("\\r\\n", "").count("\\n") == 0, name
                rows = list(csv.reader(open(name + ".csv", newline="", encoding="utf-8"), strict=True))
                assert len({len(row) for row in rows}) == 1, name
                for row in rows:
                    for cell in row: assert not cell.startswith(("=", "+", "@", "\\t", "\\r")), (name, cell)
                print(name, len(rows) - 1)
            """)
        #expect(
            checked.lines == [
                "brokers 2", "servers 1", "clients 5", "topics 5", "resources 1", "links 1", "filters 1", "secrets 1",
            ], "\(checked.errorText)")
        #expect(
            try assets("clients", "--csv", "--db", "formula.db").text.contains(
                "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""))
    }

    /// What the import forms of NetBox demand (netbox/dcim/forms/bulk_import.py, netbox/ipam/forms/bulk_import.py).
    @Test("NetBox's files refer to what the files before them bring") func netBox() throws {
        var plant = AssetStore.plant
        // Two of one name in another case, one that is longer than NetBox's names are.
        plant.clients[1].examples = ["PUMP-5"]
        plant.clients[2].examples = [String(repeating: "long", count: 40)]
        try AssetStore.make(plant, in: folder)
        let said = try assets("--netbox", "netbox")
        #expect(said.status == 0, "\(said.errorText)")
        #expect(said.lines.count == 8)
        let checked = try python(
            """
            import csv, ipaddress, os, re
            def rows(name):
                path = "netbox/" + name + ".csv"
                assert os.stat(path).st_mode & 0o777 == 0o600, path
                return list(csv.DictReader(open(path, newline="", encoding="utf-8"), strict=True))
            def column(rows, name):
                values = [row[name] for row in rows]
                assert all(values) and len({value.lower() for value in values}) == len(values), (name, values)
                return set(values)
            sites, makers = column(rows("1-sites"), "name"), column(rows("2-manufacturers"), "name")
            for name in ("1-sites", "2-manufacturers", "4-device-roles"):
                assert all(re.fullmatch("[-a-z0-9_]{1,100}", slug) for slug in column(rows(name), "slug"))
            types = {(row["manufacturer"], row["model"]) for row in rows("3-device-types")}
            assert {maker for maker, _ in types} == makers
            roles = column(rows("4-device-roles"), "name")
            devices = rows("5-devices")
            names = column(devices, "name")
            for row in devices:
                assert row["role"] in roles and row["site"] in sites and len(row["name"]) <= 64
                assert (row["manufacturer"], row["device_type"]) in types and row["status"] == "active"
            interfaces = {(row["device"], row["name"]) for row in rows("6-interfaces")}
            assert {device for device, _ in interfaces} == names
            addresses = rows("7-ip-addresses")
            column(addresses, "address")
            for row in addresses:
                ipaddress.ip_interface(row["address"])
                assert (row["device"], row["interface"]) in interfaces and row["is_primary"] in ("true", "false")
            for row in rows("8-services"):
                assert row["parent"] in names and row["parent_object_type"] == "dcim.device"
                assert row["protocol"] in ("tcp", "udp") and 0 < int(row["ports"]) < 65536
            print(len(devices), len(addresses), sorted((row["name"], row["protocol"], row["ports"]) for row in rows("8-services")))
            """)
        #expect(
            checked.lines == ["8 8 [('COAP', 'udp', '5683'), ('MQTT', 'tcp', '1883'), ('MQTT', 'tcp', '1883')]"],
            "\(checked.text)\(checked.errorText)")
        try folder.write("", to: "file")
        let refused = try assets("--netbox", "file")
        #expect(refused.status == 73)
        #expect(refused.errorText.contains("the folder file cannot be made"), "\(refused.errorText)")
    }

    /// A list of the site's own, and what NetBox exports.
    @Test(
        "the site's own list: seen, not listed; listed, not seen",
        arguments: [
            "name,address,mac\npump-5,,\nbroker,10.0.0.5,\nold broker,2001:db8::5,\n,,00-22-72-00-00-22\ngateway,10.0.7.1/24,\nghost,,02:00:00:00:99:99\n",
            "\u{FEFF}Name;Status;IP Address;MAC Address\r\nPUMP-5;Active;;\r\n\"the; broker\";Active;10.0.0.5/24;\r\nold broker;Active;2001:DB8::5/64;\r\npump 6;Active;;002272000022\r\ngateway;Active;10.0.7.1/24;\r\n\r\nghost;Offline;;0200.0000.9999\r\n;;;\r\n",
        ])
    func compare(_ list: String) throws {
        try folder.write(list, to: "list.csv")
        let outcome = try assets("compare", "list.csv", "--json")
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let objects = try outcome.lines.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        func names(_ kind: String) -> [String] {
            objects.filter { $0["kind"] as? String == kind }.compactMap { $0["name"] as? String }.sorted()
        }
        #expect(names("unlisted") == ["10.0.0.7", "203.0.113.9", "historian", "old-a81f3c"])
        #expect(names("unseen") == ["gateway", "ghost"])
        let lines = try assets("compare", "list.csv").lines
        #expect(lines.first == "8 machines seen, 6 listed, 4 of these seen")
        #expect(lines.contains("seen, not listed: 4") && lines.contains("listed, not seen: 2"), "\(lines)")
    }

    @Test("a network in the list stands for all that is in it") func network() throws {
        try folder.write("address\n10.0.0.0/24\n192.168.0.0/16\n", to: "list.csv")
        let lines = try assets("compare", "list.csv").lines
        #expect(lines.contains("seen, not listed: 2") && lines.contains("listed, not seen: 1"), "\(lines)")
    }

    @Test(
        "a list that is none",
        arguments: [
            ("", 65, "is empty"), ("a,b\n1,2\n", 65, "has no column called name, address or mac"),
            (nil, 66, "is not there"),
        ] as [(String?, Int32, String)])
    func badList(_ list: String?, _ status: Int32, _ message: String) throws {
        if let list { try folder.write(list, to: "list.csv") }
        let outcome = try assets("compare", "list.csv")
        #expect(outcome.status == status)
        #expect(outcome.errorText.contains(message), "\(outcome.errorText)")
    }

    /// Every text of the inventory comes from the network.
    @Test("no control character of a name reaches a terminal, a file or a parser") func hostile() throws {
        let poison =
            "x\u{1B}[2J\u{1B}]0;owned\u{7}\r\n\u{85}\u{9B}31m\u{202E}\u{2066}\u{200B}\u{2028}\u{FEFF}\u{E0041}\"},'\\=<b>&;|\t"
        var plant = AssetStore.plant
        plant.servers[0].implementations[0].value = poison
        plant.servers[0].versions = NameCounts([poison: 1])
        plant.clients[0].name = poison
        plant.clients[0].user = poison
        plant.clients[0].examples = [poison]
        plant.clients[0].filters = NameCounts([poison: 1])
        plant.topics[0].template = "plant/\(poison)/\(poison)"
        plant.topics[0].examples = [poison]
        plant.topics[0].publishers = NameCounts([poison: 1])
        plant.topics[0].categories = NameCounts([poison: 1])
        plant.topics[5].types = [poison]
        plant.filters[0].filter = poison
        plant.links[0].client = poison
        plant.secrets[0].places = NameCounts([poison: 1])
        plant.secrets[0].kind = poison
        try AssetStore.make(plant, in: folder, "hostile.db")
        try folder.write("name,address\n\(poison.replacing("\"", with: "\"\"")),1.2.3.4\n", to: "list.csv")
        let lists = ["brokers", "servers", "clients", "topics", "resources", "links", "filters", "secrets"]
        let key = "mqtt \(poison) as \(poison)"
        var forms: [[String]] = [[], ["--json"], ["topics", "--tree"], ["--netbox", "out"], ["--why", key]]
        forms += [
            ["--why", key, "--json"], ["--why", "no\(poison)"], ["compare", "list.csv"],
            ["compare", "list.csv", "--json"],
        ]
        forms += lists.flatMap { [[$0], [$0, "--csv"], [$0, "--json"]] }
        for form in forms {
            let outcome = try run(
                try Program.path(), ["assets"] + form + ["--db", "hostile.db"], directory: folder.path)
            #expect(outcome.status == (form == ["--why", "no\(poison)"] ? 66 : 0), "\(form): \(outcome.errorText)")
            let isCSV = form.contains("--csv")
            for bytes in [outcome.output, outcome.errors] { check(bytes, "\(form)", allowing: isCSV ? "\r\n" : "\n") }
            if form.contains("--json") {
                for line in outcome.lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
            }
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.file("out"))
        #expect(files.count == 8)
        for file in files { check(try contents(folder.file("out/\(file)")), file, allowing: "\r\n") }
    }

    private func check(_ bytes: [UInt8], _ name: String, allowing allowed: String) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            Issue.record("\(name): not UTF-8")
            return
        }
        let bad = text.unicodeScalars.filter { scalar in
            switch scalar.properties.generalCategory {
            case .control: !allowed.unicodeScalars.contains(scalar)
            case .format, .lineSeparator, .paragraphSeparator: true
            default: false
            }
        }
        #expect(bad.isEmpty, "\(name): \(bad.map { String($0.value, radix: 16) })")
    }

    /// A hundred thousand templates that somebody made up.
    @Test("a hundred thousand topics are shown at once, and as many as asked for") func many() throws {
        let filled = try python(
            """
            import json, sqlite3
            store = sqlite3.connect("earshot.db")
            detail = json.loads(store.execute("SELECT detail FROM inventory WHERE kind = 'topic' AND key LIKE '%office%'").fetchone()[0])
            rows = []
            for number in range(100000):
                template = f"a{number % 7}/{number:x}/" + "b/" * (number % 40) + "c"
                key = detail["server"] + " " + template
                rows.append(("topic", key, 1795253400000000, 1795253400000000, 1, json.dumps(detail | {"template": template})))
            store.executemany("INSERT INTO inventory(kind, key, first_seen, last_seen, count, detail) VALUES(?, ?, ?, ?, ?, ?)", rows)
            store.commit()
            """)
        #expect(filled.status == 0, "\(filled.errorText)")
        for words in [["--tree"], ["--no-tree"]] {
            let outcome = try run(
                try Program.path(), ["assets", "topics"] + words, directory: folder.path, limit: 60)
            #expect(outcome.status == 0)
            #expect(outcome.lines.count <= 203, "\(outcome.lines.count)")
            #expect(outcome.lines.last?.hasSuffix("more; --limit shows them") == true)
        }
        let outcome = try run(
            try Program.path(), ["assets", "topics", "--json", "--limit", "5"], directory: folder.path, limit: 60)
        #expect(outcome.lines.count == 5)
    }
}
