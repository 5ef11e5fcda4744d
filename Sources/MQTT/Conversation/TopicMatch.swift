import Bytes

/// Whether a topic filter, without a share name, takes in a topic name (MQTT 3.1.1 and 5.0, 4.7).
///
/// Allocates nothing.
func filterMatches(_ filter: RawSpan, _ topic: RawSpan) -> Bool {
    // A wildcard in the first level takes in no topic that begins with `$` (4.7.2).
    if topic.byteCount > 0, topic.byte(at: 0) == UInt8(ascii: "$"), filter.byteCount > 0,
        filter.byte(at: 0) == UInt8(ascii: "+") || filter.byte(at: 0) == UInt8(ascii: "#")
    {
        return false
    }
    return levelsMatch(filter, topic)
}

/// The same without regard to `$`.
@inline(__always)
func levelsMatch(_ filter: RawSpan, _ topic: RawSpan) -> Bool {
    var (at, offset) = (0, 0)
    while at < filter.byteCount {
        let byte = filter.byte(at: at)
        if byte == UInt8(ascii: "#"), at == 0 || filter.byte(at: at &- 1) == UInt8(ascii: "/") { return true }
        if byte == UInt8(ascii: "+"), at == 0 || filter.byte(at: at &- 1) == UInt8(ascii: "/") {
            while offset < topic.byteCount, topic.byte(at: offset) != UInt8(ascii: "/") { offset &+= 1 }
            at &+= 1
            continue
        }
        guard offset < topic.byteCount, topic.byte(at: offset) == byte else {
            // `a/#` takes in `a` as well (4.7.1.2).
            return offset == topic.byteCount && byte == UInt8(ascii: "/") && at &+ 2 == filter.byteCount
                && filter.byte(at: at &+ 1) == UInt8(ascii: "#")
        }
        at &+= 1
        offset &+= 1
    }
    return offset == topic.byteCount
}

extension RawSpan {
    /// How many bytes of a filter are `$share/NAME/` (MQTT 5.0, 4.8.2); 0 where it has no share name.
    var shareLength: Int {
        guard starts(with: "$share/") else { return 0 }
        var end = 7
        while end < byteCount, byte(at: end) != UInt8(ascii: "/") { end &+= 1 }
        return Swift.min(end &+ 1, byteCount)
    }
}
