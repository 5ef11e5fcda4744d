import Bytes
import Events
import Network
import Patterns

extension Matcher {
    /// Whether any value of a slot answers a check with yes.
    mutating func anyValue(of slot: Int, answers check: Int, message: RawSpan) -> Bool {
        let range = fetched[slot].range
        if range.isEmpty { return false }
        let predicate = checks[check].predicate
        if case .isPresent = predicate { return true }
        for index in range where answer(predicate, values.values[index], message: message) { return true }
        return false
    }

    /// Whether some value of a slot goes with some value of another.
    func anyValue(of slot: Int, refersTo other: Int, _ shape: TextShape, cased: Bool, message: RawSpan) -> Bool {
        for left in fetched[slot].range {
            for right in fetched[other].range
            where refers(values.values[left], values.values[right], shape, cased, message: message) { return true }
        }
        return false
    }

    private func refers(
        _ left: FieldValue, _ right: FieldValue, _ shape: TextShape, _ cased: Bool, message: RawSpan
    ) -> Bool {
        switch (left, right) {
        case (.int(let one), .int(let other)): return one == other
        case (.int(let one), .float(let other)), (.float(let other), .int(let one)): return Double(one) == other
        case (.float(let one), .float(let other)): return one == other
        case (.bool(let one), .bool(let other)): return one == other
        case (.address(let one), .address(let other)): return one == other
        case (.time(let one), .time(let other)): return one == other
        case (.bytes(let one), .bytes(let other)):
            return values.withBytes(one, message: message) { text in
                values.withBytes(other, message: message) { text.relates(to: $0, shape, cased: cased) }
            }
        default: return false
        }
    }

    private mutating func answer(_ predicate: Predicate, _ value: FieldValue, message: RawSpan) -> Bool {
        switch value {
        case .bytes(let reference): return answerText(predicate, reference, message: message)
        case .bool(let flag):
            if case .isBool(let wanted) = predicate { return flag == wanted }
        case .int(let number):
            if case .compares(let relation, let wanted) = predicate { return relation.holds(number, wanted) }
            if case .comparesReal(let relation, let wanted) = predicate {
                return relation.holds(Double(number), wanted)
            }
        case .float(let number):
            if case .comparesReal(let relation, let wanted) = predicate { return relation.holds(number, wanted) }
            if case .compares(let relation, let wanted) = predicate { return relation.holds(number, Double(wanted)) }
        case .time(let time):
            if case .compares(let relation, let wanted) = predicate { return relation.holds(time.nanoseconds, wanted) }
            if case .timePart(let part, let relation, let wanted) = predicate {
                return relation.holds(part.value(of: time), wanted)
            }
        case .address(let address):
            if case .isAddress(let wanted) = predicate { return address == wanted }
            if case .isWithin(let block) = predicate { return block.contains(address) }
            if case .isWithinAny(let start, let end) = predicate {
                for place in start..<end where blocks[place].contains(address) { return true }
            }
        }
        return false
    }

    /// From this length on Vectorscan finds a word faster than a loop over the bytes.
    private static let longText = 48

    private mutating func answerText(_ predicate: Predicate, _ reference: ByteReference, message: RawSpan) -> Bool {
        let found: Bool?
        switch predicate {
        case .pattern(let pattern): found = search(pattern, reference, message: message)
        case .contains(_, _, let pattern) where reference.range.count >= Self.longText:
            found = search(pattern, reference, message: message)
        default:
            return values.withBytes(reference, message: message) { text in
                predicate.answer(text, literals: rules.pool.literals.span.bytes, globs: rules.pool.globs) ?? false
            }
        }
        if found == nil { patternErrors &+= 1 }
        return found ?? false
    }

    private func search(_ pattern: Int, _ reference: ByteReference, message: RawSpan) -> Bool? {
        values.withBytes(reference, message: message) { scratch.matches(databases[pattern], $0) }
    }
}
