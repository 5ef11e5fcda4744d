import Bytes
import Events

extension Predicate {
    /// The answer for a text; `nil` where the predicate is not one about text, or needs a pattern.
    func answer(_ text: RawSpan, literals: RawSpan, globs: [GlobPart]) -> Bool? {
        switch self {
        case .isPresent: return true
        case .text(let shape, let range, let cased):
            let literal = literals.slice(range)
            switch shape {
            case .equals: return text.byteCount == range.count && text.holds(literal, at: 0, cased: cased)
            case .prefix: return text.holds(literal, at: 0, cased: cased)
            case .suffix: return text.holds(literal, at: text.byteCount &- range.count, cased: cased)
            case .contains: return text.contains(literal, cased: cased)
            }
        case .oneOf(let start, let end, let cased): return text.isOne(of: globs, start..<end, literals, cased: cased)
        case .glob(let start, let end, let cased):
            return text.fits(globs, start..<end, literals: literals, cased: cased)
        case .contains(let range, let cased, _): return text.contains(literals.slice(range), cased: cased)
        case .topic(let range, let isFilter):
            let literal = literals.slice(range)
            return isFilter ? text.fitsTopicFilter(literal) : literal.fitsTopicFilter(text)
        case .isBool, .compares, .comparesReal, .isAddress, .isWithin, .isWithinAny: return nil
        case .pattern, .fieldReference, .timePart: return nil
        }
    }
}
