import Bytes
import CVectorscan

/// A regular expression, compiled by Vectorscan to a database that finds it in linear time.
///
/// It works on bytes: a character outside ASCII is the sequence of its UTF-8 bytes, so that ill-formed text can be
/// searched as well.
///
/// Unchecked: the database is written once, by the initialiser, and Vectorscan lets any number of threads read it.
public final class Pattern: @unchecked Sendable {
    /// The database of Vectorscan.
    public let database: OpaquePointer
    /// What it was compiled from.
    public let expression: String
    /// How it is read.
    public let options: PatternOptions

    /// Why an expression was refused, in Vectorscan's words.
    public struct Refusal: Error {
        /// In its words.
        public let reason: String
    }

    /// Compiles an expression.
    public init(_ expression: String, _ options: PatternOptions) throws(Refusal) {
        var made: OpaquePointer?
        var reason = [CChar](repeating: 0, count: 512)
        let result = vectorscan_compile(expression, Self.flags(options), &made, &reason, reason.count)
        guard result == HS_SUCCESS, let made else {
            let text = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw Refusal(reason: text.isEmpty ? "error \(result)" : String(decoding: text, as: UTF8.self))
        }
        database = made
        self.expression = expression
        self.options = options
    }

    /// An expression that was compiled before, to `database`, which belongs to it from here on.
    init(_ expression: String, _ options: PatternOptions, compiled database: OpaquePointer) {
        self.database = database
        self.expression = expression
        self.options = options
    }

    deinit { hs_free_database(database) }

    /// Vectorscan's flags for options.
    static func flags(_ options: PatternOptions) -> UInt32 {
        // A pattern that can match nothing at all, such as `.*`, is odd but has a meaning: it always matches.
        var flags = UInt32(HS_FLAG_SINGLEMATCH | HS_FLAG_ALLOWEMPTY)
        if options.contains(.ignoresCase) { flags |= UInt32(HS_FLAG_CASELESS) }
        if options.contains(.multiLine) { flags |= UInt32(HS_FLAG_MULTILINE) }
        if options.contains(.dotMatchesLineFeed) { flags |= UInt32(HS_FLAG_DOTALL) }
        return flags
    }
}

/// Many expressions compiled to one database, which finds all of them in one pass.
///
/// Unchecked for the same reason as `Pattern`.
public final class PatternSet: @unchecked Sendable {
    /// The database of Vectorscan.
    public let database: OpaquePointer
    /// What it was compiled from.
    public let expressions: [(text: String, options: PatternOptions)]

    /// Compiles expressions, which are known by their place in the list; `nil` where Vectorscan will not have them
    /// together.
    public init?(_ expressions: [(text: String, options: PatternOptions)]) {
        let set = vectorscan_set_new()
        defer { vectorscan_set_free(set) }
        for expression in expressions {
            guard vectorscan_set_add(set, expression.text, Pattern.flags(expression.options)) == 1 else { return nil }
        }
        var made: OpaquePointer?
        guard vectorscan_set_compile(set, &made) == HS_SUCCESS, let made else { return nil }
        database = made
        self.expressions = expressions
    }

    /// Expressions that were compiled before, to `database`, which belongs to it from here on.
    init(_ expressions: [(text: String, options: PatternOptions)], compiled database: OpaquePointer) {
        self.database = database
        self.expressions = expressions
    }

    deinit { hs_free_database(database) }
}

/// How a regular expression is read: Sigma's sub-modifiers of `re`.
public struct PatternOptions: OptionSet, Hashable, Sendable {
    /// A bit for each option.
    public let rawValue: UInt8

    /// The options of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `i`: ASCII letters match in either case.
    public static let ignoresCase = PatternOptions(rawValue: 1)
    /// `m`: `^` and `$` match at line ends.
    public static let multiLine = PatternOptions(rawValue: 2)
    /// `s`: `.` matches line feeds.
    public static let dotMatchesLineFeed = PatternOptions(rawValue: 4)
}

/// The working memory of Vectorscan, for one thread and a fixed set of patterns.
public struct PatternScratch: ~Copyable {
    private var scratch: OpaquePointer?
    private let avoidsAVX512 = vectorscan_avoids_avx512()

    /// What the latest `find` found.
    private let found: OpaquePointer?

    /// Allocates what the neediest of `patterns` and `sets` needs; nothing is allocated by a scan.
    public init(for patterns: [Pattern], _ sets: [PatternSet] = []) {
        found = sets.isEmpty ? nil : vectorscan_found_new()
        for database in patterns.map(\.database) + sets.map(\.database) {
            guard hs_alloc_scratch(database, &scratch) == HS_SUCCESS else { continue }
        }
    }

    deinit {
        hs_free_scratch(scratch)
        if let found { vectorscan_found_free(found) }
    }

    /// Finds the expressions of a set in `bytes`.
    ///
    /// - Returns: how many there are, for `found(_:)`; `nil` where they are too many, or the scan failed.
    public borrowing func find(_ set: OpaquePointer, _ bytes: RawSpan) -> Int? {
        guard let scratch, let found else { return nil }
        let result = bytes.withCAddress {
            vectorscan_find(set, scratch, $0, UInt32(clamping: $1), avoidsAVX512, found)
        }
        return result < 0 ? nil : Int(result)
    }

    /// The number of an expression that the latest `find` found.
    public borrowing func found(_ index: Int) -> Int {
        guard let found else { return 0 }
        return Int(vectorscan_found_id(found, UInt32(truncatingIfNeeded: index)))
    }

    /// Where the first match of an expression that the latest `find` found ends: the offset behind its last byte.
    public borrowing func foundEnd(_ index: Int) -> Int {
        guard let found else { return 0 }
        return Int(vectorscan_found_end(found, UInt32(truncatingIfNeeded: index)))
    }

    /// Whether the pattern of `database` matches anywhere in `bytes`; `nil` where the scan failed.
    public borrowing func matches(_ database: OpaquePointer, _ bytes: RawSpan) -> Bool? {
        guard let scratch else { return nil }
        let result = bytes.withCAddress {
            vectorscan_matches(database, scratch, $0, UInt32(clamping: $1), avoidsAVX512)
        }
        return result < 0 ? nil : result == 1
    }
}
