import Inventory

/// The topics or resources of a server as a tree of their levels, bounded: what does not fit is counted.
public struct ServerTree: Codable, Hashable, Sendable {
    /// A level of names.
    public struct Node: Codable, Hashable, Sendable {
        /// The level, or several without a fork between them, joined by `/`.
        public var name: String
        /// Different names at and below it.
        public var names: Int
        /// Records at and below it.
        public var messages: Int64
        /// The classes of records at and below it.
        public var classes: [String]
        /// Secrets, personal and medical data, firmware and the like at and below it.
        public var kinds: [String]
        /// Whether a name at or below it commands.
        public var isCommand: Bool
        /// The levels below.
        public var children: [Node]
        /// Levels below that are not listed.
        public var hidden: Int

        enum CodingKeys: String, CodingKey {
            case name, names, messages, classes, kinds
            case isCommand = "command"
            case children, hidden
        }
    }

    /// The key of the server.
    public var server: String
    /// Templates of names.
    public var templates: Int
    /// The first levels.
    public var roots: [Node]
    /// First levels that are not listed.
    public var hidden: Int
}

/// Makes trees of names; a tree has so many nodes that a person can still look through it.
struct TreeMaker {
    /// The most levels below one.
    static let mostChildren = 25
    /// The most nodes of a tree.
    static let mostNodes = 160
    /// How many levels are told apart; what lies deeper is joined.
    static let mostLevels = 8

    private final class Level {
        var names = 0
        var messages: Int64 = 0
        var classes: Set<String> = []
        var kinds: Set<String> = []
        var isCommand = false
        var below: [String: Level] = [:]

        func note(_ topic: TopicRecord) {
            names += max(1, topic.distinct)
            messages += topic.messages
            classes.formUnion(topic.categories.counts.keys)
            kinds.formUnion(topic.kinds.counts.keys)
            isCommand = isCommand || topic.isCommand
        }
    }

    /// The tree of one server's names.
    static func tree(_ server: String, _ topics: [TopicRecord]) -> ServerTree {
        let root = Level()
        for topic in topics {
            var level = root
            for part in parts(topic) {
                let next = level.below[part] ?? Level()
                level.below[part] = next
                next.note(topic)
                level = next
            }
        }
        let (roots, hidden, _) = nodes(below: root, most: mostNodes)
        return ServerTree(server: server, templates: topics.count, roots: roots, hidden: hidden)
    }

    /// The levels of a name; one that stands for many that a client made up is a level by itself.
    private static func parts(_ topic: TopicRecord) -> [String] {
        if topic.isFold { return [topic.template] }
        let parts = topic.template.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        // The path of a resource begins with a slash.
        let levels = parts.count > 1 && parts[0].isEmpty ? ["/" + parts[1]] + parts.dropFirst(2) : parts
        guard levels.count > mostLevels else { return levels }
        return levels.prefix(mostLevels - 1) + [levels.dropFirst(mostLevels - 1).joined(separator: "/")]
    }

    /// The levels below one, what holds most first, with so many nodes at most; what the first branches leave of their
    /// share
    /// is for the later ones.
    private static func nodes(below level: Level, most: Int) -> (nodes: [ServerTree.Node], hidden: Int, used: Int) {
        let sorted = level.below.sorted {
            ($1.value.kinds.count, $1.value.names, $0.key) < ($0.value.kinds.count, $0.value.names, $1.key)
        }
        let shown = sorted.prefix(max(0, min(mostChildren, most)))
        var left = most - shown.count
        var found: [ServerTree.Node] = []
        for (index, entry) in shown.enumerated() {
            var (name, level) = (entry.key, entry.value)
            while level.below.count == 1, let (next, below) = level.below.first, below.names == level.names {
                name += "/" + next
                level = below
            }
            let (children, hidden, used) = nodes(below: level, most: left / (shown.count - index))
            left -= used
            found.append(
                ServerTree.Node(
                    name: name, names: level.names, messages: level.messages, classes: level.classes.sorted(),
                    kinds: level.kinds.sorted(), isCommand: level.isCommand, children: children, hidden: hidden))
        }
        return (found, sorted.count - shown.count, most - left)
    }
}
