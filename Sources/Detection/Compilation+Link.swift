import Events
import Sigma

extension Compilation {
    /// Puts all that was loaded together.
    func link(_ discriminators: [Discriminator], _ rareFields: [RareField]) -> CompiledRules {
        let order = loaded.keys.sorted()
        let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        var rules: [CompiledRule] = []
        var feeds: [[Int]] = order.map { _ in [] }
        var correlations: [CorrelationPlan] = []
        var silenced: Set<Int> = []
        var generating: Set<Int> = []
        for (place, document) in order.compactMap({ loaded[$0] }).enumerated() {
            rules.append(document.rule)
            guard let (unplaced, sources, generates) = document.correlation else { continue }
            var plan = unplaced
            plan.rule = place
            for source in sources.compactMap({ places[$0] }) {
                feeds[source].append(correlations.count)
                if generates { generating.insert(source) } else { silenced.insert(source) }
            }
            correlations.append(plan)
        }
        for rule in silenced.subtracting(generating) { rules[rule].raisesAlerts = false }

        var builder = ProgramBuilder { pool.cost(of: $0) }
        var programs: [Program] = []
        var conditions: [Expression] = []
        var buckets = ProgramBuckets()
        for category in EventCategory.allCases {
            var entries: [[Int32]] = Array(repeating: [], count: 256)
            let typeTexts = TypeTexts(discriminators.filter { $0.category == category })
            for (place, document) in order.compactMap({ loaded[$0] }).enumerated() {
                guard !rules[place].isCorrelation, rules[place].category ?? category == category else { continue }
                // An event never has a field of another category, so a check on one says no.
                let condition = document.condition.simplified { check in
                    let owner = pool.slots[pool.checks[check].slot].entry.category
                    return owner ?? category == category ? nil : false
                }
                // The type of a message answers the checks on it beforehand: what is left of the condition is the
                // program for that type.
                let asked = condition.checks.filter { typeTexts.knows(pool.slots[pool.checks[$0].slot]) }
                var emitted: [[Bool?]: Int32?] = [:]
                for type in UInt8.min...UInt8.max {
                    let answers = asked.map { typeTexts.answer(to: $0, in: pool, for: type) }
                    if emitted[answers] == nil {
                        let rest = condition.simplified { check in
                            asked.firstIndex(of: check).flatMap { answers[$0] }
                        }
                        var program: Int32?
                        if rest != .constant(false) {
                            program = Int32(programs.count)
                            let start = builder.emit(rest, ifTrue: Instruction.accept, ifFalse: Instruction.reject)
                            programs.append(Program(start: start, rule: Int32(place)))
                            conditions.append(rest)
                        }
                        emitted[answers] = .some(program)
                    }
                    if let program = emitted[answers] ?? nil { entries[Int(type)].append(program) }
                }
            }
            let own = rareFields.filter { $0.category == category }
            buckets.fill(category, entries, GuardBuilder(pool: pool, conditions: conditions, rareFields: own))
        }
        return CompiledRules(
            rules: rules, pool: pool, instructions: builder.instructions, programs: programs, buckets: buckets,
            correlations: correlations, feeds: feeds, registry: registry)
    }
}

extension CheckPool {
    /// What a check costs, roughly in nanoseconds.
    func cost(of number: Int) -> Int {
        let slot = slots[checks[number].slot]
        let isLong = slot.entry.info.type == .text
        let fetch = slot.source == nil ? 4 : 40
        return switch checks[number].question {
        case .isPresent, .isBool, .compares, .comparesReal, .isAddress, .isWithin: fetch + 1
        case .text(let shape, _, _): fetch + (shape == .contains ? (isLong ? 100 : 20) : 6)
        case .fits: fetch + (isLong ? 200 : 30)
        case .finds, .matches: fetch + (isLong ? 300 : 80)
        }
    }
}

/// What the fields that follow from the type of a message hold for each type.
private struct TypeTexts {
    /// For each such field the text of each type; `nil` where a type has none, or more than one.
    private var texts: [FieldID: [[UInt8]?]] = [:]

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
            texts[discriminator.field] = row
        }
    }

    /// Whether a slot holds such a field, as the event gives it.
    func knows(_ slot: FieldSlot) -> Bool { slot.source == nil && texts[slot.entry.id] != nil }

    /// What a check on such a field says of messages of a type; `nil` where that is not known beforehand.
    func answer(to check: Int, in pool: CheckPool, for type: UInt8) -> Bool? {
        let check = pool.checks[check]
        guard let text = texts[pool.slots[check.slot].entry.id]?[Int(type)] else { return nil }
        return check.question.answer(text.span.bytes, literals: pool.literals.span.bytes, globs: pool.globs)
    }
}
