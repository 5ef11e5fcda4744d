import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// What real CoAP peers say to each other over TCP and with OSCORE: held against tshark's reading of the same capture, and
/// against what the clients printed.
@Suite(.serialized, .needs(CoAPPeers.obstacle))
struct CoAPPeersTests {
    @Test("Libcoap over TCP") func libcoapOverTCP() throws {
        let server = try CoAPServer()
        let recording = try Recording("tcp port \(server.port)")
        let base = "coap+tcp://127.0.0.1:\(server.port)"
        let long = try recording.folder.write(String(repeating: "x", count: 100_000), to: "long")
        func ask(_ arguments: String...) throws -> String {
            try run(CoAPServer.client ?? "coap-client", ["-B", "3"] + arguments).text
        }
        let links = try ask("-m", "get", "\(base)/.well-known/core")
        #expect(links.contains("</time>"), "\(links)")
        _ = try ask("-m", "put", "-e", "hello", "\(base)/example_data")
        #expect(try ask("-m", "get", "\(base)/example_data") == "hello\n")
        _ = try ask("-m", "put", "-f", long, "\(base)/example_data")
        let times = try ask("-m", "get", "-s", "3", "\(base)/time")
        #expect(times.contains(":"))
        let capture = try recording.end()
        let ours = try messages(in: capture)
        #expect(difference(try theirs(in: capture, "tcp.port==\(server.port),coap"), ours) == [])
        #expect(ours.allSatisfy { $0.transport == "tcp" && $0.type == nil && $0.messageID == nil && $0.version == nil })
        #expect(ours.allSatisfy { $0.violations == nil && $0.isMidstream == false })
        let answers = ours.filter { $0.code.hasPrefix("2.") }
        #expect(answers.allSatisfy { $0.isMatched == true })
        #expect(counted(ours.map(\.code))["7.01"] == 10, "each end of five connections")
        #expect(answers.first?.payload.map { $0 + "\n" } == links)
        #expect(ours.contains { $0.payloadLength == 100_000 && $0.path == "/example_data" })
        // What the observing client printed is what the notifications carried.
        let notified = answers.filter { $0.state == "notification" }.compactMap(\.payload)
        #expect(notified.count >= 2 && notified.allSatisfy { times.contains($0) }, "\(times)")
    }

    @Test(
        "Aiocoap over TCP",
        .needs(CoAPPeers.python != nil, "no Python environment: scripts/python-env.sh .venv makes it"))
    func aiocoapOverTCP() throws {
        let port = try Loopback.freePort()
        let (recording, printed) = try converse("tcp", port)
        let capture = try recording.end()
        let ours = try messages(in: capture)
        #expect(difference(try theirs(in: capture, "tcp.port==\(port),coap"), ours) == [])
        #expect(ours.allSatisfy { $0.violations == nil })
        #expect(counted(ours.map(\.code))["7.01"] == 2)
        let answers = ours.filter { !$0.code.hasPrefix("0.") && !$0.code.hasPrefix("7.") }
        #expect(answers.allSatisfy { $0.isMatched == true })
        let toRequests = answers.filter { !($0.state == "notification" && $0.payloadLength == 7) }
        #expect(toRequests.map { "\($0.code) \($0.payloadLength ?? 0)" } == printed.dropLast())
        #expect(printed.last == "notifications \(answers.count - toRequests.count)")
    }

    @Test(
        "Aiocoap with OSCORE",
        .needs(CoAPPeers.python != nil, "no Python environment: scripts/python-env.sh .venv makes it"))
    func aiocoapWithOSCORE() throws {
        let port = try Loopback.freePort()
        let (recording, printed) = try converse("oscore", port)
        let capture = try recording.end()
        #expect(printed.first == "2.05 7" && printed.last == "notifications 3", "\(printed)")
        let ours = try messages(in: capture)
        #expect(difference(try theirs(in: capture, "udp.port==\(port),coap"), ours) == [])
        #expect(ours.allSatisfy { $0.violations == nil && $0.isRepeated != true })
        let requests = ours.filter { $0.code.hasPrefix("0.") && $0.code != "0.00" }
        #expect(Set(requests.map(\.code)) == ["0.02", "0.05"], "what is asked does not show")
        #expect(requests.allSatisfy { $0.kid == "00" && $0.kidContext == "37cbf3210017a2d3" })
        #expect(Set(requests.compactMap(\.partialIV)).count == requests.count)
        #expect(ours.filter { $0.partialIV != nil && $0.kid == nil }.count == 3, "notifications have their own")
    }

    /// Lets aiocoap talk to itself; what goes over the port is recorded, and what it printed.
    private func converse(_ mode: String, _ port: Int) throws -> (recording: Recording, printed: [String]) {
        let recording = try Recording("port \(port)")
        let keys = try TemporaryFolder()
        let outcome = try run(
            CoAPPeers.python ?? "python3", [Program.root + "/Tests/Peers/coap_peers.py", mode, "\(port)", keys.path])
        #expect(outcome.status == 0, "\(outcome.errorText)")
        return (recording, outcome.lines)
    }
}

/// What these tests need.
enum CoAPPeers {
    static let obstacle: String? = Sensor.obstacle ?? (Program.find("tshark") == nil ? "not installed: tshark" : nil)

    /// The interpreter of scripts/python-env.sh, where it has aiocoap with OSCORE.
    static let python: String? = {
        let path = Program.root + "/.venv/bin/python"
        let outcome = try? run(path, ["-c", "import aiocoap.oscore"])
        return outcome?.status == 0 ? path : nil
    }()
}

/// A line of `earshot decode`.
private struct Message: Decodable {
    let frame: Int
    let transport: String
    let code: String
    let length: Int
    let token: String?
    let version: Int?
    let type: String?
    let messageID: Int?
    let path: String?
    let payload: String?
    let payloadLength: Int?
    let isMatched: Bool?
    let state: String?
    let isMidstream: Bool?
    let violations: [String]?
    let kid: String?
    let kidContext: String?
    let partialIV: String?
    let isRepeated: Bool?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case frame = "frame.number"
        case transport = "network.transport"
        case code = "coap.code"
        case length = "coap.length"
        case token = "coap.token"
        case version = "coap.version"
        case type = "coap.type"
        case messageID = "coap.mid"
        case path = "coap.uri_path"
        case payload = "coap.payload"
        case payloadLength = "coap.payload_length"
        case isMatched = "coap.matched"
        case state = "coap.observe.state"
        case isMidstream = "coap.session.midstream"
        case violations = "violation.id"
        case kid = "coap.opt.object_security_kid"
        case kidContext = "coap.opt.object_security_kid_context"
        case partialIV = "coap.opt.object_security_piv"
        case isRepeated = "coap.oscore.piv_repeated"
    }
}

private func messages(in capture: String) throws -> [Message] {
    let fields = Message.CodingKeys.allCases.map(\.rawValue).joined(separator: ",")
    let outcome = try earshot("decode", capture, "--fields", fields)
    #expect(outcome.status == 0, "\(outcome.errorText)")
    return try outcome.lines.map { try JSONDecoder().decode(Message.self, from: Data($0.utf8)) }
}

private let compared = [
    "frame.number", "coap.code", "coap.length", "coap.token", "coap.payload_length", "coap.mid",
    "coap.opt.object_security_kid", "coap.opt.object_security_kid_context", "coap.opt.object_security_piv",
]

/// tshark's reading, a row for each frame; several messages of a frame stand in one row, behind commas.
private func theirs(in capture: String, _ decodeAs: String) throws -> [String] {
    let outcome = try run(
        Program.find("tshark") ?? "tshark",
        ["-r", capture, "-d", decodeAs, "-Y", "coap", "-T", "fields"] + compared.flatMap { ["-e", $0] })
    #expect(outcome.status == 0 && !outcome.output.isEmpty, "\(outcome.errorText)")
    return outcome.text.split(separator: "\n").map { line in
        var columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        columns += [String](repeating: "", count: max(0, compared.count - columns.count))
        columns[1] = columns[1].split(separator: ",").compactMap { Int($0) }
            .map { "\($0 >> 5).\($0 & 31 < 10 ? "0" : "")\($0 & 31)" }.joined(separator: ",")
        return columns.joined(separator: " ")
    }
}

/// Rows that only one of the two has; tshark tells the length of a message of a stream only.
private func difference(_ theirs: [String], _ ours: [Message]) -> [String] {
    func joined(_ values: [String?]) -> String { values.compactMap { $0 }.joined(separator: ",") }
    let rows = Dictionary(grouping: ours, by: \.frame).values.map { group in
        [
            "\(group[0].frame)", joined(group.map(\.code)),
            joined(group.map { $0.transport == "tcp" ? "\($0.length)" : nil }), joined(group.map(\.token)),
            joined(group.map { $0.payloadLength.map(String.init) }),
            joined(group.map { $0.messageID.map(String.init) }),
            joined(group.map(\.kid)), joined(group.map(\.kidContext)), joined(group.map(\.partialIV)),
        ].joined(separator: " ")
    }
    return Set(theirs).symmetricDifference(rows).sorted()
}
