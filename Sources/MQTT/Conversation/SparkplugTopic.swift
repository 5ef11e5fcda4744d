import Bytes

/// A topic of Sparkplug B that an edge node alone publishes: its births, its deaths and its data, such as
/// `spBv1.0/group/NBIRTH/node` (Sparkplug 3.0, 4.1).
struct SparkplugTopic {
    /// Where the name of the group lies.
    let group: ByteRange
    /// Where the name of the node lies.
    let node: ByteRange
    /// Whether it is the birth of the node.
    let isBirth: Bool

    /// Reads a topic; `nil` where it is none of these.
    init?(_ topic: RawSpan) {
        let prefix: StaticString = "spBv1.0/"
        guard topic.starts(with: prefix) else { return nil }
        let group = Self.level(of: topic, from: prefix.utf8CodeUnitCount)
        let type = Self.level(of: topic, from: group.end + 1)
        let node = Self.level(of: topic, from: type.end + 1)
        guard !group.isEmpty, !node.isEmpty else { return nil }
        let name = topic.slice(type)
        guard name.byteCount > 1, name.byte(at: 0) == UInt8(ascii: "N") || name.byte(at: 0) == UInt8(ascii: "D") else {
            return nil
        }
        let kind = name.extracting(1..<name.byteCount)
        guard Self.isWhole(kind, "BIRTH") || Self.isWhole(kind, "DEATH") || Self.isWhole(kind, "DATA") else {
            return nil
        }
        self.group = group
        self.node = node
        isBirth = name.byte(at: 0) == UInt8(ascii: "N") && kind.starts(with: "BIRTH")
    }

    private static func isWhole(_ name: RawSpan, _ word: StaticString) -> Bool {
        name.byteCount == word.utf8CodeUnitCount && name.starts(with: word)
    }

    /// The level of a topic that begins at `start`; empty where there is none.
    private static func level(of topic: RawSpan, from start: Int) -> ByteRange {
        guard start < topic.byteCount else { return .empty }
        var end = start
        while end < topic.byteCount, topic.byte(at: end) != UInt8(ascii: "/") { end &+= 1 }
        return ByteRange(offset: start, count: end &- start)
    }
}
