/// A word or bracket of a condition.
struct ConditionToken: Equatable {
    enum Kind: Equatable {
        /// A name, a word such as `and`, or a pattern with `*`.
        case word(String)
        case open
        case close
        case pipe
        /// A character that no condition has.
        case stray(Unicode.Scalar)
    }

    var kind: Kind
    /// Where it begins, in characters from the start of the condition.
    var offset: Int

    /// Words that mean something in conditions, so that no selection can have them as its name.
    static let reserved: Set<String> = ["and", "or", "not", "of", "them", "1", "any", "all", "condition", "timeframe"]

    static func isNameCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }

    static func all(in text: String) -> [ConditionToken] {
        let scalars = Array(text.unicodeScalars)
        var tokens: [ConditionToken] = []
        var index = 0
        while index < scalars.count {
            let start = index
            index += 1
            switch scalars[start] {
            case " ", "\n", "\t", "\r": continue
            case "(": tokens.append(ConditionToken(kind: .open, offset: start))
            case ")": tokens.append(ConditionToken(kind: .close, offset: start))
            case "|": tokens.append(ConditionToken(kind: .pipe, offset: start))
            case let scalar where isNameCharacter(scalar) || scalar == "*":
                while index < scalars.count, isNameCharacter(scalars[index]) || scalars[index] == "*" { index += 1 }
                tokens.append(ConditionToken(kind: .word(SourceText.string(scalars[start..<index])), offset: start))
            case let scalar: tokens.append(ConditionToken(kind: .stray(scalar), offset: start))
            }
        }
        return tokens
    }
}
