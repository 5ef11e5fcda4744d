import Foundation
import ProgramSupport
import TestSupport
import Testing

/// The inventory against what scripts really started, and against networks in which addresses do not say who is there.
@Suite(.serialized)
struct InventoryPeersTests {
    @Test(
        "brokers, servers, clients, topics and resources: all found, none made up",
        .needs(Receivers.obstacle ?? InventoryPeers.obstacle))
    func realPeers() throws {
        let python = try #require(InventoryPeers.python)
        let outcome = try run(
            python, [Program.root + "/Tests/Peers/inventory_peers.py", try Program.path()], limit: 60)
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
        for line in [
            "brokers: 2 of 2 found, 0 missed, 0 made up", "servers: 2 of 2 found, 0 missed, 0 made up",
            "clients: 9 of 9 found, 0 missed, 0 made up", "topics: 4 of 4 found, 0 missed, 0 made up",
            "resources: 5 of 5 found, 0 missed, 0 made up", "filters: 4 of 4 found, 0 missed, 0 made up",
        ] { #expect(outcome.lines.contains(line), "\(outcome.text)") }
        #expect(outcome.text.contains("planted secrets: 0 of 4 shown"), "\(outcome.text)")
    }

    @Test(
        "leases and made-up addresses of the link, and a router in front",
        .needs(Program.find("python3") != nil, "there is no python3"),
        .needs(
            FileManager.default.fileExists(atPath: "/usr/share/ieee-data/oui.txt"), "ieee-data is not installed"))
    func madeCaptures() throws {
        let outcome = try run(
            try #require(Program.find("python3")),
            [Program.root + "/Tests/Peers/inventory_captures.py", try Program.path()], limit: 120)
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
        #expect(outcome.lines.count == 8 && outcome.lines.allSatisfy { $0.hasPrefix("right: ") }, "\(outcome.text)")
    }
}

/// What the script of real peers needs beside what receivers need.
private enum InventoryPeers {
    /// The Python that has paho-mqtt and aiocoap; `nil` where there is none.
    static let python: String? = {
        let path = Program.root + "/.venv/bin/python"
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()

    static let obstacle: String? = {
        if python == nil { return "no Python environment: scripts/python-env.sh .venv makes it" }
        let wanted = ["openssl", "mosquitto_passwd", "mosquitto_pub", "coap-client-notls"]
            .filter { Program.find($0) == nil }
        return wanted.isEmpty ? nil : "not installed: \(wanted.joined(separator: ", "))"
    }()
}
