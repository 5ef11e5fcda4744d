import Bytes

/// How much of the topic tree a filter takes in.
///
/// Ordered: a later class is wider.
public enum MQTTWildcard: UInt8, Comparable, Sendable {
    /// No wildcard: one topic.
    case none
    /// Has a level `+`.
    case single
    /// Its last level is `#`.
    case multi
    /// Matches every topic that does not begin with `$`.
    case all

    /// The keyword that fields show.
    public var name: StaticString {
        switch self {
        case .none: "none"
        case .single: "single"
        case .multi: "multi"
        case .all: "all"
        }
    }

    /// Whether one class takes in fewer topics than another.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What can be said of a topic filter (MQTT 3.1.1, 4.7; MQTT 5.0, 4.7 and 4.8.2).
public struct MQTTTopicFilter: Sendable {
    /// What is wrong with it.
    struct Faults: OptionSet, Sendable {
        let rawValue: UInt8
        /// `#` that is not the whole of the last level.
        static let multiLevel = Self(rawValue: 1)
        /// `+` that is not the whole of its level.
        static let singleLevel = Self(rawValue: 2)
        static let shareNameEmpty = Self(rawValue: 4)
        /// A share name that holds a wildcard, or that no filter follows.
        static let shareNameSyntax = Self(rawValue: 8)
    }

    /// How much it takes in, without regard to a share name.
    public private(set) var wildcard = MQTTWildcard.none
    /// Whether it begins with `$share/`.
    public private(set) var isShared = false
    /// The share name, as a range of the filter; `nil` where it has none or an empty one.
    public private(set) var shareName: ByteRange?
    /// Whether it asks for topics under `$SYS`, also behind a share name.
    public private(set) var isSystem = false
    private(set) var faults: Faults = []

    /// Goes over the bytes of a filter once.
    ///
    /// Allocates nothing.
    public init(_ filter: RawSpan) {
        var start = 0
        if filter.starts(with: "$share/") {
            isShared = true
            start = readShareName(filter)
        }
        let rest = filter.extracting(start..<filter.byteCount)
        isSystem = rest.isUnderSystem
        readLevels(rest)
    }

    /// Gives where the filter behind `$share/NAME/` begins.
    private mutating func readShareName(_ filter: RawSpan) -> Int {
        let start = 7
        var end = start
        while end < filter.byteCount, filter.byte(at: end) != UInt8(ascii: "/") { end &+= 1 }
        let name = ByteRange(offset: start, count: end &- start)
        if name.isEmpty { faults.insert(.shareNameEmpty) } else { shareName = name }
        let isFollowed = end &+ 1 < filter.byteCount
        if filter.slice(name).holdsWildcard || !isFollowed { faults.insert(.shareNameSyntax) }
        return min(end &+ 1, filter.byteCount)
    }

    /// A wildcard counts where it is a level of its own; anywhere else it is a fault.
    private mutating func readLevels(_ filter: RawSpan) {
        var levels = 0
        var isPlus = false
        var start = 0
        while start <= filter.byteCount {
            var end = start
            while end < filter.byteCount, filter.byte(at: end) != UInt8(ascii: "/") { end &+= 1 }
            let isLast = end == filter.byteCount
            let isAlone = end &- start == 1
            for offset in start..<end {
                if filter.byte(at: offset) == UInt8(ascii: "+") {
                    if isAlone { wildcard = max(wildcard, .single) } else { faults.insert(.singleLevel) }
                    isPlus = isAlone
                } else if filter.byte(at: offset) == UInt8(ascii: "#") {
                    guard isAlone, isLast else {
                        faults.insert(.multiLevel)
                        continue
                    }
                    // `#` takes in its parent level too, so `+/#` leaves out no ordinary topic, but `+/+/#` does.
                    wildcard = levels == 0 || levels == 1 && isPlus ? .all : .multi
                }
            }
            levels &+= 1
            start = end &+ 1
        }
    }
}

extension RawSpan {
    /// Whether it holds `+` or `#`.
    var holdsWildcard: Bool { holds(UInt8(ascii: "+")) || holds(UInt8(ascii: "#")) }

    /// Whether it holds a character that a regular expression would take for more than itself.
    ///
    /// A broker that makes one of a filter with wildcards, and does not escape it, can be kept busy by such a filter
    /// (CVE-2018-11615).
    var holdsRegexCharacter: Bool {
        for offset in 0..<byteCount {
            switch byte(at: offset) {
            case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
                UInt8(ascii: "}"), UInt8(ascii: "*"), UInt8(ascii: "\\"), UInt8(ascii: "^"), UInt8(ascii: "|"):
                return true
            default: break
            }
        }
        return false
    }

    /// Whether a topic or filter is `$SYS` or lies under it.
    var isUnderSystem: Bool {
        starts(with: "$SYS") && (byteCount == 4 || byte(at: 4) == UInt8(ascii: "/"))
    }

    /// Whether a topic is that on which Mosquitto's bridges tell whether they are connected.
    var isStateOfBridge: Bool {
        let (start, end): (StaticString, StaticString) = ("$SYS/broker/connection/", "/state")
        guard starts(with: start), byteCount > start.utf8CodeUnitCount &+ end.utf8CodeUnitCount else { return false }
        return extracting(byteCount &- end.utf8CodeUnitCount..<byteCount).starts(with: end)
    }

    /// The number of levels of a topic name: one more than its separators.
    var levelCount: Int {
        var count = 1
        for offset in 0..<byteCount where byte(at: offset) == UInt8(ascii: "/") { count &+= 1 }
        return count
    }
}
