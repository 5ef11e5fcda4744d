import Detection
import Sigma

/// A part of a rule that is explained on its own.
struct RulePart {
    /// What says whether an event meets it.
    enum Source {
        /// The rule of that id, as it runs.
        case rule(String)
        /// The rule of that id that was made of the part.
        case piece(String)
    }

    var depth: Int
    var text: String
    var source: Source
    /// The field that is tested.
    var field: String?
}

/// Takes rules apart, and makes a rule of each part.
struct RulePartCollector {
    private(set) var parts: [RulePart] = []
    private(set) var documents: [SigmaDocument] = []
    private let rules: RuleSet
    private var path: Set<String> = []

    init(_ rules: RuleSet) { self.rules = rules }

    /// Adds a rule with its selections, conditions and filters.
    mutating func add(_ rule: SigmaRule, _ compiled: CompiledRule, depth: Int) {
        parts.append(RulePart(depth: depth, text: compiled.title, source: .rule(compiled.id)))
        let filters = rules.filters(on: compiled)
        add(rule, title: nil, depth: depth + 1)
        for filter in filters {
            var tree = rule
            tree.selections = filter.selections
            tree.conditions = [filter.condition]
            add(tree, title: filter.title.value, depth: depth + 1)
        }
    }

    /// Adds a correlation with the rules that it counts.
    mutating func add(_ correlation: SigmaCorrelation, _ compiled: CompiledRule, depth: Int) {
        guard path.insert(compiled.id).inserted else { return }
        parts.append(RulePart(depth: depth, text: compiled.title, source: .rule(compiled.id)))
        for source in rules.sources(of: correlation) {
            switch rules.document(of: source) {
            case .rule(let tree)?: add(tree, source, depth: depth + 1)
            case .correlation(let tree)?: add(tree, source, depth: depth + 1)
            case .filter?, nil: break
            }
        }
    }

    private mutating func add(_ rule: SigmaRule, title: String?, depth: Int) {
        let names = rule.selections.map(\.name.value)
        let prefix = title.map { "filter '\($0)', " } ?? ""
        for (index, selection) in rule.selections.enumerated() {
            var piece = rule
            piece.selections = [selection]
            piece.conditions = [Located(.selection(0), at: rule.selections[index].name.position)]
            addPiece(piece, prefix + selection.name.value, depth: depth)
            add(selection.body, of: piece, depth: depth + 1)
        }
        for condition in rule.conditions {
            var piece = rule
            piece.conditions = [condition]
            addPiece(piece, "\(prefix)condition: \(condition.value.text(names))", depth: depth)
        }
    }

    /// Adds what a selection consists of.
    private mutating func add(_ body: SelectionBody, of rule: SigmaRule, depth: Int) {
        switch body {
        case .all(let tests):
            for test in tests {
                var piece = rule
                piece.selections[0].body = .all([test])
                addPiece(piece, test.text, field: test.field.value, depth: depth)
            }
        case .any(let bodies):
            for (index, inner) in bodies.enumerated() {
                var piece = rule
                piece.selections[0].body = inner
                addPiece(piece, "alternative \(index + 1)", depth: depth)
                add(inner, of: piece, depth: depth + 1)
            }
        case .keywords: break
        }
    }

    private mutating func addPiece(_ rule: SigmaRule, _ text: String, field: String? = nil, depth: Int) {
        let id = "part \(documents.count + 1)"
        var piece = rule
        piece.metadata.id = Located(id, at: rule.metadata.position)
        piece.metadata.name = nil
        piece.metadata.earshot = EarshotExtension()
        documents.append(.rule(piece))
        parts.append(RulePart(depth: depth, text: text, source: .piece(id), field: field))
    }
}
