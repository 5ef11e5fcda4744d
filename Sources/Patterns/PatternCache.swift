import Bytes
import CVectorscan

/// What Vectorscan made of regular expressions, to be kept from one start to the next: compiling them takes longer than all
/// else that rules need.
///
/// What was made for another processor, or by another version of Vectorscan, is never used.
public struct PatternCache: Sendable {
    /// A database as bytes, by the expressions that it finds.
    private var databases: [Key: [UInt8]] = [:]

    /// What a database was made of: an expression by itself, or many together.
    struct Key: Hashable, Comparable {
        var expressions: [String]
        var options: [PatternOptions]
        var isSet: Bool

        static func < (left: Key, right: Key) -> Bool {
            if left.expressions != right.expressions {
                return left.expressions.lexicographicallyPrecedes(right.expressions)
            }
            if left.isSet != right.isSet { return right.isSet }
            return left.options.map(\.rawValue).lexicographicallyPrecedes(right.options.map(\.rawValue))
        }
    }

    /// A cache that knows nothing.
    public init() {}

    /// How many databases it holds.
    public var count: Int { databases.count }

    // MARK: - Use

    /// The pattern of an expression; compiles it where it is not known.
    public func pattern(_ expression: String, _ options: PatternOptions) throws(Pattern.Refusal) -> Pattern {
        let key = Key(expressions: [expression], options: [options], isSet: false)
        if let database = database(key) { return Pattern(expression, options, compiled: database) }
        return try Pattern(expression, options)
    }

    /// The set of some expressions; compiles it where it is not known.
    public func set(_ expressions: [(text: String, options: PatternOptions)]) -> PatternSet? {
        if let database = database(Self.key(expressions)) { return PatternSet(expressions, compiled: database) }
        return PatternSet(expressions)
    }

    private func database(_ key: Key) -> OpaquePointer? {
        guard let bytes = databases[key] else { return nil }
        var made: OpaquePointer?
        // Vectorscan checks length, version, processor and a check sum.
        let result = bytes.span.bytes.withCAddress { vectorscan_deserialize($0, $1, &made) }
        return result == HS_SUCCESS ? made : nil
    }

    private static func key(_ expressions: [(text: String, options: PatternOptions)]) -> Key {
        Key(expressions: expressions.map(\.text), options: expressions.map(\.options), isSet: true)
    }

    /// Whether it holds databases of these expressions and of no others.
    public func holds(_ patterns: [Pattern], _ sets: [PatternSet]) -> Bool {
        Set(patterns.map { Self.key($0) } + sets.map { Self.key($0.expressions) }) == Set(databases.keys)
    }

    private static func key(_ pattern: Pattern) -> Key {
        Key(expressions: [pattern.expression], options: [pattern.options], isSet: false)
    }

    /// A cache of what rules and payloads use.
    public init(_ patterns: [Pattern], _ sets: [PatternSet]) {
        for pattern in patterns { databases[Self.key(pattern)] = Self.serialized(pattern.database) }
        for set in sets { databases[Self.key(set.expressions)] = Self.serialized(set.database) }
    }

    private static func serialized(_ database: OpaquePointer) -> [UInt8]? {
        var none: [UInt8] = [0]
        let length = vectorscan_serialize(database, &none, 0)
        guard length > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: length)
        return vectorscan_serialize(database, &bytes, length) == length ? bytes : nil
    }

    // MARK: - As bytes

    /// What the databases can be used with, in words.
    private static var engine: String {
        var text = [CChar](repeating: 0, count: 256)
        guard vectorscan_describe(&text, text.count) > 0 else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The whole cache as bytes, for `init(bytes:)`.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        Self.append(Array(Self.engine.utf8), to: &bytes)
        for (key, database) in databases.sorted(by: { $0.key < $1.key }) {
            Self.append(UInt32(truncatingIfNeeded: key.expressions.count) << 1 | (key.isSet ? 1 : 0), to: &bytes)
            for (expression, options) in zip(key.expressions, key.options) {
                bytes.append(options.rawValue)
                Self.append(Array(expression.utf8), to: &bytes)
            }
            Self.append(database, to: &bytes)
        }
        return bytes
    }

    /// The cache that was made into bytes; `nil` where they are none, or were made for another processor or by another
    /// version.
    ///
    /// They must come from where only the owner of the process can write: Vectorscan runs what is in them. That they are
    /// undamaged is for the caller to see to.
    public init?(bytes: [UInt8]) {
        var reader = CacheReader(bytes: bytes)
        guard let engine = reader.text(), !engine.isEmpty, engine == Self.engine else { return nil }
        while !reader.isAtEnd {
            guard let head = reader.number() else { return nil }
            var key = Key(expressions: [], options: [], isSet: head & 1 == 1)
            for _ in 0..<(head >> 1) {
                guard let options = reader.byte(), let text = reader.text() else { return nil }
                key.expressions.append(text)
                key.options.append(PatternOptions(rawValue: options))
            }
            guard let database = reader.bytes(), !key.expressions.isEmpty else { return nil }
            databases[key] = Array(database)
        }
    }

    private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
        for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    private static func append(_ part: [UInt8], to bytes: inout [UInt8]) {
        append(UInt32(truncatingIfNeeded: part.count), to: &bytes)
        bytes += part
    }
}

/// Takes the parts of a cache from bytes; `nil` where there are not enough.
private struct CacheReader {
    var rest: ArraySlice<UInt8>

    init(bytes: [UInt8]) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() -> UInt8? { rest.popFirst() }

    mutating func number() -> UInt32? {
        guard rest.count >= 4 else { return nil }
        defer { rest = rest.dropFirst(4) }
        return rest.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func bytes() -> ArraySlice<UInt8>? {
        guard let count = number(), rest.count >= Int(count) else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return rest.prefix(Int(count))
    }

    mutating func text() -> String? { bytes().map { String(decoding: $0, as: UTF8.self) } }
}
