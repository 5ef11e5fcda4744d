import Alerts
import Foundation
import Network

/// A message of RFC 5424: priority, version, time, host, program, process, type, structured data, text.
struct SyslogMessage {
    /// The private enterprise number that RFC 5612 sets aside for examples: structured data wants one, and Earshot has none.
    static let enterprise = "32473"

    private let settings: TargetSettings
    private let writer: RecordWriter
    private let process: Int32

    init(_ settings: TargetSettings) {
        self.settings = settings
        writer = RecordWriter(settings)
        process = ProcessInfo.processInfo.processIdentifier
    }

    /// The message, of at most as many bytes as the settings allow: what is longer loses text, never ids.
    func bytes(_ record: ForwardRecord) -> [UInt8] {
        let time = record.alert?.stored.alert.lastSeen ?? record.storedAt
        let priority = settings.facility * 8 + Self.severity(record.level)
        let host = Self.name(record.sensor, 255)
        let head = "<\(priority)>1 \(rfc3339(time)) \(host) earshot \(process) \(record.kind.rawValue) \(data(record)) "
        // The mark says that what follows is UTF-8 (6.4).
        let start = Array(head.utf8) + [0xEF, 0xBB, 0xBF]
        let room = max(0, settings.messageLimit - start.count)
        let text = oneLine(writer.line(record) ?? "")
        guard text.utf8.count > room else { return start + Array(text.utf8) }
        return start + Array(cut(text, room).utf8)
    }

    /// What ends no line and begins none: a daemon that goes by them reads one message.
    private func oneLine(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return text }
        return String(decoding: text.utf8.map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    }

    /// 6.2.1: 2 critical, 3 error, 4 warning, 5 notice, 6 informational.
    private static func severity(_ level: AlertLevel) -> Int { 6 - level.rank }

    /// Printable US-ASCII, as host and names want it (6.2.4).
    private static func name(_ text: String, _ limit: Int) -> String {
        let bytes = text.utf8.map { $0 > 0x20 && $0 < 0x7F ? $0 : UInt8(ascii: "_") }.prefix(limit)
        return bytes.isEmpty ? "-" : String(decoding: bytes, as: UTF8.self)
    }

    /// Structured data (6.3): everything by which a receiver sorts, drops doubles and sees what is missing.
    private func data(_ record: ForwardRecord) -> String {
        let stored = record.alert?.stored
        let alert = stored?.alert
        let room = max(32, settings.messageLimit / 32)
        let values: [(String, String?)] = [
            ("id", record.id), ("stream", record.stream), ("seq", "\(record.sequence)"),
            ("correlation", record.correlation), ("sent", rfc3339(microsecondsNow())),
            ("rule", alert.map { cut($0.ruleID, 64) }), ("level", record.level.rawValue),
            ("count", alert.map { "\($0.count)" }), ("state", stored?.state.rawValue),
            ("src", alert?.sourceIP?.description), ("spt", alert?.sourcePort.map { "\($0)" }),
            ("dst", alert?.destinationIP?.description), ("dpt", alert?.destinationPort.map { "\($0)" }),
            ("communityId", alert?.communityID), ("clientId", alert?.clientID.map { cut($0, room) }),
            ("missing", record.gap?.count.map { "\($0)" }), ("action", record.triage?.action.rawValue),
            ("by", record.triage.map { cut($0.by, room) }),
        ]
        let text = values.compactMap { name, value in value.map { " \(name)=\"\(Self.escaped($0))\"" } }.joined()
        return "[earshot@\(Self.enterprise)\(text)]"
    }

    /// `"`, `\` and `]` have a backslash in front (6.3.3); what ends lines or hides is made visible.
    private static func escaped(_ text: String) -> String {
        var result = ""
        // By scalars: with a combining mark behind it a quotation mark is another character, and ends the value all the same.
        for scalar in terminalSafe(text, doublingBackslashes: false).unicodeScalars {
            if scalar == "\"" || scalar == "\\" || scalar == "]" { result.append("\\") }
            result.unicodeScalars.append(scalar)
        }
        return result
    }
}
