import Foundation
import Testing

@testable import MQTT

/// The page that lists the statements: made from the table, kept in the tree.
///
/// `EARSHOT_WRITE_PAGES=1 swift test --filter StatementPage` writes it anew.
@Suite struct StatementPage {
    private static let path = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Docs/mqtt-statements.md")

    @Test("Is up to date") func isUpToDate() throws {
        let page = Self.page()
        if ProcessInfo.processInfo.environment["EARSHOT_WRITE_PAGES"] == "1" {
            try Data(page.utf8).write(to: Self.path)
        }
        let kept = try String(contentsOf: Self.path, encoding: .utf8)
        #expect(kept == page, "Docs/mqtt-statements.md is old: EARSHOT_WRITE_PAGES=1 swift test --filter StatementPage")
    }

    private static let specifications: [(MQTTVersion, String)] = [
        (.v31, "MQTT V3.1"), (.v311, "MQTT 3.1.1"), (.v5, "MQTT 5.0"),
    ]

    private static func page() -> String {
        var lines = [
            "# Which statements of MQTT are checked", "",
            "Every normative statement of MQTT 3.1.1 and of MQTT 5.0 (their appendices B), and the sections of MQTT V3.1, which",
            "numbers nothing. Where a packet or a conversation shows that a statement is broken, `violation.id` holds its name.",
            "",
            "| specification | statements | checked in a packet | checked in the conversation | not visible |",
            "|---|---|---|---|---|",
        ]
        for (version, name) in specifications {
            let rows = MQTTStatement.all.filter { $0.version == version }
            let packet = rows.count { $0.sight == .packet }
            let conversation = rows.count { $0.sight == .conversation }
            lines.append(
                "| \(name) | \(rows.count) | \(packet) | \(conversation) | \(rows.count - packet - conversation) |")
        }
        lines += ["", "Why a statement is not visible:", ""]
        lines += MQTTUnseen.allCases.map { "- `\($0)`: \($0.reason)." }
        for (version, name) in specifications {
            lines += ["", "## \(name)", "", "| statement | checked by, or why not |", "|---|---|"]
            for row in MQTTStatement.all where row.version == version {
                lines.append("| \(row.id) | \(remark(row)) |")
            }
        }
        lines += ["", "## Without a number", ""]
        lines += [
            "These checks bear the name of the section that asks for what they look at, since no statement with a number does.",
            "", "| check | name in 3.1.1 | name in 5.0 |", "|---|---|---|",
        ]
        let named = Set(MQTTStatement.all.filter { $0.version != .v31 }.flatMap(\.checks))
        for violation in MQTTViolation.allCases where !named.contains(violation) {
            let names = [MQTTVersion.v311, .v5].map { version in
                var all: [String] = []
                for type in 0..<16 as Range<UInt8> {
                    guard let name = violation.ownName(version, MQTTPacketType(rawValue: type)) else { continue }
                    if !all.contains(name) { all.append(name) }
                }
                return all.joined(separator: ", ")
            }
            lines.append("| \(violation) | \(names[0]) | \(names[1]) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func remark(_ row: MQTTStatement) -> String {
        switch row.sight {
        case .unseen(let reason): return "not visible: \(reason)"
        case .packet, .conversation: return row.checks.map { "\($0)" }.joined(separator: ", ")
        }
    }
}
