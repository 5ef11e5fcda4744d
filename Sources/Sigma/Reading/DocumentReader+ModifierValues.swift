/// Whether values suit the modifiers of their field.
extension DocumentReader {
    mutating func checkValues(
        _ values: [Located<SigmaValue>], _ modifiers: [Located<SigmaModifier>], isKeyword: Bool,
        at position: SourcePosition
    ) -> Bool {
        let before = diagnostics.count
        let names = Set(modifiers.map(\.value))
        if names.contains(.all), values.count < 2 {
            error(.modifierValue, position, "`all` needs a list of at least two values", "leave `all` out")
        }
        if names.contains(.expand), !values.contains(where: { $0.value.hasPlaceholder }) {
            error(
                .noPlaceholder, position, "`expand` needs a value with a placeholder",
                "such as '%home_networks%', where home_networks is a list of the configuration")
        }
        for modifier in modifiers {
            for value in values where !isRight(value, for: modifier.value, among: names) {
                // One message is enough for a list of a thousand values.
                break
            }
        }
        if names.contains(.exists), values.count > 1 {
            error(.modifierValue, position, "`exists` takes one truth value, not a list")
        }
        for value in values where isKeyword && diagnostics.count == before && !value.value.isWord {
            error(.wrongType, value.position, "a keyword must be text or a number")
            break
        }
        return diagnostics.count == before
    }

    private mutating func isRight(
        _ value: Located<SigmaValue>, for modifier: SigmaModifier, among names: Set<SigmaModifier>
    ) -> Bool {
        let name = modifier.rawValue
        switch (modifier, value.value) {
        case (.i, _), (.m, _), (.s, _), (.neq, _): return true
        case (.all, .null):
            error(.modifierValue, value.position, "`all` does not go with null", "null stands for an absent field")
        case (.all, _): return true
        case (.exists, .bool): return true
        case (.exists, _): error(.modifierValue, value.position, "`exists` needs `true` or `false`")
        case (.gt, .int), (.gte, .int), (.lt, .int), (.lte, .int): return true
        case (.gt, .float), (.gte, .float), (.lt, .float), (.lte, .float): return true
        case (.gt, let given), (.gte, let given), (.lt, let given), (.lte, let given):
            if names.contains(.expand), given.hasPlaceholder { return true }
            error(.modifierValue, value.position, "`\(name)` needs a number", "numbers stand without quotes")
        case (.expand, .string), (.expand, .int): return true
        case (.cidr, .string(let text)):
            if names.contains(.expand), value.value.hasPlaceholder { return true }
            guard let problem = networkProblem(text.raw) else { return true }
            error(
                .badCIDR, value.position, "`\(text.raw)` is not a network: \(problem)",
                "for example 10.0.0.0/8 or fe80::/10")
        case (.cidr, _):
            error(.badCIDR, value.position, "`cidr` needs text such as 10.0.0.0/8")
        case (.re, .string(let text)):
            guard text.raw.isEmpty else { return true }
            error(.modifierValue, value.position, "the regular expression is empty")
        case (.contains, .string(let text)), (.startswith, .string(let text)), (.endswith, .string(let text)):
            guard text.parts.isEmpty else { return true }
            error(
                .modifierValue, value.position, "`\(name)` with empty text is true of every value",
                "to ask whether the field is there, use `exists`")
        case (.cased, .string), (.utf16, .string), (.utf16le, .string), (.utf16be, .string), (.wide, .string),
            (.windash, .string):
            return true
        case (.base64, .string(let text)), (.base64offset, .string(let text)):
            if text.literal?.isEmpty == false { return true }
            let problem = text.parts.isEmpty ? "empty text" : "text with wildcards"
            error(.modifierValue, value.position, "`\(name)` cannot encode \(problem)")
        case (.fieldref, .string(let text)):
            if text.literal?.isEmpty == false { return true }
            error(.modifierValue, value.position, "`fieldref` needs the name of a field, without wildcards")
        case (.minute, .int(let number)), (.hour, .int(let number)), (.day, .int(let number)),
            (.week, .int(let number)), (.month, .int(let number)), (.year, .int(let number)):
            guard let range = SigmaModifier.timeParts[modifier], !range.contains(number) else { return true }
            error(
                .modifierValue, value.position, "`\(name)` is a number from \(range.lowerBound) to \(range.upperBound)")
        case (.minute, _), (.hour, _), (.day, _), (.week, _), (.month, _), (.year, _):
            error(.modifierValue, value.position, "`\(name)` needs a whole number")
        case (.topicfilter, .string(let text)), (.covers, .string(let text)):
            if names.contains(.expand), value.value.hasPlaceholder { return true }
            guard let problem = topicProblem(text.raw, isFilter: modifier == .topicfilter) else { return true }
            error(
                .badTopic, value.position, problem,
                modifier == .topicfilter ? "such as plant/+/state or plant/#" : "such as plant/7/state")
        case (.contains, _), (.startswith, _), (.endswith, _), (.cased, _), (.re, _), (.base64, _), (.base64offset, _),
            (.utf16, _), (.utf16le, _), (.utf16be, _), (.wide, _), (.windash, _), (.fieldref, _), (.expand, _),
            (.topicfilter, _), (.covers, _):
            error(.modifierValue, value.position, "`\(name)` needs text", "put the value in quotes")
        }
        return false
    }
}

extension SigmaValue {
    /// Whether it is text with a `%name%` in it.
    fileprivate var hasPlaceholder: Bool {
        guard case .string(let text) = self else { return false }
        return !text.placeholders.isEmpty
    }

    /// Whether it can be looked for as a keyword.
    fileprivate var isWord: Bool {
        switch self {
        case .string(let text): !text.parts.isEmpty
        case .int, .float: true
        case .bool, .null: false
        }
    }
}
