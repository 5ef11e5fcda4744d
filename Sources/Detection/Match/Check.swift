import Bytes
import Events
import Network
import Patterns

/// One predicate about one field: the unit that rules share.
///
/// A field with several values answers yes when any does.
struct Check: Hashable, Sendable {
    /// The field in the form that the predicate needs; an index into the slots.
    var slot: Int
    var predicate: Predicate
}

/// What a check asks of a value.
///
/// Texts, globs, patterns and lists of blocks lie in the pools of the rule set.
enum Predicate: Hashable, Sendable {
    /// Whether there is a value at all.
    case isPresent
    case isBool(Bool)
    /// A whole number, or a time in nanoseconds since 1970.
    case compares(Relation, Int64)
    case comparesReal(Relation, Double)
    case isAddress(IPAddress)
    case isWithin(CIDRBlock)
    /// Whether the address lies in one of many blocks: a slice of the blocks.
    case isWithinAny(start: Int, end: Int)
    case text(TextShape, literal: ByteRange, cased: Bool)
    /// Whether the text is one of many: a slice of the globs, all of them literals, in ascending order.
    case oneOf(start: Int, end: Int, cased: Bool)
    /// A slice of the globs.
    case glob(start: Int, end: Int, cased: Bool)
    /// The number of a pattern.
    case pattern(Int)
    /// Text that is looked for byte by byte in short values, by the pattern in long ones.
    case contains(literal: ByteRange, cased: Bool, pattern: Int)
    /// Whether a value equals, or has in it, a value of another slot.
    case fieldReference(slot: Int, shape: TextShape, cased: Bool)
    case timePart(TimePart, Relation, Int64)
    /// Whether the text is a topic that the filter matches; or, if not `isFilter`, a filter that matches the topic.
    case topic(ByteRange, isFilter: Bool)
}

/// Where a literal stands in a text.
enum TextShape: Hashable, Sendable {
    case equals, prefix, suffix, contains
}

/// How a number compares with that of a rule.
enum Relation: Hashable, Sendable {
    case equal, less, lessOrEqual, greater, greaterOrEqual

    /// Whether `left` stands in this relation to `right`.
    func holds<Number: Comparable>(_ left: Number, _ right: Number) -> Bool {
        switch self {
        case .equal: left == right
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        }
    }
}

/// A field that some rule or output of rules needs, in one of two forms.
struct FieldSlot: Sendable {
    let entry: FieldRegistry.Entry
    /// `nil` for the value as the event gives it; else the slot with that value, of which this one is the text.
    let source: Int?

    /// Whether the context of an event answers for it, not the event.
    var isCommon: Bool { entry.category == nil && entry.id.rawValue < ViolationField.base }
}

/// Everything that checks refer to.
struct CheckPool: Sendable {
    var slots: [FieldSlot] = []
    var checks: [Check] = []
    var literals: [UInt8] = []
    var globs: [GlobPart] = []
    var patterns: [Pattern] = []
    var blocks: [CIDRBlock] = []
    /// What was compiled before.
    var cache = PatternCache()

    private var slotNumbers: [SlotKey: Int] = [:]
    private var checkNumbers: [Check: Int] = [:]
    private var literalRanges: [[UInt8]: ByteRange] = [:]
    private var patternNumbers: [PatternKey: Int] = [:]
    private var blockRanges: [[CIDRBlock]: Range<Int>] = [:]

    private struct SlotKey: Hashable {
        var field: FieldID
        var isText: Bool
    }

    private struct PatternKey: Hashable {
        var expression: String
        var options: PatternOptions
    }

    /// The slot of a field as the event gives it.
    mutating func slot(_ entry: FieldRegistry.Entry) -> Int {
        let key = SlotKey(field: entry.id, isText: false)
        return slotNumbers[key] ?? addSlot(FieldSlot(entry: entry, source: nil), key)
    }

    /// The slot of a field as text: of bytes in hexadecimal, of addresses and times as they are shown.
    mutating func textSlot(_ entry: FieldRegistry.Entry) -> Int {
        let native = slot(entry)
        if entry.info.type == .text || entry.info.type == .keyword { return native }
        let key = SlotKey(field: entry.id, isText: true)
        return slotNumbers[key] ?? addSlot(FieldSlot(entry: entry, source: native), key)
    }

    private mutating func addSlot(_ slot: FieldSlot, _ key: SlotKey) -> Int {
        slots.append(slot)
        slotNumbers[key] = slots.count - 1
        return slots.count - 1
    }

    /// The number of a check; the same predicate gets the same number.
    mutating func number(_ check: Check) -> Int {
        if let known = checkNumbers[check] { return known }
        checks.append(check)
        checkNumbers[check] = checks.count - 1
        return checks.count - 1
    }

    /// Keeps a text, folded unless `cased`.
    mutating func literal(_ text: [UInt8], cased: Bool) -> ByteRange {
        let bytes = cased ? text : text.map(folded)
        if let known = literalRanges[bytes] { return known }
        let range = ByteRange(offset: literals.count, count: bytes.count)
        literals += bytes
        literalRanges[bytes] = range
        return range
    }

    /// Keeps a list of blocks; the same list lies at the same place, so that rules share the check.
    mutating func blockRange(_ list: [CIDRBlock]) -> Range<Int> {
        if let known = blockRanges[list] { return known }
        let range = blocks.count..<(blocks.count + list.count)
        blocks += list
        blockRanges[list] = range
        return range
    }

    /// Compiles a pattern, once for each expression.
    mutating func pattern(_ expression: String, _ options: PatternOptions) throws(Pattern.Refusal) -> Int {
        let key = PatternKey(expression: expression, options: options)
        if let known = patternNumbers[key] { return known }
        patterns.append(try cache.pattern(expression, options))
        patternNumbers[key] = patterns.count - 1
        return patterns.count - 1
    }
}
