import Events
import Patterns
import Sigma

extension Compilation {
    /// `re`: each value is a regular expression that may match anywhere.
    mutating func patterns(_ test: FieldTest, _ target: Target) -> Expression {
        switch target.type {
        case .text, .keyword, .bytes, .ip, .time: break
        case .int, .float, .bool:
            error(
                target.place, "type-mismatch", test.field.position,
                "\(target.name) is \(target.type.rawValue), not text")
            return .constant(false)
        }
        return .joining(
            patternExpressions(test.values, target, slot: pool.textSlot(target.entry)), all: target.modifiers.wantsAll)
    }

    /// One expression for each regular expression.
    mutating func patternExpressions(
        _ values: [Located<SigmaValue>], _ target: Target, slot: Int, isQuiet: Bool = false
    ) -> [Expression] {
        var parts: [Expression] = []
        for value in values {
            let expression: String
            switch value.value {
            case .string(let text): expression = text.raw
            case .int(let number): expression = String(number)
            case .float, .bool, .null:
                error(target.place, "bad-regex", value.position, "\(value.value.shown) is not a regular expression")
                continue
            }
            if !isQuiet, splitsCharacters(expression) {
                warn(
                    target.place, "byte-regex", value.position,
                    "A character outside ASCII is several bytes here; this expression may match some of them alone",
                    hint:
                        "write an alternative, such as (?:ä|ö), in place of a class, and put it in a group to repeat it"
                )
            }
            do throws(Pattern.Refusal) {
                let number = try pool.pattern(expression, target.modifiers.options)
                parts.append(.check(pool.number(Check(slot: slot, predicate: .pattern(number)))))
            } catch {
                self.error(
                    target.place, "bad-regex", value.position,
                    "Vectorscan does not take this regular expression: \(error.reason)")
            }
        }
        return parts
    }
}

/// Whether a regular expression has a character outside ASCII in a class, or repeats one.
private func splitsCharacters(_ expression: String) -> Bool {
    var isInClass = false
    var isEscaped = false
    var previous: Unicode.Scalar = " "
    for scalar in expression.unicodeScalars {
        if !scalar.isASCII, isInClass { return true }
        if !previous.isASCII, !isInClass, "?*+{".unicodeScalars.contains(scalar) { return true }
        if !isEscaped {
            if scalar == "[" { isInClass = true }
            if scalar == "]" { isInClass = false }
        }
        isEscaped = scalar == "\\" && !isEscaped
        previous = scalar
    }
    return false
}
