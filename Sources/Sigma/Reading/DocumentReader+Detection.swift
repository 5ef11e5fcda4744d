/// `detection`: selections and conditions.
extension DocumentReader {
    mutating func detection(_ node: YAMLNode) -> (selections: [Selection], conditions: [Located<Condition>])? {
        map(node, "`detection`").flatMap { detection($0, of: "`detection`", at: node.position) }
    }

    /// Reads the selections and conditions of a map; `others` are keys of it that are neither.
    ///
    /// There is no condition where it is wrong, and tests that are wrong are left out.
    mutating func detection(
        _ map: YAMLMap, of owner: String, others: Set<String> = [], at position: SourcePosition
    ) -> (selections: [Selection], conditions: [Located<Condition>])? {
        let entries = map.entries.filter {
            $0.key.value != "condition" && $0.key.value != "timeframe" && !others.contains($0.key.value)
        }
        if let timeframe = map.entries.first(where: { $0.key.value == "timeframe" }) {
            error(
                .oldTimeframe, timeframe.key.position, "`timeframe` is no longer part of detections",
                "write a correlation of type event_count with a `timespan`")
        }
        if entries.isEmpty { error(.missingKey, position, "\(owner) needs at least one selection") }
        guard entries.count <= SigmaReader.maximumSelections else {
            error(
                .tooManyValues, position, "the rule has more than \(SigmaReader.maximumSelections) selections",
                "split the rule, or give a field a list of values")
            return nil
        }
        let names = entries.map(\.key)
        for name in names { checkSelectionName(name) }
        // Conditions number the selections, those with errors among them.
        let selections = entries.map { entry in
            Selection(
                name: entry.key,
                body: selectionBody(entry.value, "the selection `\(entry.key.value)`") ?? .all([]))
        }
        let condition = required("condition", in: map, of: owner, at: position)
        return (selections, condition.flatMap { self.conditions($0, over: names) } ?? [])
    }

    /// A condition could not tell other names from its own words.
    private mutating func checkSelectionName(_ name: Located<String>) {
        let isSpelledRight = name.value.unicodeScalars.allSatisfy { ConditionToken.isNameCharacter($0) }
        if !isSpelledRight || name.value.isEmpty {
            error(
                .badSelectionName, name.position, "the condition could not refer to a selection named `\(name.value)`",
                "use letters, digits, `_` and `-`")
        } else if ConditionToken.reserved.contains(name.value.lowercased()) {
            error(
                .badSelectionName, name.position, "`\(name.value)` is a word of conditions and cannot name a selection",
                "choose another name, such as `\(name.value)_selection`")
        }
    }

    // MARK: - Selections

    private mutating func selectionBody(_ node: YAMLNode, _ what: String) -> SelectionBody? {
        switch node.content {
        case .map: return map(node, what).map { .all(tests($0)) }
        case .scalar: return keyword(node).map { .keywords([$0], position: node.position) }
        case .list(let items):
            guard !items.isEmpty else {
                error(.emptyValue, node.position, "\(what) is an empty list")
                return nil
            }
            return list(items, what, at: node.position)
        }
    }

    private mutating func list(_ items: [YAMLNode], _ what: String, at position: SourcePosition) -> SelectionBody? {
        let maps = items.filter { if case .map = $0.content { true } else { false } }
        if maps.isEmpty {
            let words = items.compactMap { keyword($0) }
            return words.count == items.count ? .keywords(words, position: position) : nil
        }
        guard maps.count == items.count else {
            let other = items.first { if case .map = $0.content { false } else { true } }
            error(
                .mixedList, other?.position ?? position, "\(what) mixes maps with other values",
                "make two selections of them and join these with `or`")
            return nil
        }
        let bodies = maps.compactMap { item in
            map(item, "an entry of \(what)").map { SelectionBody.all(tests($0)) }
        }
        return .any(bodies)
    }

    private mutating func keyword(_ node: YAMLNode) -> Located<SigmaValue>? {
        guard case .scalar = node.content else {
            error(.wrongType, node.position, "a keyword must be text or a number, but this is \(node.kindName)")
            return nil
        }
        guard let value = value(node) else { return nil }
        switch value.value {
        case .string(let string) where string.parts.isEmpty:
            error(.emptyValue, node.position, "a keyword is empty")
        case .string, .int, .float: return value
        case .bool, .null:
            error(.wrongType, node.position, "a keyword must be text or a number, but this is \(node.kindName)")
        }
        return nil
    }

    private mutating func tests(_ map: YAMLMap) -> [FieldTest] { map.entries.compactMap { fieldTest($0) } }

    /// A value of a detection.
    ///
    /// Unlike text elsewhere, it is never guessed what ambiguous text means.
    mutating func value(_ node: YAMLNode) -> Located<SigmaValue>? {
        guard case .scalar(let scalar) = node.content else {
            error(
                .wrongType, node.position,
                "a value must be text, a number or a truth value, but this is \(node.kindName)")
            return nil
        }
        switch scalar.meaning {
        case .string: return Located(.string(SigmaString(scalar.text)), at: node.position)
        case .int(let value): return Located(.int(value), at: node.position)
        case .float(let value): return Located(.float(value), at: node.position)
        case .bool(let value): return Located(.bool(value), at: node.position)
        case .null: return Located(.null, at: node.position)
        case .outOfRange:
            error(.numberRange, node.position, "the number `\(scalar.text)` is not finite or does not fit into 64 bits")
        case .ambiguous(let oldMeaning):
            error(
                .ambiguousValue, node.position,
                "`\(scalar.text)` means \(oldMeaning) to YAML 1.1, which other Sigma tools read, but not to YAML 1.2",
                "put it in quotes if text is meant: '\(scalar.text)'")
        }
        return nil
    }
}
