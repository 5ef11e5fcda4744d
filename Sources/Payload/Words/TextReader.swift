import Bytes

/// Cuts text into words and finds the terms of a lexicon in them.
///
/// Words end where something stands that is no letter or digit, at a hump (`roomTemp`), and between a digit and a letter
/// behind it. Of several terms that begin at a word the longest counts, and uses its words up. Text in Chinese, Japanese and
/// Korean has no gaps: there each character is a word.
struct TextReader: Sendable {
    /// A word.
    private struct Word: BitwiseCopyable, Sendable {
        /// Its hash.
        var hash: UInt64 = 0
        /// That of its letters in front of the digits at its end.
        var trimmed: UInt64 = 0
        var offset: UInt16 = 0
        var length: UInt8 = 0
        /// 0 where there are no digits at its end, or nothing else.
        var trimmedLength: UInt8 = 0
        /// Whether it is a character of a script without gaps.
        var isWide = false
    }

    /// Text beyond is not read.
    static var longestText: Int { 512 }
    private static var mostWords: Int { 72 }
    /// Words that a term has at most.
    private static var longestTerm: Int { 4 }
    private static var longestWideTerm: Int { 7 }

    private var words: [Word] = []

    init() { words.reserveCapacity(Self.mostWords) }

    /// What a text says.
    mutating func read(_ text: RawSpan, _ lexicon: borrowing Lexicon) -> TextFacts {
        cut(text.byteCount > Self.longestText ? text.extracting(0..<Self.longestText) : text, lexicon.hash)
        var facts = TextFacts()
        var first = 0
        while first < words.count { first += match(first, text, lexicon, &facts) }
        return facts
    }

    /// Adds the longest term that begins at a word.
    ///
    /// - Returns: how many words it used up, 1 where there is none.
    private func match(
        _ first: Int, _ text: RawSpan, _ lexicon: borrowing Lexicon, _ facts: inout TextFacts
    ) -> Int {
        let most = min(words[first].isWide ? Self.longestWideTerm : Self.longestTerm, words.count - first)
        var joined = InlineArray<8, UInt64>(repeating: 0)
        var (hash, length, usable) = (UInt64(0), 0, 0)
        for index in 0..<most {
            let word = words[first + index]
            length += Int(word.length)
            guard length <= TermHash.longest else { break }
            joined[index] = hash
            hash = lexicon.hash.join(hash, word.hash, length: Int(word.length))
            usable = index + 1
        }
        var count = usable
        while count > 0 {
            let last = words[first + count - 1]
            let whole = lexicon.hash.join(joined[count - 1], last.hash, length: Int(last.length))
            if let found = lexicon.find(whole) {
                facts.add(found, hash: whole)
                return count
            }
            if last.trimmedLength > 0 {
                let trimmed = lexicon.hash.join(joined[count - 1], last.trimmed, length: Int(last.trimmedLength))
                if let found = lexicon.find(trimmed) {
                    facts.add(found, hash: trimmed)
                    return count
                }
            }
            count -= 1
        }
        if !words[first].isWide { matchAffix(words[first], text, lexicon, &facts) }
        return 1
    }

    /// Looks for terms at the beginning and at the end of a word.
    private func matchAffix(
        _ word: Word, _ text: RawSpan, _ lexicon: borrowing Lexicon, _ facts: inout TextFacts
    ) {
        let length = Int(word.trimmedLength > 0 ? word.trimmedLength : word.length)
        guard length >= 5 else { return }
        let (start, whole) = (Int(word.offset), word.trimmedLength > 0 ? word.trimmed : word.hash)
        var hash: UInt64 = 0
        var previous: UInt8 = 0
        var (prefix, suffix): ((TermFacts, UInt64)?, (TermFacts, UInt64)?) = (nil, nil)
        for index in 0..<length {
            let byte = lowerCased(text.byte(at: start + index), after: previous)
            hash = lexicon.hash.append(byte, to: hash)
            previous = byte
            let rest = length - index - 1
            guard rest >= 2 || index >= 2 else { continue }
            if rest >= 2, lexicon.prefixLengths >> UInt64(index + 1) & 1 == 1, let found = lexicon.findPrefix(hash) {
                prefix = (found, hash)
            }
            if index >= 1, rest >= 3, suffix == nil, lexicon.suffixLengths >> UInt64(rest) & 1 == 1 {
                let end = lexicon.hash.rest(of: whole, behind: hash, length: rest)
                if let found = lexicon.findSuffix(end) { suffix = (found, end) }
            }
        }
        if let prefix { facts.add(prefix.0, hash: prefix.1) }
        if let suffix { facts.add(suffix.0, hash: suffix.1) }
    }

    // MARK: - Words

    private enum Sort { case gap, small, capital, digit, wide }

    private mutating func cut(_ text: RawSpan, _ hash: TermHash) {
        words.removeAll(keepingCapacity: true)
        var word = Word()
        var previous = Sort.gap
        var lastByte: UInt8 = 0
        var offset = 0
        let count = text.byteCount
        while offset < count, words.count < Self.mostWords {
            let byte = text.byte(at: offset)
            let (sort, length) = Self.sort(text, offset, byte)
            if sort == .wide {
                end(&word)
                var wide = Word(offset: UInt16(truncatingIfNeeded: offset), length: UInt8(length), isWide: true)
                for index in 0..<length { wide.hash = hash.append(text.byte(at: offset + index), to: wide.hash) }
                words.append(wide)
            } else if sort == .gap {
                end(&word)
            } else {
                if startsWord(sort, previous, text, offset) { end(&word) }
                if word.length == 0 { word.offset = UInt16(truncatingIfNeeded: offset) }
                if Int(word.length) + length > TermHash.longest { end(&word) }
                if sort == .digit, word.length > 0, word.trimmedLength == 0, previous != .digit {
                    (word.trimmed, word.trimmedLength) = (word.hash, word.length)
                }
                for index in 0..<length {
                    let lowered = lowerCased(text.byte(at: offset + index), after: lastByte)
                    word.hash = hash.append(lowered, to: word.hash)
                    lastByte = lowered
                }
                word.length += UInt8(length)
            }
            previous = sort
            offset += length
        }
        end(&word)
    }

    /// Whether a character begins a new word behind another.
    private func startsWord(_ sort: Sort, _ previous: Sort, _ text: RawSpan, _ offset: Int) -> Bool {
        switch (previous, sort) {
        case (.digit, .small), (.digit, .capital): true
        case (.small, .capital): true
        // The last of several capitals begins a word where a small letter follows: `GPSLat`.
        case (.capital, .capital):
            offset + 1 < text.byteCount && (0x61...0x7A).contains(text.byte(at: offset + 1))
        default: false
        }
    }

    private mutating func end(_ word: inout Word) {
        if word.length > 0, words.count < Self.mostWords { words.append(word) }
        word = Word()
    }

    /// What a character is, and how many bytes it has.
    private static func sort(_ text: RawSpan, _ offset: Int, _ byte: UInt8) -> (Sort, Int) {
        switch byte {
        case 0x61...0x7A: return (.small, 1)
        case 0x41...0x5A: return (.capital, 1)
        case 0x30...0x39: return (.digit, 1)
        case 0..<0x80: return (.gap, 1)
        default: break
        }
        let length = utf8SequenceLength(text, at: offset)
        guard length > 1 else { return (.gap, 1) }
        // U+3040 to U+9FFF (kana and Han) and U+AC00 to U+D7AF (Hangul) stand without gaps.
        if length == 3 {
            if byte == 0xE3 { return (text.byte(at: offset + 1) >= 0x81 ? .wide : .gap, 3) }
            if (0xE4...0xE9).contains(byte) || (0xEA...0xED).contains(byte) { return (.wide, 3) }
            return (.gap, 3)
        }
        if length == 4 { return (.gap, 4) }
        // Latin, Greek, Cyrillic; signs of Latin-1 such as the degree sign are gaps, but for the micro sign.
        if byte == 0xC2 { return (text.byte(at: offset + 1) == 0xB5 ? .small : .gap, 2) }
        return (.small, 2)
    }
}
