import Events
import Sigma

/// Tests that compare with something else than a value: another field, a part of a time, topics, lists of the site.
extension Compilation {
    /// `fieldref`: the values of two fields.
    ///
    /// Fields of one type are compared as they are, others as they are shown.
    mutating func references(_ test: FieldTest, _ target: Target) -> Expression {
        var parts: [Expression] = []
        for value in test.values {
            guard case .string(let text) = value.value, let name = text.literal,
                let other = field(Located(name, at: value.position), target.place)
            else { continue }
            let shape: TextShape
            switch target.modifiers.kind {
            case .startswith: shape = .prefix
            case .endswith: shape = .suffix
            case .contains: shape = .contains
            default: shape = .equals
            }
            let isNative = shape == .equals && target.type.isComparable(to: other.info.type)
            let slots =
                isNative
                ? (pool.slot(target.entry), pool.slot(other)) : (pool.textSlot(target.entry), pool.textSlot(other))
            let predicate = Predicate.fieldReference(slot: slots.1, shape: shape, cased: target.modifiers.isCased)
            parts.append(.check(pool.number(Check(slot: slots.0, predicate: predicate))))
        }
        return .joining(parts, all: target.modifiers.wantsAll)
    }

    /// `minute`, `hour`, `day`, `week`, `month`, `year`.
    mutating func timeParts(_ part: TimePart, _ test: FieldTest, _ target: Target) -> Expression {
        guard target.type == .time else {
            error(
                target.place, "type-mismatch", test.field.position,
                "The modifier \(part.rawValue) is for times; \(target.name) is \(target.type.rawValue)")
            return .constant(false)
        }
        let relation = target.modifiers.relation ?? .equal
        let parts = test.values.compactMap { value -> Expression? in
            guard case .int(let wanted) = value.value else { return nil }
            return check(target, .timePart(part, relation, wanted))
        }
        return .joining(parts, all: target.modifiers.wantsAll)
    }

    /// `topicfilter`, and `covers`, which turns the two about.
    mutating func topic(_ value: Located<SigmaValue>, _ target: Target, isFilter: Bool) -> Expression {
        guard target.type == .text || target.type == .keyword else {
            error(
                target.place, "type-mismatch", value.position,
                "\(target.name) is \(target.type.rawValue), not a topic")
            return .constant(false)
        }
        guard case .string(let text) = value.value else { return .constant(false) }
        if let problem = topicProblem(text.raw, isFilter: isFilter) {
            error(target.place, "bad-topic", value.position, problem)
            return .constant(false)
        }
        let literal = pool.literal(Array(text.raw.utf8), cased: true)
        return check(target, .topic(literal, isFilter: isFilter))
    }

    /// The values with the lists of the site in place of placeholders.
    mutating func expanded(_ values: [Located<SigmaValue>], _ place: Place) -> [Located<SigmaValue>] {
        var result: [Located<SigmaValue>] = []
        for value in values {
            guard case .string(let text) = value.value else {
                result.append(value)
                continue
            }
            do throws(UnknownPlaceholder) {
                result += try text.expanding(placeholders).map { Located(.string($0), at: value.position) }
            } catch {
                if error.isTooMany {
                    self.error(
                        place, "too-many-values", value.position,
                        "%\(error.name)% makes more than \(SigmaString.maximumExpansions) values")
                    continue
                }
                let names = placeholders.lists.keys.sorted()
                let known =
                    names.isEmpty ? "the configuration has no lists" : "there are: \(names.joined(separator: ", "))"
                self.error(
                    place, "unknown-list", value.position, "There is no list %\(error.name)%",
                    hint: nearestName(to: error.name, among: names).map { "did you mean %\($0)%?" } ?? known)
            }
        }
        return result
    }
}

extension FieldType {
    /// Whether values of the two types can be compared as they are.
    fileprivate func isComparable(to other: FieldType) -> Bool {
        func kind(_ type: FieldType) -> Int {
            switch type {
            case .text, .keyword: 0
            case .int, .float: 1
            case .bool: 2
            case .ip: 3
            case .time: 4
            case .bytes: 5
            }
        }
        return kind(self) == kind(other)
    }
}
