/// The keywords that alert rows name, a bit for each, in the order in which they were first seen.
///
/// Fields of keywords have few values, so that all of those of all rows fit into one word; what does not is not named.
struct KeywordTable: Sendable {
    private static var room: Int { 64 }

    private var words: [[UInt8]] = []

    /// The bit of a keyword; 0 where there is no room for another.
    mutating func bit(of word: [UInt8]) -> UInt64 {
        for index in words.indices where words[index] == word { return 1 << UInt64(index) }
        guard words.count < Self.room else { return 0 }
        words.append(word)
        return 1 << UInt64(words.count - 1)
    }

    /// The keywords of bits, in the order in which they were first seen.
    func names(_ bits: UInt64) -> [String] {
        words.indices.filter { bits >> UInt64($0) & 1 == 1 }.map { String(decoding: words[$0], as: UTF8.self) }
    }
}
