import Foundation
import ProgramSupport
import Testing

/// The fields of a message that tshark shows as well: its name, and what of ours says the same.
private let sharedFields: [(theirs: String, ours: @Sendable (CoAPFieldLine) -> String)] = [
    ("coap.opt.uri_host", { $0.host ?? "" }),
    ("coap.opt.uri_port", { text($0.port) }),
    ("coap.opt.uri_query", { ($0.query ?? []).joined(separator: "|") }),
    ("coap.opt.location_path", { ($0.location ?? []).joined(separator: "|") }),
    ("coap.opt.ctype", { $0.format ?? "" }),
    ("coap.opt.accept", { $0.accept ?? "" }),
    ("coap.opt.observe", { text($0.observe) }),
    ("coap.opt.max_age", { text($0.maxAge) }),
    ("coap.opt.block_number", { $0.blocks.map { $0[0] }.joined(separator: "|") }),
    ("coap.opt.block_mflag", { $0.blocks.map { $0[1] }.joined(separator: "|") }),
    // tshark shows the exponent.
    (
        "coap.opt.block_size",
        { $0.blocks.map { text((Int($0[2]) ?? 0).trailingZeroBitCount - 4) }.joined(separator: "|") }
    ),
    ("coap.opt.size1", { text($0.size1) }),
    // On the message that makes a body whole tshark shows the length of the body.
    ("coap.payload_length", { text($0.bodyLength ?? $0.payload) }),
]

private func text(_ number: Int?) -> String { number.map(String.init) ?? "" }

/// A line of `earshot decode` with those fields.
private struct CoAPFieldLine: Decodable {
    let category: String
    let frame: Int
    let host: String?
    let port: Int?
    let query: [String]?
    let location: [String]?
    let format: String?
    let accept: String?
    let observe: Int?
    let maxAge: Int?
    let block1: String?
    let block2: String?
    let size1: Int?
    let payload: Int?
    let bodyLength: Int?
    let violations: [String]?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case category = "event.category"
        case frame = "frame.number"
        case host = "coap.opt.uri_host"
        case port = "coap.opt.uri_port"
        case query = "coap.opt.uri_query"
        case location = "coap.opt.location_path"
        case format = "coap.opt.ctype_name"
        case accept = "coap.opt.accept_name"
        case observe = "coap.opt.observe"
        case maxAge = "coap.opt.max_age"
        case block1 = "coap.opt.block1"
        case block2 = "coap.opt.block2"
        case size1 = "coap.opt.size1"
        case payload = "coap.payload_length"
        case bodyLength = "coap.body.length"
        case violations = "violation.id"
    }

    /// Number, M and size of Block2 and Block1, in the order of their options.
    var blocks: [[String]] {
        [block2, block1].compactMap { $0?.split(separator: "/").map(String.init) }.filter { $0.count == 3 }
    }
}

extension PublicCaptureTests {
    /// Field by field. A message that breaks the specification is left out: what tshark makes of the rest of it is its own
    /// affair.
    @Test("CoAP fields", arguments: PublicCaptures.captures(PublicCaptures.coapEnding)) func coapFields(
        _ capture: String
    ) throws {
        let path = try #require(PublicCaptures.folder) + "/" + capture
        let names = CoAPFieldLine.CodingKeys.allCases.map(\.rawValue).joined(separator: ",")
        let outcome = try earshot("decode", path, "--fields", names)
        let lines = try outcome.lines.map { try JSONDecoder().decode(CoAPFieldLine.self, from: Data($0.utf8)) }
            .filter { $0.category == "coap" && $0.violations == nil }
        let ours = Dictionary(grouping: lines, by: \.frame)
        let table = try Table(path + PublicCaptures.coapEnding)
        for row in table.rows {
            let frame = try table.value(row, "frame.number")
            guard !(try table.value(row, "frame.protocols")).contains("icmp"), let number = Int(frame),
                let line = ours[number]?.first
            else { continue }
            for field in sharedFields {
                let theirs = try table.value(row, field.theirs)
                if theirs == field.ours(line) || isKnown(field.theirs, theirs, line) { continue }
                Issue.record("frame \(frame), \(field.theirs): tshark '\(theirs)', we '\(field.ours(line))'")
            }
        }
    }

    /// Ways in which tshark's reading differs, each for a reason: a block's payload has a field of its own there
    /// (`coap.block_length`), and an Accept without bytes, which is 0 (RFC 7252, 3.2), has no text.
    private func isKnown(_ field: String, _ theirs: String, _ line: CoAPFieldLine) -> Bool {
        switch field {
        case "coap.payload_length": theirs.isEmpty && !line.blocks.isEmpty
        case "coap.opt.accept": theirs == "(null)" && line.accept == "text/plain; charset=utf-8"
        default: false
        }
    }
}
