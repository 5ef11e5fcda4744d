import Bytes

/// A byte with ASCII capitals made small; other bytes stay, as SQLite's LIKE has it.
func folded(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

extension RawSpan {
    /// Whether `literal` stands at `offset`.
    ///
    /// `cased` says whether capitals differ from small letters; if not, `literal` must be folded already.
    func holds(_ literal: RawSpan, at offset: Int, cased: Bool) -> Bool {
        guard offset >= 0, byteCount &- offset >= literal.byteCount else { return false }
        if cased {
            for index in 0..<literal.byteCount where byte(at: offset &+ index) != literal.byte(at: index) {
                return false
            }
        } else {
            for index in 0..<literal.byteCount where folded(byte(at: offset &+ index)) != literal.byte(at: index) {
                return false
            }
        }
        return true
    }

    /// Whether `literal` stands anywhere.
    func contains(_ literal: RawSpan, cased: Bool) -> Bool {
        guard literal.byteCount > 0 else { return true }
        let last = byteCount &- literal.byteCount
        guard last >= 0 else { return false }
        let first = literal.byte(at: 0)
        for offset in 0...last {
            let byte = byte(at: offset)
            guard (cased ? byte : folded(byte)) == first else { continue }
            if holds(literal, at: offset, cased: cased) { return true }
        }
        return false
    }

    /// Whether another text, neither of them folded, stands in this one at the place that `shape` names.
    func relates(to other: RawSpan, _ shape: TextShape, cased: Bool) -> Bool {
        let room = byteCount &- other.byteCount
        guard room >= 0 else { return false }
        switch shape {
        case .equals: return room == 0 && equals(other, at: 0, cased: cased)
        case .prefix: return equals(other, at: 0, cased: cased)
        case .suffix: return equals(other, at: room, cased: cased)
        case .contains:
            for offset in 0...room where equals(other, at: offset, cased: cased) { return true }
            return false
        }
    }

    private func equals(_ other: RawSpan, at offset: Int, cased: Bool) -> Bool {
        for index in 0..<other.byteCount {
            let (left, right) = (byte(at: offset &+ index), other.byte(at: index))
            if cased ? left != right : folded(left) != folded(right) { return false }
        }
        return true
    }

    /// Whether it is one of the literals in a slice of `parts`, which are in ascending order: shorter ones first.
    ///
    /// - Complexity: logarithmic in the number of literals.
    func isOne(of parts: [GlobPart], _ range: Range<Int>, _ literals: RawSpan, cased: Bool) -> Bool {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low &+ high) / 2
            guard case .literal(let place) = parts[middle] else { return false }
            let order = compare(literals.slice(place), cased: cased)
            if order == 0 { return true }
            if order < 0 { high = middle } else { low = middle &+ 1 }
        }
        return false
    }

    /// Below 0 where this text comes before `literal`, the shorter one first, 0 where both are the same.
    private func compare(_ literal: RawSpan, cased: Bool) -> Int {
        if byteCount != literal.byteCount { return byteCount &- literal.byteCount }
        for index in 0..<byteCount {
            let own = cased ? byte(at: index) : folded(byte(at: index))
            if own != literal.byte(at: index) { return Int(own) &- Int(literal.byte(at: index)) }
        }
        return 0
    }

    /// The length of the character at `offset`: a well-formed UTF-8 sequence, or one byte where there is none.
    func characterLength(at offset: Int) -> Int { max(1, utf8SequenceLength(self, at: offset)) }

    /// Whether the whole span fits a pattern with wildcards, a slice of `parts`; `literals` holds their texts.
    ///
    /// - Complexity: the length of the span times the length of the pattern, whatever the bytes.
    func fits(_ parts: [GlobPart], _ range: Range<Int>, literals: RawSpan, cased: Bool) -> Bool {
        var part = range.lowerBound
        var offset = 0
        // Where to go on when what follows the last `*` does not fit: it takes one more character then.
        var afterRun = -1
        var runEnd = 0
        while true {
            if part < range.upperBound {
                switch parts[part] {
                case .anyRun:
                    part &+= 1
                    afterRun = part
                    runEnd = offset
                    continue
                case .anyOne:
                    if offset < byteCount {
                        offset &+= characterLength(at: offset)
                        part &+= 1
                        continue
                    }
                case .literal(let text):
                    if holds(literals.slice(text), at: offset, cased: cased) {
                        offset &+= text.count
                        part &+= 1
                        continue
                    }
                }
            } else if offset == byteCount {
                return true
            }
            guard afterRun >= 0, runEnd < byteCount else { return false }
            runEnd &+= characterLength(at: runEnd)
            offset = runEnd
            part = afterRun
        }
    }
}

/// A part of a pattern with wildcards.
enum GlobPart: Hashable, Sendable {
    /// Text in the pool of literals.
    case literal(ByteRange)
    /// `*`
    case anyRun
    /// `?`
    case anyOne
}
