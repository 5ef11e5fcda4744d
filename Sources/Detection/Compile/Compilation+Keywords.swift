import Events
import Sigma

extension Compilation {
    /// Words without a field: any field of text or of keywords that the events of the rule can have may hold them.
    ///
    /// Each word is looked for anywhere in a text, unless a modifier says where. With `all`, each must stand in some
    /// text, not all in the same.
    mutating func keywordExpression(
        _ words: [Located<SigmaValue>], _ modifiers: TestModifiers, _ place: Place
    ) -> Expression {
        var modifiers = modifiers
        if modifiers.kind == nil { modifiers.kind = .contains }
        let fields = registry.entries.filter { entry in
            (entry.info.type == .text || entry.info.type == .keyword)
                && (place.category == nil || entry.category == nil || entry.category == place.category)
        }
        let targets = fields.map { Target(entry: $0, modifiers: modifiers, place: place) }
        guard let first = targets.first else { return .constant(false) }
        let groups = modifiers.wantsAll ? words.map { [$0] } : [words]
        return .joining(groups.map { .any(wordExpressions($0, first, targets)) }, all: modifiers.wantsAll)
    }

    private mutating func wordExpressions(
        _ words: [Located<SigmaValue>], _ first: Target, _ targets: [Target]
    ) -> [Expression] {
        if first.modifiers.kind == .re {
            // Compiled once for the diagnostics; the pool knows the pattern then.
            let found = patternExpressions(words, first, slot: pool.textSlot(first.entry))
            guard found.count == words.count else { return found }
            return found
                + targets.dropFirst().flatMap { target in
                    patternExpressions(words, target, slot: pool.textSlot(target.entry), isQuiet: true)
                }
        }
        var texts: [BytePattern] = []
        for word in words {
            switch word.value {
            case .string, .int: texts += textPatterns(word, first) ?? []
            case .float, .bool, .null:
                error(
                    first.place, "type-mismatch", word.position, "\(word.value.shown) is not a word to look for",
                    hint: "put it in quotes")
            }
        }
        return targets.flatMap { textExpressions(texts, $0) }
    }
}
