import Bytes
import Events
import Network
import Patterns

/// What a look into payloads is made with: lists of words and expressions, which all inspectors share.
public struct PayloadKnowledge: Sendable {
    let lexicon: Lexicon
    /// What finds the signs of secrets, records and commands; `nil` where Vectorscan would not have them.
    let signs: PatternSet?
    /// What finds the words without which there is no sign.
    let hints: PatternSet?

    /// Takes lists of words, and compiles the signs unless `patterns` has them from an earlier start.
    ///
    /// - Throws: `WordList.Fault` where a list cannot be read.
    public init(_ lists: [WordList], patterns: PatternCache = PatternCache()) throws(WordList.Fault) {
        lexicon = try Lexicon(lists, seed: UInt64.random(in: .min ... .max))
        signs = patterns.set(ContentSign.all.map { ($0.expression, $0.options) })
        hints = patterns.set(ContentHints.expressions)
    }

    /// The compiled expressions, to be kept for the next start.
    public var patternSets: [PatternSet] { [signs, hints].compactMap(\.self) }
}

/// Looks once, within bounds, at what a message carries.
///
/// Made without knowledge it is off, and costs nothing. The findings are those of the payload looked at last, until `clear`.
/// Payloads of one shape under topics of one template, which differ in numbers and identifiers only, are looked at once.
public struct PayloadInspector: ~Copyable {
    /// The default of the setting `payload_inspect_bytes`.
    public static var defaultBytes: Int { 4096 }
    /// The most that it may be.
    public static var mostBytes: Int { 65_536 }

    /// Whether payloads are to be looked at.
    public let isOn: Bool
    /// What was found; nothing where no payload was looked at.
    public private(set) var findings = PayloadFindings()
    /// Whether a payload was looked at since `clear`.
    public private(set) var hasLooked = false
    /// What digests of secrets are made with; without one there are none.
    public var secretKey: KeyedDigest?
    /// Bytes of a payload that are looked at.
    let limit: Int
    /// What looks are made with; `nil` where it is off.
    private let look: Look?

    /// How many shapes are remembered, where nobody says otherwise.
    public static var defaultShapes: Int { 32_768 }

    /// One that is off.
    public init() {
        isOn = false
        limit = 0
        look = nil
    }

    /// One that looks at the first `bytes` of each payload, and remembers what it found in payloads of so many shapes, a power of two.
    public init(
        _ knowledge: PayloadKnowledge, bytes: Int = PayloadInspector.defaultBytes,
        remembering shapes: Int = PayloadInspector.defaultShapes
    ) {
        isOn = true
        limit = max(16, min(bytes, Self.mostBytes))
        look = Look(knowledge, remembering: shapes)
    }

    /// Forgets what was found: the next message is another.
    public mutating func clear() { hasLooked = false }

    /// What is to be hidden of a payload or will that lies in a part of a message.
    ///
    /// All of it where it holds a secret: where one is there may be more, in forms that nobody knows. Of one that was not looked at to
    /// its end, what was not looked at.
    public func hidden(in range: ByteRange) -> SecretPlaces {
        var places = SecretPlaces()
        guard hasLooked else { return places }
        if !findings.secret.isEmpty {
            places.add(range, kind: findings.secret.rawValue)
        } else if range.count > limit {
            places.add(ByteRange(offset: range.offset + limit, count: range.count - limit), kind: 0)
        }
        return places
    }

    /// Looks at a payload.
    ///
    /// - Parameters:
    ///   - payload: its bytes, as far as they are held.
    ///   - total: the length of all of it in bytes.
    ///   - topic: the topic or path under which it came.
    ///   - type: what the protocol says that it is written in.
    public mutating func inspect(_ payload: RawSpan, total: Int, topic: RawSpan, type: PayloadType = .unknown) {
        guard let look else { return }
        hasLooked = true
        let bytes = payload.prefix(limit)
        let key = look.reader.lexicon.hash.factor
        // What the look depends on, beside numbers that stand alone.
        let kind = UInt64(type.rawValue) &* 2 &+ (total > bytes.byteCount ? 1 : 0)
        let shape = bytes.shapeHash(key).map { ($0 ^ topic.templateHash(key).byteSwapped) &+ kind }
        if let shape, let verdict = look.known[shape] {
            findings.verdict = verdict
            findings.places = SecretPlaces()
            return
        }
        findings = look.read(bytes, total: total, topic: topic, type)
        // Secrets and what hangs on single digits do not follow from the shape.
        if let shape, findings.secret.isEmpty, !look.reader.isFragile {
            look.known.remember(findings.verdict, of: shape)
        }
    }
}

/// What looks are made with.
///
/// Behind a reference: it takes some kilobytes, which would be copied whenever an inspector is asked for what it found.
private final class Look {
    var reader: PayloadReader
    var known: KnownShapes
    private let search: ContentSearch

    init(_ knowledge: PayloadKnowledge, remembering shapes: Int) {
        reader = PayloadReader(knowledge.lexicon)
        search = ContentSearch(knowledge.signs, hints: knowledge.hints)
        known = KnownShapes(shapes)
    }

    /// Reads a payload of a shape that is not known.
    func read(_ bytes: RawSpan, total: Int, topic: RawSpan, _ type: PayloadType) -> PayloadFindings {
        let isSparkplug = topic.starts(with: "spBv1.0/")
        reader.begin(topic: topic)
        reader.walk(bytes, total: total, type, isSparkplug: isSparkplug)
        if !reader.findings.format.isOpaque { search.run(bytes, &reader) }
        reader.finish(isSparkplug: isSparkplug)
        return reader.findings
    }
}

/// What was found in payloads of the shapes that were seen last.
///
/// A shape has four places; where others hold them all, one of these goes.
private struct KnownShapes: ~Copyable {
    private struct Entry: BitwiseCopyable {
        var shape: UInt64 = 0
        var verdict = PayloadVerdict()
    }

    private static var ways: Int { 4 }

    private var entries: [Entry]
    /// Which of four places is given away next.
    private var next = 0

    /// Room for so many shapes: 0, or a power of two of at least four.
    init(_ count: Int) { entries = Array(repeating: Entry(), count: count) }

    subscript(shape: UInt64) -> PayloadVerdict? {
        let first = place(shape)
        for place in first..<first + Self.ways where entries[place].shape == shape { return entries[place].verdict }
        return nil
    }

    mutating func remember(_ verdict: PayloadVerdict, of shape: UInt64) {
        let first = place(shape)
        // A place that was never used has the shape 0.
        let free = (first..<first + Self.ways).first { entries[$0].shape == 0 }
        entries[free ?? first + next] = Entry(shape: shape, verdict: verdict)
        next = (next + 1) % Self.ways
    }

    private func place(_ shape: UInt64) -> Int {
        Int(truncatingIfNeeded: shape >> 24) & (entries.count &- 1) & ~(Self.ways &- 1)
    }
}
