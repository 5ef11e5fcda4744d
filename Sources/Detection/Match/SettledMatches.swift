import Bytes
import Events
import Network

/// What is left to ask of messages whose settled fields are known: of most conditions those decide the outcome, and messages of one
/// session on one topic come again and again.
///
/// Bounded and never full: of two names that share a place the later one stays. Names are made with the seeded hash of their
/// source, so that nobody outside can make one that is taken for another.
struct SettledMatches: Sendable {
    /// The programs of a name that its settled fields do not rule out.
    private struct Entry: BitwiseCopyable {
        var name: UInt64 = 0
        var evaluations: UInt32 = 0
        var count: UInt32 = 0
        /// Where each goes on, behind what is decided.
        var starts: SIMD16<Int32> = .zero
        var rules: SIMD16<Int32> = .zero
    }

    /// The most programs that are left of a name that is known.
    static let mostLeft = 16
    /// A power of two: 1.2 MiB in all.
    private static let places = 8192

    private var entries: [Entry] = []
    /// Names that came once: what never comes again is not worth the work.
    private var seen: [UInt64] = []

    /// The name of messages of a kind: what their source says of them, and the rare fields that they have; never 0.
    static func name(_ settled: UInt64, _ rare: UInt32, bucket: Int) -> UInt64 {
        let other = UInt64(rare) << 16 ^ UInt64(truncatingIfNeeded: bucket)
        let mixed = (settled ^ (other &* 0x9E37_79B9_7F4A_7C15)) &* 0xC2B2_AE3D_27D4_EB4F
        return (mixed ^ mixed >> 29) | 1
    }

    func place(of name: UInt64) -> Int { Int(truncatingIfNeeded: name >> 1) & (Self.places &- 1) }

    /// Whether what is left of a name is known, at its place.
    func isKnown(_ name: UInt64, _ place: Int) -> Bool { !entries.isEmpty && entries[place].name == name }

    /// How many conditions a message of the name at a place is held against.
    func evaluations(_ place: Int) -> UInt64 { UInt64(entries[place].evaluations) }

    /// How many programs are left.
    func count(_ place: Int) -> Int { Int(entries[place].count) }

    /// The first instruction of what is left of a program, and its rule.
    func left(_ number: Int, _ place: Int) -> (start: Int32, rule: Int32) {
        (entries[place].starts[number], entries[place].rules[number])
    }

    /// Whether a name came before, and lately.
    mutating func isSeenAgain(_ name: UInt64) -> Bool {
        if seen.isEmpty { seen = Array(repeating: 0, count: Self.places) }
        let place = place(of: name)
        if seen[place] == name { return true }
        seen[place] = name
        return false
    }

    /// Keeps what is left of a name.
    mutating func keep(_ name: UInt64, evaluations: Int, _ left: Left) {
        if entries.isEmpty { entries = Array(repeating: Entry(), count: Self.places) }
        entries[place(of: name)] = Entry(
            name: name, evaluations: UInt32(clamping: evaluations), count: UInt32(left.count), starts: left.starts,
            rules: left.rules)
    }

    /// Programs as they are found.
    struct Left {
        fileprivate(set) var count = 0
        fileprivate var starts: SIMD16<Int32> = .zero
        fileprivate var rules: SIMD16<Int32> = .zero

        /// Adds one; false where there is no room.
        mutating func add(_ start: Int32, _ rule: Int32) -> Bool {
            guard count < SettledMatches.mostLeft else { return false }
            (starts[count], rules[count]) = (start, rule)
            count += 1
            return true
        }
    }
}

extension Matcher {
    /// Works out what is left to ask of messages like the current one, which was held against all rules just now.
    mutating func learn(
        _ name: UInt64, _ range: Range<Int>, _ bucket: Int, _ rare: UInt32,
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) {
        var left = SettledMatches.Left()
        let errors = patternErrors
        var evaluations = 0
        for place in range {
            let group = buckets.groups[place]
            evaluations += group.programs.count
            let number = place &- range.lowerBound
            var programs = group.all & (marked[number] | ~index.buckets[bucket].settled[number])
            for need in group.requiredFields where rare & buckets.requiredFields[need].fields == 0 {
                programs &= ~buckets.requiredFields[need].programs
            }
            while programs != 0 {
                let program = Int(buckets.programs[group.programs.lowerBound &+ programs.trailingZeroBitCount])
                programs &= programs &- 1
                let start = behindSettled(self.programs[program].start, event, context, message: message)
                var steps = Self.mostSteps
                guard mayAccept(start, &steps, event, context, message: message) else { continue }
                if !left.add(start, self.programs[program].rule) { return }
            }
        }
        if patternErrors == errors { known.keep(name, evaluations: evaluations, left) }
    }

    /// Instructions that are looked at of what is left of a program.
    private static let mostSteps = 64

    /// Walks a program as far as settled fields lead.
    private mutating func behindSettled(
        _ start: Int32, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> Int32 {
        var next = start
        while next >= 0, isSettled[Int(instructions[Int(next)].check)] {
            let instruction = instructions[Int(next)]
            let isTrue = answer(Int(instruction.check), event, context, message: message)
            next = isTrue ? instruction.ifTrue : instruction.ifFalse
        }
        return next
    }

    /// Whether a program can end with a match, whatever the fields say that are not settled.
    private mutating func mayAccept(
        _ start: Int32, _ steps: inout Int, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext,
        message: RawSpan
    ) -> Bool {
        let start = behindSettled(start, event, context, message: message)
        guard start >= 0, steps > 0 else { return start != Instruction.reject }
        steps -= 1
        let instruction = instructions[Int(start)]
        return mayAccept(instruction.ifTrue, &steps, event, context, message: message)
            || mayAccept(instruction.ifFalse, &steps, event, context, message: message)
    }
}

extension CompiledRules {
    /// For each check, whether settled fields alone decide it.
    var settledChecks: [Bool] {
        let slots = pool.slots.map { settledFields.contains($0.entry.id) }
        return pool.checks.map { check in
            guard case .fieldReference(let other, _, _) = check.predicate else { return slots[check.slot] }
            return slots[check.slot] && slots[other]
        }
    }
}
