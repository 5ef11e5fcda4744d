import Bytes
import Events
import Patterns
import Sigma

extension Compilation {
    /// Puts all that was loaded together.
    mutating func link(
        _ discriminators: [Discriminator], _ rareFields: [RareField], _ settledFields: Set<FieldID>
    ) -> CompiledRules {
        let order = loaded.keys.sorted()
        let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        var rules = order.compactMap { loaded[$0]?.rule }
        let correlations = linkCorrelations(order, places, &rules)
        for (place, document) in order.enumerated() {
            guard let owner = loaded[document]?.ownerDocument else { continue }
            rules[place].rowOwner = places[owner]
            if let owner = places[owner] { rules[owner].steps[Int(rules[place].ownerStep)].rule = place }
        }

        let pool = pool
        let conditionsOfDocuments = order.map { loaded[$0]?.condition ?? .constant(false) }
        var builder = ProgramBuilder { pool.cost(of: $0) }
        var programs: [Program] = []
        var conditions: [Expression] = []
        var buckets = ProgramBuckets(registry.categories)
        var reached: Set<Int> = []
        var allEntries: [(category: EventCategory, entries: [[Int32]])] = []
        for category in registry.categories {
            var entries: [[Int32]] = Array(repeating: [], count: 256)
            let typeTexts = TypeTexts(discriminators.filter { $0.category == category })
            let isAlwaysAbsent = pool.checks.indices.map { pool.isAlwaysAbsent($0, in: category) }
            let isKnownByType = pool.slots.map { typeTexts.knows($0) }
            for (place, whole) in conditionsOfDocuments.enumerated() {
                guard !rules[place].isCorrelation, rules[place].category ?? category == category else { continue }
                // An event never has a field of another category, so a check on one says no.
                let condition = whole.simplified { isAlwaysAbsent[$0] ? false : nil }
                // The type of a message answers the checks on it beforehand: what is left of the condition is the
                // program for that type.
                let asked = condition.checks.filter { isKnownByType[pool.checks[$0].slot] }
                var emitted: [[Bool?]: Int32?] = [:]
                for types in typeTexts.alike {
                    let answers = asked.map { typeTexts.answer(to: $0, in: pool, for: types[0]) }
                    if emitted[answers] == nil {
                        let rest = condition.simplified { check in
                            asked.firstIndex(of: check).flatMap { answers[$0] }
                        }
                        var program: Int32?
                        if rest != .constant(false) {
                            reached.insert(place)
                            program = Int32(programs.count)
                            let start = builder.emit(rest, ifTrue: Instruction.accept, ifFalse: Instruction.reject)
                            programs.append(Program(start: start, rule: Int32(place)))
                            conditions.append(rest)
                        }
                        emitted[answers] = .some(program)
                    }
                    guard let program = emitted[answers] ?? nil else { continue }
                    for type in types { entries[Int(type)].append(program) }
                }
            }
            allEntries.append((category, entries))
        }
        for (place, document) in order.enumerated() {
            for (number, condition) in (loaded[document]?.steps ?? []).enumerated() {
                guard let condition else { continue }
                let start = builder.emit(condition, ifTrue: Instruction.accept, ifFalse: Instruction.reject)
                rules[place].stepConditions.append(
                    MatchPlans.Step(start: start, number: UInt8(truncatingIfNeeded: number + 1)))
            }
        }
        var index = RuleIndex(
            Set(allEntries.flatMap(\.entries)), conditions: conditions, pool: pool, rareFields: rareFields,
            settledSlots: pool.slots.map { settledFields.contains($0.entry.id) })
        var guards = GuardBuilder(pool: pool, conditions: conditions)
        for (category, entries) in allEntries {
            guards.rareFields = rareFields.filter { $0.category == category }
            buckets.fill(category, entries, guards, &index)
        }
        for (place, document) in order.enumerated() where !rules[place].isCorrelation && !reached.contains(place) {
            warnOfUnreachable(rules[place], document, discriminators)
        }
        var ready = pool
        ready.cache = PatternCache()
        return CompiledRules(
            rules: rules, names: RuleNames(rules), pool: ready, instructions: builder.instructions, programs: programs,
            buckets: buckets,
            index: index, correlations: correlations.plans, inputs: correlations.inputs, feeds: correlations.feeds,
            registry: registry, settledFields: settledFields)
    }

    /// Numbers the correlations and their inputs, and finds which rules only feed others.
    private mutating func linkCorrelations(
        _ order: [Int], _ places: [Int: Int], _ rules: inout [CompiledRule]
    ) -> (plans: [CorrelationPlan], inputs: [CorrelationInput], feeds: [[Int]]) {
        var plans: [CorrelationPlan] = []
        var inputs: [CorrelationInput] = []
        var feeds: [[Int]] = order.map { _ in [] }
        var silenced: Set<Int> = []
        var generating: Set<Int> = []
        var firstInputs: [Int: Int] = [:]
        // What lies below comes first: in the order of the inputs, a correlation is measured when all is in.
        let depths = order.map { loaded[$0]?.correlation?.depth ?? 0 }
        for place in order.indices.sorted(by: { (depths[$0], $0) < (depths[$1], $1) }) {
            let index = order[place]
            guard let draft = loaded[index]?.correlation else { continue }
            var plan = draft.plan
            plan.rule = place
            firstInputs[index] = inputs.count
            let groups = draft.inputs.map(\.input.groupSlots)
            for input in draft.inputs {
                for source in input.rules.compactMap({ places[$0] }) { feeds[source].append(inputs.count) }
                var made = input.input
                made.correlation = plans.count
                made.group = groups.firstIndex(of: made.groupSlots) ?? 0
                inputs.append(made)
            }
            plans.append(plan)
            let sources = Set(draft.sources.compactMap { places[$0] })
            if draft.generates { generating.formUnion(sources) } else { silenced.formUnion(sources) }
        }
        for index in order {
            guard let draft = loaded[index]?.correlation, let first = firstInputs[index] else { continue }
            for (offset, input) in draft.inputs.enumerated() {
                for origin in input.inputs {
                    guard let start = firstInputs[origin.document] else { continue }
                    inputs[start + origin.input].next.append(first + offset)
                }
            }
        }
        // What joins the rows of another rule is told there.
        let joining = order.filter { loaded[$0]?.ownerDocument != nil }.compactMap { places[$0] }
        let quiet = silenced.subtracting(generating).subtracting(joining)
        for rule in quiet { rules[rule].raisesAlerts = false }
        for (source, reference, place) in silencing where places[source].map(quiet.contains) ?? false {
            warn(
                place, "silenced-rule", reference.position,
                "\(reference.value) raises no alerts of its own any more, because this correlation counts it",
                hint: "add `generate: true` to the correlation, and both raise theirs")
        }
        for index in plans.indices where quiet.contains(plans[index].rule) { plans[index].raises = false }
        return (plans, inputs, feeds)
    }

    private mutating func warnOfUnreachable(
        _ rule: CompiledRule, _ document: Int, _ discriminators: [Discriminator]
    ) {
        let place = Place(document: document, file: rule.file, category: rule.category)
        let hint = loaded[document].flatMap { misspeltType($0.condition, discriminators) }
        warn(
            place, "unreachable-rule", rule.metadata.title.position, "No event can meet the condition of this rule",
            hint: hint ?? "it asks for a type that no message has, or for fields of protocols that exclude each other")
    }

    /// The type of messages that a condition asks for in vain, where one is spelled nearly like it.
    private func misspeltType(_ condition: Expression, _ discriminators: [Discriminator]) -> String? {
        for number in condition.checks {
            let check = pool.checks[number]
            guard case .text(.equals, let range, _) = check.predicate,
                let known = discriminators.first(where: { $0.field == pool.slots[check.slot].entry.id })
            else { continue }
            let name = String(decoding: pool.literals[range.offset..<range.end], as: UTF8.self)
            guard !known.codes.keys.contains(where: { $0.lowercased() == name.lowercased() }),
                let near = nearestName(to: name, among: known.codes.keys.sorted())
            else { continue }
            return "no message has the type \(name); did you mean \(near)?"
        }
        return nil
    }
}

extension CheckPool {
    /// Whether a check asks for a field that events of a category never have.
    func isAlwaysAbsent(_ number: Int, in category: EventCategory) -> Bool {
        let check = checks[number]
        if slots[check.slot].entry.category ?? category != category { return true }
        guard case .fieldReference(let other, _, _) = check.predicate else { return false }
        return slots[other].entry.category ?? category != category
    }

    /// What a check costs, roughly in nanoseconds.
    func cost(of number: Int) -> Int {
        let slot = slots[checks[number].slot]
        let isLong = slot.entry.info.type == .text
        let fetch = slot.source == nil ? 4 : 40
        return switch checks[number].predicate {
        case .isPresent, .isBool, .compares, .comparesReal, .isAddress, .isWithin: fetch + 1
        case .isWithinAny(let start, let end): fetch + end - start
        case .timePart: fetch + 20
        case .topic: fetch + 20
        case .fieldReference(let other, _, _): fetch + (slots[other].source == nil ? 10 : 50)
        case .oneOf: fetch + 20
        case .text(let shape, _, _): fetch + (shape == .contains ? (isLong ? 100 : 20) : 6)
        case .glob: fetch + (isLong ? 200 : 30)
        case .contains, .pattern: fetch + (isLong ? 300 : 80)
        }
    }
}

/// What the fields that follow from the type of a message hold for each type.
private struct TypeTexts {
    /// For each such field the text of each type; `nil` where a type has none, or more than one.
    private var texts: [FieldID: [[UInt8]?]] = [:]
    /// Fields that types without a text do not have.
    private var absentElse: Set<FieldID> = []
    /// The types, those together of which all texts are the same.
    private(set) var alike: [[UInt8]] = []

    init(_ discriminators: [Discriminator]) {
        for discriminator in discriminators {
            var row: [[UInt8]?] = Array(repeating: nil, count: 256)
            var isDoubtful = Array(repeating: false, count: 256)
            for (name, codes) in discriminator.codes {
                for code in codes {
                    if row[Int(code)] != nil { isDoubtful[Int(code)] = true }
                    row[Int(code)] = Array(name.utf8)
                }
            }
            for code in 0..<256 where isDoubtful[code] { row[code] = nil }
            if discriminator.isElseAbsent, !isDoubtful.contains(true) { absentElse.insert(discriminator.field) }
            texts[discriminator.field] = row
        }
        var places: [[[UInt8]?]: Int] = [:]
        for type in UInt8.min...UInt8.max {
            let own = discriminators.map { texts[$0.field]?[Int(type)] ?? nil }
            if let place = places[own] {
                alike[place].append(type)
            } else {
                places[own] = alike.count
                alike.append([type])
            }
        }
    }

    /// Whether a slot holds such a field, as the event gives it.
    func knows(_ slot: FieldSlot) -> Bool { slot.source == nil && texts[slot.entry.id] != nil }

    /// What a check on such a field says of messages of a type; `nil` where that is not known beforehand.
    func answer(to check: Int, in pool: CheckPool, for type: UInt8) -> Bool? {
        let check = pool.checks[check]
        let field = pool.slots[check.slot].entry.id
        guard let text = texts[field]?[Int(type)] else { return absentElse.contains(field) ? false : nil }
        return check.predicate.answer(text.span.bytes, literals: pool.literals.span.bytes, globs: pool.globs)
    }
}
