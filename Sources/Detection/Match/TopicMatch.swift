import Bytes

extension RawSpan {
    /// Whether an MQTT topic filter matches this topic name (MQTT 5.0, 4.7.1 and 4.7.2).
    ///
    /// The filter of a shared subscription, `$share/group/filter` (4.8.2), counts without its first two levels. One that breaks
    /// the rules for wildcards matches nothing by them.
    func fitsTopicFilter(_ filter: RawSpan) -> Bool {
        let share = filter.shareEnd
        let filter = filter.slice(ByteRange(offset: share, count: filter.byteCount &- share))
        guard byteCount > 0, filter.byteCount > 0 else { return false }
        let slash = UInt8(ascii: "/")
        let first = filter.byte(at: 0)
        let isWild = first == UInt8(ascii: "#") || first == UInt8(ascii: "+")
        if byte(at: 0) == UInt8(ascii: "$"), isWild { return false }
        var topic = 0
        var index = 0
        while index < filter.byteCount {
            let start = index == 0 || filter.byte(at: index &- 1) == slash
            let byte = filter.byte(at: index)
            let next = index &+ 1
            if start, byte == UInt8(ascii: "#"), next == filter.byteCount { return true }
            if start, byte == UInt8(ascii: "+"), next == filter.byteCount || filter.byte(at: next) == slash {
                while topic < byteCount, self.byte(at: topic) != slash { topic &+= 1 }
                index = next
                // `a/+` does not match `a`, but `+` matches an empty level.
                continue
            }
            guard topic < byteCount else {
                // `a/#` matches `a` as well.
                return topic == byteCount && byte == slash && index &+ 2 == filter.byteCount
                    && filter.byte(at: next) == UInt8(ascii: "#")
            }
            guard self.byte(at: topic) == byte else { return false }
            topic &+= 1
            index = next
        }
        return topic == byteCount
    }

    /// Where the filter of a shared subscription begins; 0 in any other filter.
    private var shareEnd: Int {
        let prefix = "$share/".utf8
        guard byteCount > prefix.count else { return 0 }
        for (index, byte) in prefix.enumerated() where self.byte(at: index) != byte { return 0 }
        for index in prefix.count..<byteCount where byte(at: index) == UInt8(ascii: "/") { return index &+ 1 }
        return 0
    }
}
