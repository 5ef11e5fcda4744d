/// The candidate that is spelled most like a name, if one is near enough to have been meant.
///
/// Near enough means: not more than one change (insertion, deletion, replacement, exchange of neighbours) for every
/// three characters; one in names of two, none in names of one. Case does not count. The first of several equally near
/// ones wins.
public func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars.prefix(longestCompared + 1))
    guard !wanted.isEmpty, wanted.count <= longestCompared else { return nil }
    var best: (name: String, changes: Int)?
    for candidate in candidates {
        let other = Array(candidate.lowercased().unicodeScalars.prefix(longestCompared + 1))
        let allowed = wanted.count == 1 ? 0 : max(1, wanted.count / 3)
        guard other.count <= longestCompared, abs(other.count - wanted.count) <= allowed else { continue }
        let changes = spellingChanges(wanted, other)
        if changes <= allowed, changes < best?.changes ?? .max { best = (candidate, changes) }
    }
    return best?.name
}

/// Longer names are not compared: the cost grows with the product of the lengths.
private let longestCompared = 64

/// How many insertions, deletions, replacements and exchanges of neighbours turn one name into the other.
private func spellingChanges(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in 0..<left.count {
        var current = [row + 1]
        current.reserveCapacity(right.count + 1)
        for column in 0..<right.count {
            let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
            var least = min(replaced, last[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                least = min(least, beforeLast[column - 1] + 1)
            }
            current.append(least)
        }
        beforeLast = last
        last = current
    }
    return last[right.count]
}
