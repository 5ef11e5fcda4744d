import Bytes
import Events
import Network

extension DetectionEngine {
    /// Whether any value of a slot answers a check with yes.
    mutating func anyValue(of slot: Int, answers check: Int, message: RawSpan) -> Bool {
        let range = fetched[slot].range
        if range.isEmpty { return false }
        let question = checks[check].question
        if case .isPresent = question { return true }
        for index in range where answer(question, values.values[index], message: message) { return true }
        return false
    }

    private mutating func answer(_ question: Question, _ value: FieldValue, message: RawSpan) -> Bool {
        switch value {
        case .bytes(let reference): return answerText(question, reference, message: message)
        case .bool(let flag):
            if case .isBool(let wanted) = question { return flag == wanted }
        case .int(let number):
            if case .compares(let relation, let wanted) = question { return relation.holds(number, wanted) }
            if case .comparesReal(let relation, let wanted) = question { return relation.holds(Double(number), wanted) }
        case .float(let number):
            if case .comparesReal(let relation, let wanted) = question { return relation.holds(number, wanted) }
            if case .compares(let relation, let wanted) = question { return relation.holds(number, Double(wanted)) }
        case .time(let time):
            if case .compares(let relation, let wanted) = question { return relation.holds(time.nanoseconds, wanted) }
        case .address(let address):
            if case .isAddress(let wanted) = question { return address == wanted }
            if case .isWithin(let block) = question { return block.contains(address) }
        }
        return false
    }

    /// From this length on Vectorscan finds a word faster than a loop over the bytes.
    private static let longText = 48

    private mutating func answerText(_ question: Question, _ reference: ByteReference, message: RawSpan) -> Bool {
        let found: Bool?
        switch question {
        case .matches(let pattern): found = search(pattern, reference, message: message)
        case .finds(_, _, let pattern) where reference.range.count >= Self.longText:
            found = search(pattern, reference, message: message)
        default:
            return values.withBytes(reference, message: message) { text in
                question.answer(text, literals: rules.pool.literals.span.bytes, globs: rules.pool.globs) ?? false
            }
        }
        if found == nil { tally.patternErrors &+= 1 }
        return found ?? false
    }

    private func search(_ pattern: Int, _ reference: ByteReference, message: RawSpan) -> Bool? {
        values.withBytes(reference, message: message) { scratch.matches(databases[pattern], $0) }
    }
}
