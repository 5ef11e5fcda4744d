/// `condition`: text, or a list of texts of which any may hold.
extension DocumentReader {
    /// The longest condition, in characters.
    ///
    /// Each of its words can be a `1 of` over all selections.
    private static let longestCondition = 4096

    mutating func conditions(_ node: YAMLNode, over names: [Located<String>]) -> [Located<Condition>]? {
        var nodes = [node]
        if case .list(let items) = node.content { nodes = items }
        guard !nodes.isEmpty else {
            error(.emptyValue, node.position, "the list of conditions is empty")
            return nil
        }
        var used: Set<Int> = []
        var conditions: [Located<Condition>] = []
        for node in nodes {
            if let condition = condition(node, over: names, &used) { conditions.append(condition) }
        }
        readStepConditions(over: names, &used)
        guard conditions.count == nodes.count else { return nil }
        // A name that begins with `_` says that it is left out on purpose (specification, *Condition*).
        for (index, name) in names.enumerated() where !used.contains(index) && name.value.first != "_" {
            warning(
                .unusedSelection, name.position, "no condition uses the selection `\(name.value)`",
                "remove it, or begin its name with `_`")
        }
        return conditions
    }

    /// Reads one condition, and notes which selections it uses.
    mutating func condition(
        _ node: YAMLNode, over names: [Located<String>], _ used: inout Set<Int>
    ) -> Located<Condition>? {
        guard let text = string(node, "the condition") else { return nil }
        guard text.unicodeScalars.count <= Self.longestCondition else {
            error(.tooLong, node.position, "the condition has more than \(Self.longestCondition) characters")
            return nil
        }
        var parser = ConditionParser(text, over: names.map(\.value))
        do throws(ConditionParser.Problem) {
            let condition = Located(try parser.parse(), at: node.position)
            used.formUnion(parser.used)
            return condition
        } catch {
            let position = position(ofCharacter: error.offset, in: text, at: node.position)
            self.error(error.code, position, error.message, error.hint)
            return nil
        }
    }
}
