import Events
import Sigma

extension Compilation {
    /// Puts all that was loaded together.
    func link(_ discriminators: [Discriminator]) -> CompiledRules {
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
        var buckets = ProgramBuckets()
        for category in EventCategory.allCases {
            var entries: [(program: Int32, types: MessageTypes)] = []
            let chosen = discriminators.filter { $0.category == category }
            for (place, document) in order.compactMap({ loaded[$0] }).enumerated() {
                guard !rules[place].isCorrelation, rules[place].category ?? category == category else { continue }
                // An event never has a field of another category, so a check on one says no.
                let condition = document.condition.simplified { check in
                    let owner = pool.slots[pool.checks[check].slot].entry.category
                    return owner ?? category == category ? nil : false
                }
                if condition == .constant(false) { continue }
                let types = condition.possibleTypes { pool.types(of: $0, chosen) }
                let start = builder.emit(condition, ifTrue: Instruction.accept, ifFalse: Instruction.reject)
                entries.append((Int32(programs.count), types))
                programs.append(Program(start: start, rule: Int32(place)))
            }
            buckets.fill(category, entries)
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

    /// The message types for which a check can say yes.
    func types(of number: Int, _ discriminators: [Discriminator]) -> MessageTypes {
        let check = checks[number]
        let slot = slots[check.slot]
        guard slot.source == nil else { return .every }
        var types = MessageTypes.every
        for discriminator in discriminators where discriminator.field == slot.entry.id {
            var listed = MessageTypes.none
            var matching = MessageTypes.none
            for (name, codes) in discriminator.codes {
                let text = Array(name.utf8)
                let answer = check.question.answer(text.span.bytes, literals: literals.span.bytes, globs: globs)
                for code in codes {
                    listed.insert(code)
                    if answer ?? true { matching.insert(code) }
                }
            }
            for code in UInt8.min...UInt8.max where !listed.contains(code) { matching.insert(code) }
            types = types.intersection(matching)
        }
        return types
    }
}
