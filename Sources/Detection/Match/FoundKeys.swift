import Network

/// What searches for the keys of rules found in texts: topics and paths come again and again, and a search costs some
/// thousand instructions.
///
/// Bounded and never full: of two texts that share a place the later one stays. Texts are known by 63 bits of a seeded
/// hash, so that nobody outside can make one that is taken for another.
struct FoundKeys: Sendable {
    /// The keys that were found in a text: a few of them, in their places; none where fewer.
    struct Entry: BitwiseCopyable, Sendable {
        fileprivate var hash: UInt64 = 0
        fileprivate var count: UInt32 = 0
        fileprivate var first: SIMD8<Int32> = .zero
        /// How many keys there are.
        var keyCount: Int { Int(count) }

        /// The key of a place below `keyCount`.
        subscript(place: Int) -> Int32 { first[place] }
    }

    /// The most keys of a text that are remembered: a text in which more are found is searched each time.
    static let mostKeys = 8
    /// Longer texts seldom come again.
    static let longestText = 128
    /// A power of two: a line of the cache each, 256 KiB in all.
    private static let places = 4096

    private var entries: [Entry] = []
    private let hash: SeededHash

    init(_ hash: SeededHash) { self.hash = hash }

    /// What tells a text of a field from others; never 0.
    func name(of text: RawSpan, field: Int) -> UInt64 {
        hash.hash(text, initial: UInt64(truncatingIfNeeded: field) &+ 1) | 1
    }

    /// What was found in a text; `nil` where that is not known.
    func find(_ name: UInt64) -> Entry? {
        if entries.isEmpty { return nil }
        let place = place(of: name)
        return entries[place].hash == name ? entries[place] : nil
    }

    /// Begins to remember what is found in a text.
    func begin(_ name: UInt64) -> Entry {
        var entry = Entry()
        entry.hash = name
        return entry
    }

    /// Remembers what was found.
    mutating func keep(_ entry: Entry) {
        if entries.isEmpty { entries = Array(repeating: Entry(), count: Self.places) }
        entries[place(of: entry.hash)] = entry
    }

    // The lowest bit is always set.
    private func place(of name: UInt64) -> Int { Int(truncatingIfNeeded: name >> 1) & (Self.places &- 1) }
}

extension FoundKeys.Entry {
    /// Adds a key; false where there is no room.
    mutating func add(_ key: Int32) -> Bool {
        guard keyCount < FoundKeys.mostKeys else { return false }
        first[keyCount] = key
        count &+= 1
        return true
    }
}
