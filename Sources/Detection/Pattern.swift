import Bytes
import CVectorscan

/// A regular expression, compiled by Vectorscan to a database that finds it in linear time.
///
/// It works on bytes: a character outside ASCII is the sequence of its UTF-8 bytes, so that ill-formed text can be
/// searched as well.
// Unchecked: the database is written once, by the initialiser, and Vectorscan lets any number of threads read it.
final class Pattern: @unchecked Sendable {
    let database: OpaquePointer
    /// What it was compiled from.
    let expression: String
    let options: PatternOptions

    /// Why an expression was refused, in Vectorscan's words.
    struct Refusal: Error {
        let reason: String
    }

    /// Compiles an expression.
    init(_ expression: String, _ options: PatternOptions) throws(Refusal) {
        // A pattern that can match nothing at all, such as `.*`, is odd but has a meaning: it always matches.
        var flags = UInt32(HS_FLAG_SINGLEMATCH | HS_FLAG_ALLOWEMPTY)
        if options.contains(.ignoresCase) { flags |= UInt32(HS_FLAG_CASELESS) }
        if options.contains(.multiLine) { flags |= UInt32(HS_FLAG_MULTILINE) }
        if options.contains(.dotMatchesLineFeed) { flags |= UInt32(HS_FLAG_DOTALL) }
        var made: OpaquePointer?
        var reason = [CChar](repeating: 0, count: 512)
        let result = vectorscan_compile(expression, flags, &made, &reason, reason.count)
        guard result == HS_SUCCESS, let made else {
            let text = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw Refusal(reason: text.isEmpty ? "error \(result)" : String(decoding: text, as: UTF8.self))
        }
        database = made
        self.expression = expression
        self.options = options
    }

    deinit { hs_free_database(database) }
}

/// How a regular expression is read: Sigma's sub-modifiers of `re`.
struct PatternOptions: OptionSet, Hashable, Sendable {
    let rawValue: UInt8

    /// `i`: ASCII letters match in either case.
    static let ignoresCase = PatternOptions(rawValue: 1)
    /// `m`: `^` and `$` match at line ends.
    static let multiLine = PatternOptions(rawValue: 2)
    /// `s`: `.` matches line feeds.
    static let dotMatchesLineFeed = PatternOptions(rawValue: 4)
}

/// The working memory of Vectorscan, for one thread and a fixed set of patterns.
struct PatternScratch: ~Copyable {
    private var scratch: OpaquePointer?
    private let avoidsAVX512 = vectorscan_avoids_avx512()

    /// Allocates what the neediest of `patterns` needs; nothing is allocated by a scan.
    init(for patterns: [Pattern]) {
        for pattern in patterns {
            guard hs_alloc_scratch(pattern.database, &scratch) == HS_SUCCESS else { continue }
        }
    }

    deinit { hs_free_scratch(scratch) }

    /// Whether the pattern of `database` matches anywhere in `bytes`; `nil` where the scan failed.
    borrowing func matches(_ database: OpaquePointer, _ bytes: RawSpan) -> Bool? {
        guard let scratch else { return nil }
        let result = bytes.withCAddress {
            vectorscan_matches(database, scratch, $0, UInt32(clamping: $1), avoidsAVX512)
        }
        return result < 0 ? nil : result == 1
    }
}
