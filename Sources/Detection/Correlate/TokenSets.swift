/// The events that made the latest matches of correlations which other correlations count: a ring of small sets.
///
/// An event is known by the token that the caller gave it. What a correlation hands on to another stands for several: it is
/// named by a reference to a set, told from a token by its top bit. A set is gone when `capacity` others have been made.
struct TokenSets: Sendable {
    /// How many events are remembered as the evidence of one match.
    static let setSize = 10
    private static let capacity = 4096
    private static let mark: UInt64 = 1 << 63

    private var tokens: [UInt64] = []
    private var counts: [UInt8] = []
    private var made: UInt64 = 0

    /// The memory that it has taken, in bytes.
    var bytes: Int { tokens.capacity * 8 + counts.capacity }

    /// Keeps a stretch of `list` as a set.
    ///
    /// - Returns: what it is referred to by; the token itself where it is one only, 0 where there is none.
    mutating func add(_ list: [UInt64], _ set: Range<Int>) -> UInt64 {
        if set.count <= 1 { return set.isEmpty ? 0 : list[set.lowerBound] }
        let place = Int(made % UInt64(Self.capacity))
        if counts.count <= place {
            tokens += repeatElement(0, count: Self.setSize)
            counts.append(0)
        }
        let count = min(set.count, Self.setSize)
        for index in 0..<count { tokens[place * Self.setSize + index] = list[set.upperBound - count + index] }
        counts[place] = UInt8(truncatingIfNeeded: count)
        made += 1
        return Self.mark | (made - 1)
    }

    /// The stretch of tokens that a reference stands for; `nil` where it is a token itself.
    func range(_ reference: UInt64) -> Range<Int>? {
        guard reference & Self.mark != 0 else { return nil }
        let number = reference & ~Self.mark
        guard number < made, made - number <= UInt64(Self.capacity) else { return 0..<0 }
        let place = Int(number % UInt64(Self.capacity))
        return place * Self.setSize..<place * Self.setSize + Int(counts[place])
    }

    /// A token of a stretch.
    subscript(index: Int) -> UInt64 { tokens[index] }
}

/// Collects what made a match, the newest first: tokens, and references to sets of them.
struct TokenCollector: Sendable {
    /// The tokens, each once, oldest first.
    private(set) var tokens: [UInt64] = []
    private var references: [UInt64] = []

    init() {
        tokens.reserveCapacity(TokenSets.setSize)
        references.reserveCapacity(TokenSets.setSize)
    }

    /// Starts anew.
    mutating func removeAll() { references.removeAll(keepingCapacity: true) }

    /// Takes a token, or a reference to several; gives whether another one is wanted.
    mutating func add(_ reference: UInt64) -> Bool {
        if reference != 0, !references.contains(reference) { references.append(reference) }
        return references.count < TokenSets.setSize
    }

    /// Finds the tokens behind the references: the newest of each, then the next of each, until there are enough.
    ///
    /// The event that completed the match is among them in any case.
    ///
    /// Without references to sets they stay in the order of time; else they are put in ascending order.
    mutating func resolve(_ sets: TokenSets, completing: UInt64) {
        if completing != 0, !references.contains(completing) {
            if references.count == TokenSets.setSize { references.removeLast() }
            references.insert(completing, at: 0)
        }
        tokens.removeAll(keepingCapacity: true)
        var hasSets = false
        var round = 0
        var isMore = true
        while isMore, tokens.count < TokenSets.setSize {
            isMore = false
            for index in references.indices {
                guard let range = sets.range(references[index]) else {
                    if round == 0 { append(references[index]) }
                    continue
                }
                hasSets = true
                guard round < range.count else { continue }
                isMore = true
                append(sets[range.upperBound - 1 - round])
            }
            round += 1
        }
        var (first, last) = (0, tokens.count - 1)
        while first < last {
            tokens.swapAt(first, last)
            first += 1
            last -= 1
        }
        if hasSets { sort() }
    }

    /// Sorts what is at most `TokenSets.setSize` long.
    private mutating func sort() {
        for index in tokens.indices.dropFirst() {
            var place = index
            while place > 0, tokens[place - 1] > tokens[place] {
                tokens.swapAt(place, place - 1)
                place -= 1
            }
        }
    }

    private mutating func append(_ token: UInt64) {
        if tokens.count < TokenSets.setSize, token != 0, !tokens.contains(token) { tokens.append(token) }
    }
}
