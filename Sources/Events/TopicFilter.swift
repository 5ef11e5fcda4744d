import Bytes

/// How topic filters of MQTT match topic names: the one place for conversations and rules alike.
///
/// Nothing is allocated.
extension RawSpan {
    /// Whether a topic filter matches this topic name (MQTT 3.1.1 and 5.0, 4.7).
    ///
    /// The filter of a shared subscription, `$share/group/filter` (MQTT 5.0, 4.8.2), counts without its first two levels. One
    /// that breaks the rules for wildcards matches nothing by them: `#` that is not the last level, or a wildcard that shares
    /// its level, is a character like any other.
    public func fitsTopicFilter(_ filter: RawSpan) -> Bool {
        let filter = filter.extracting(droppingFirst: filter.shareLength)
        // A wildcard in the first level takes in no topic that begins with `$` (4.7.2).
        if byteCount > 0, byte(at: 0) == UInt8(ascii: "$"), filter.byteCount > 0,
            filter.byte(at: 0) == UInt8(ascii: "+") || filter.byte(at: 0) == UInt8(ascii: "#")
        {
            return false
        }
        return fitsTopicLevels(of: filter)
    }

    /// The same without regard to `$`, for a filter without a share name.
    @inline(__always)
    public func fitsTopicLevels(of filter: RawSpan) -> Bool {
        // Neither has less than one character (4.7.3).
        guard byteCount > 0, filter.byteCount > 0 else { return false }
        let slash = UInt8(ascii: "/")
        var (at, offset) = (0, 0)
        while at < filter.byteCount {
            let byte = filter.byte(at: at)
            let next = at &+ 1
            if byte == UInt8(ascii: "#") || byte == UInt8(ascii: "+"), at == 0 || filter.byte(at: at &- 1) == slash {
                if byte == UInt8(ascii: "#"), next == filter.byteCount { return true }
                if byte == UInt8(ascii: "+"), next == filter.byteCount || filter.byte(at: next) == slash {
                    // A level may be empty.
                    while offset < byteCount, self.byte(at: offset) != slash { offset &+= 1 }
                    at = next
                    continue
                }
            }
            guard offset < byteCount, self.byte(at: offset) == byte else {
                // `a/#` takes in `a` as well (4.7.1.2).
                return offset == byteCount && byte == slash && at &+ 2 == filter.byteCount
                    && filter.byte(at: next) == UInt8(ascii: "#")
            }
            at = next
            offset &+= 1
        }
        return offset == byteCount
    }

    /// How many bytes of a filter are `$share/NAME/` (MQTT 5.0, 4.8.2); 0 where it is not that of a shared subscription.
    public var shareLength: Int {
        guard starts(with: "$share/") else { return 0 }
        for offset in 7..<max(7, byteCount) where byte(at: offset) == UInt8(ascii: "/") { return offset &+ 1 }
        return 0
    }
}
