import Alerts
import Foundation
import Inventory

/// Topics or resources as a tree of their levels, with what is below each.
struct AssetTree {
    let zone: TimeZone
    let width: Int
    /// Rows of the tree at most.
    let limit: Int

    /// Names below one level that are shown, the most used first.
    private static let mostBelow = 40
    /// Levels that are told apart.
    private static let mostLevels = 32

    /// A name of a level with all that begins with it.
    private struct Branch {
        var name: String
        var records: ArraySlice<Leaf>
        var names: Int { records.reduce(0) { $0 + $1.record.distinct } }
        var messages: Int64 { records.reduce(0) { $0 + $1.record.messages } }
    }

    private struct Leaf {
        let record: TopicRecord
        let levels: [Substring]
    }

    /// What people call a topic: its template, or of one that stands for many names how many and whose.
    static func label(_ topic: TopicRecord) -> String {
        guard topic.isFold else { return topic.template }
        return "\(topic.isEstimate ? "about " : "")\(topic.distinct) names from client "
            + topic.template.dropFirst("{names} ".count)
    }

    /// The lines of the tree, and how many topics they leave out.
    func lines(_ topics: [TopicRecord]) -> (lines: [String], left: Int) {
        guard let first = topics.first else { return (["none"], 0) }
        var table = TextTable([
            .text(first.isResource ? "resource" : "topic", 24), .number("names", rank: 2), .number("messages"),
            .word("keeps", rank: 5), .text("class", 9, rank: 3), .text("holds", 9, rank: 1),
            .text(first.isResource ? "written by" : "published by", 10, rank: 4), .word("last seen", rank: 6),
        ])
        var rows = 0
        var shown = 0
        let servers = Dictionary(grouping: topics, by: \.server).sorted { $0.key < $1.key }
        for (server, topics) in servers where rows < limit {
            let messages = topics.reduce(0) { $0 + $1.messages }
            let names = topics.reduce(0) { $0 + $1.distinct }
            table.add([server, "\(names)", "\(messages)", "", "", "", "", ""])
            rows += 1
            let leaves = topics.map { Leaf(record: $0, levels: Self.levels($0)) }
            add(leaves[...], depth: 0, indent: 1, to: &table, &rows, &shown)
        }
        return (table.lines(width: width), topics.count - shown)
    }

    private static func levels(_ topic: TopicRecord) -> [Substring] {
        topic.isFold
            ? [Substring(topic.template)]
            : topic.template.split(separator: "/", maxSplits: mostLevels, omittingEmptySubsequences: false)
    }

    /// Adds what is below a level: records that end there, then the levels that follow.
    private func add(
        _ leaves: ArraySlice<Leaf>, depth: Int, indent: Int, to table: inout TextTable, _ rows: inout Int,
        _ shown: inout Int
    ) {
        let groups = Dictionary(grouping: leaves) { $0.levels[depth] }
        let branches = groups.map { Branch(name: String($0.key), records: $0.value[...]) }
            .sorted { ($1.messages, $0.name) < ($0.messages, $1.name) }
        for (index, branch) in branches.enumerated() {
            guard rows < limit else { return }
            if index == Self.mostBelow, branches.count > Self.mostBelow + 1 {
                let rest = branches[index...]
                table.add([
                    space(indent) + "\(rest.count) more names here", "\(rest.reduce(0) { $0 + $1.names })",
                    "\(rest.reduce(0) { $0 + $1.messages })", "", "", "", "", "",
                ])
                rows += 1
                return
            }
            for leaf in branch.records where leaf.levels.count == depth + 1 {
                add(leaf.record, branch.name, indent, to: &table)
                rows += 1
                shown += 1
            }
            let deeper = branch.records.filter { $0.levels.count > depth + 1 }
            guard let first = deeper.first, rows < limit else { continue }
            // Levels that all share stand in one line.
            var end = depth + 1
            while deeper.allSatisfy({ $0.levels.count > end + 1 && $0.levels[end] == first.levels[end] }) { end += 1 }
            let name = first.levels[depth..<end].joined(separator: "/")
            if deeper.count == 1 {
                add(first.record, first.levels[depth...].joined(separator: "/"), indent, to: &table)
                rows += 1
                shown += 1
                continue
            }
            let below = Branch(name: name, records: deeper[...])
            table.add([space(indent) + name + "/", "\(below.names)", "\(below.messages)", "", "", "", "", ""])
            rows += 1
            add(deeper[...], depth: end, indent: indent + 1, to: &table, &rows, &shown)
        }
    }

    private func add(_ topic: TopicRecord, _ name: String, _ indent: Int, to table: inout TextTable) {
        let parts = CalendarTime(microseconds: topic.seen.last, zone: zone)
        table.add([
            space(indent) + (topic.isFold ? Self.label(topic) : name.isEmpty ? "(no name)" : name),
            topic.isEstimate ? "~\(topic.distinct)" : "\(topic.distinct)", "\(topic.messages)",
            topic.isRetained ? "retained" : "", Self.names(topic.categories), Self.names(topic.kinds),
            Self.names(topic.publishers), "\(parts.date.suffix(5)) \(parts.clock.prefix(5))",
        ])
    }

    private static func names(_ names: NameCounts) -> String {
        guard let first = names.sorted.first else { return "" }
        return names.distinct > 1 ? "\(first.name) +\(names.distinct - 1)" : first.name
    }

    private func space(_ indent: Int) -> String { String(repeating: "  ", count: min(indent, 16)) }
}
