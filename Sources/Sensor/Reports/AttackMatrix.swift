import Detection
import Events

/// How many rules are tagged with each technique of ATT&CK.
public struct AttackMatrix: Sendable {
    /// A technique, and the rules that are tagged with it.
    public struct Cell: Sendable {
        /// The number of the technique.
        public var id: String
        /// Its name; the number where it is not known.
        public var name: String
        /// The titles of the rules, in their order.
        public var rules: [String]
    }

    /// A tactic with its techniques, in the order of their numbers.
    public struct Column: Sendable {
        /// The tactic; empty for techniques of which it is not known.
        public var tactic: String
        /// The techniques that some rule is tagged with.
        public var cells: [Cell]
    }

    private var rules: [String: [String]] = [:]

    /// The matrix of rules.
    public init(_ rules: [CompiledRule]) {
        for rule in rules { for id in rule.techniques { self.rules[id, default: []].append(rule.title) } }
    }

    /// The columns of a matrix: that for industrial control systems, or that for enterprises.
    ///
    /// A technique that serves several tactics stands in each of their columns.
    public func columns(ofICS isICS: Bool) -> [Column] {
        let own = cells(ofICS: isICS)
        let tactics = isICS ? AttackTechnique.icsTactics : AttackTechnique.enterpriseTactics
        let known = tactics.map { tactic in
            Column(
                tactic: tactic,
                cells: own.filter { AttackTechnique.technique($0.id)?.tactics.contains(tactic) ?? false })
        }
        let rest = own.filter { AttackTechnique.technique($0.id) == nil }
        return known + (rest.isEmpty ? [] : [Column(tactic: "", cells: rest)])
    }

    private func cells(ofICS isICS: Bool) -> [Cell] {
        rules.keys.filter { $0.hasPrefix("T0") == isICS }.sorted().map { id in
            Cell(id: id, name: AttackTechnique.technique(id)?.name ?? id, rules: rules[id] ?? [])
        }
    }

    /// A layer for the ATT&CK Navigator, format 4.5: each technique scored by the number of its rules.
    public func navigatorLayer(ofICS isICS: Bool) -> [UInt8] {
        let cells = cells(ofICS: isICS)
        let domain = isICS ? "ics-attack" : "enterprise-attack"
        var text = Array(
            """
            {"name":"Earshot","versions":{"layer":"4.5"},"domain":"\(domain)",\
            "description":"How many rules of Earshot are tagged with each technique","techniques":[
            """.utf8)
        for (index, cell) in cells.enumerated() {
            text += Array((index == 0 ? "\n" : ",\n").utf8)
            text += Array(#"{"techniqueID":"\#(cell.id)","score":\#(cell.rules.count),"comment":"#.utf8)
            appendJSONString(cell.rules.joined(separator: "; "), to: &text)
            text.append(UInt8(ascii: "}"))
        }
        let most = cells.map(\.rules.count).max() ?? 1
        text += Array(
            "\n],\"gradient\":{\"colors\":[\"#ffffff\",\"#66b1ff\"],\"minValue\":0,\"maxValue\":\(most)}}\n".utf8)
        return text
    }
}
