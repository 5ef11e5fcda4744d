import Foundation
import ProgramSupport
import Testing

/// A line of `earshot decode`, as far as tshark's reading has the same.
private struct CoAPLine: Decodable {
    let category: String
    let frame: Int
    let type: String?
    let code: String?
    let messageID: Int?
    let token: String?
    let path: String?
    let ports: [Int]

    enum CodingKeys: String, CodingKey {
        case category = "event.category"
        case frame = "frame.number"
        case type = "coap.type"
        case code = "coap.code"
        case messageID = "coap.mid"
        case token = "coap.token"
        case path = "coap.uri_path"
        case source = "source.port"
        case destination = "destination.port"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        category = try values.decode(String.self, forKey: .category)
        frame = try values.decode(Int.self, forKey: .frame)
        type = try values.decodeIfPresent(String.self, forKey: .type)
        code = try values.decodeIfPresent(String.self, forKey: .code)
        messageID = try values.decodeIfPresent(Int.self, forKey: .messageID)
        token = try values.decodeIfPresent(String.self, forKey: .token)
        path = try values.decodeIfPresent(String.self, forKey: .path)
        ports = [try values.decode(Int.self, forKey: .source), try values.decode(Int.self, forKey: .destination)]
    }
}

extension PublicCaptureTests {
    @Test("CoAP", arguments: PublicCaptures.captures(PublicCaptures.coapEnding)) func coap(_ capture: String) throws {
        let path = try #require(PublicCaptures.folder) + "/" + capture
        let known = KnownDifference.coap[capture] ?? []
        let table = try Table(path + PublicCaptures.coapEnding)
        var theirs: [String] = []
        for row in table.rows {
            // A message quoted in an ICMP error was not sent; only its original is a message.
            if try table.value(row, "frame.protocols").contains("icmp") { continue }
            guard let code = Int(try table.value(row, "coap.code")) else { continue }
            let frame = try table.value(row, "frame.number")
            var token = try table.value(row, "coap.token")
            for case .reservedTokenLength(let number) in known where frame == "\(number)" {
                #expect(token.count > 16)
                token = ""
            }
            let type = Int(try table.value(row, "coap.type")).flatMap { (0...3).contains($0) ? $0 : nil } ?? -1
            let segments = try table.value(row, "coap.opt.uri_path").replacingOccurrences(of: "|", with: "/")
            theirs.append(
                text(
                    frame: frame, type: type < 0 ? "" : ["CON", "NON", "ACK", "RST"][type],
                    code: "\(code >> 5).\(code & 31 < 10 ? "0" : "")\(code & 31)",
                    messageID: try table.value(row, "coap.mid"), token: token,
                    path: segments.isEmpty ? "" : "/" + segments))
        }
        let outcome = try earshot(
            "decode", path, "--fields",
            "event.category,frame.number,source.port,destination.port,coap.type,coap.code,coap.mid,coap.token,coap.uri_path"
        )
        #expect(outcome.status == 0, "\(outcome.errorText)")
        var lines = try outcome.lines.map { try JSONDecoder().decode(CoAPLine.self, from: Data($0.utf8)) }
            .filter { $0.category == "coap" }
        for case .portOfAnother(let port, let messages) in known {
            let before = lines.count
            lines.removeAll { $0.ports.contains(port) }
            #expect(before - lines.count == messages, "on port \(port)")
        }
        let ours = lines.map {
            text(
                frame: "\($0.frame)", type: $0.type ?? "", code: $0.code ?? "",
                messageID: $0.messageID.map(String.init) ?? "", token: $0.token ?? "",
                path: $0.path == "/" ? "" : $0.path ?? "")
        }
        #expect(theirs.count == ours.count)
        let (left, right) = (counted(theirs), counted(ours))
        #expect(difference(left, right) == [], "tshark reads these, we do not")
        #expect(difference(right, left) == [], "we read these, tshark does not")
    }

    private func text(
        frame: String, type: String, code: String, messageID: String, token: String, path: String
    ) -> String {
        "frame \(frame) \(type) \(code) id \(messageID) token '\(token)' path '\(path)'"
    }
}
