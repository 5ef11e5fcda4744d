import Bytes
import Events
import Network

extension Matcher {
    /// The programs of a group that may match, a bit for each, out of those in `start`.
    ///
    /// Most are ruled out by what the message lacks (`rare` are the rare fields that it has), and by how its texts begin and end.
    mutating func candidates(
        _ group: ProgramGroup, _ start: UInt64, _ rare: UInt32, _ event: borrowing some EventSource & ~Copyable,
        _ context: EventContext, message: RawSpan
    ) -> UInt64 {
        var candidates = start
        for index in group.requiredFields where rare & buckets.requiredFields[index].fields == 0 {
            candidates &= ~buckets.requiredFields[index].programs
        }
        for index in group.textGuards where candidates & buckets.textGuards[index].programs != 0 {
            let (slot, table) = (buckets.textGuards[index].slot, buckets.textGuards[index].table)
            if fetched[slot].generation != generation { fetch(slot, event, context, message: message) }
            let range = fetched[slot].range
            if range.isEmpty { candidates &= ~buckets.textGuards[index].needing }
            // Of several values one may answer one check and one another.
            guard range.count == 1, case .bytes(let reference) = values.values[range.lowerBound] else { continue }
            candidates &= values.withBytes(reference, message: message) { text in
                guard text.byteCount > 0 else { return .max }
                return buckets.textMasks[table &+ Int(text.byte(at: 0))]
                    & buckets.textMasks[table &+ 256 &+ Int(text.byte(at: text.byteCount &- 1))]
            }
        }
        return candidates
    }

    /// Walks a program, and notes it where it ends with a match.
    mutating func run(
        _ program: Program, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext,
        message: RawSpan
    ) {
        if isMet(program.start, event, context, message: message) { note(program.rule) }
    }

    /// Walks the code of a condition; true where it ends with a match.
    mutating func isMet(
        _ start: Int32, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> Bool {
        var next = start
        while next >= 0 {
            let instruction = instructions[Int(next)]
            let isTrue = answer(Int(instruction.check), event, context, message: message)
            next = isTrue ? instruction.ifTrue : instruction.ifFalse
        }
        return next == Instruction.accept
    }

    /// What the current event says to a check, which is made once for it.
    @inline(__always)
    mutating func answer(
        _ check: Int, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> Bool {
        let known = answers[check]
        if known >> 1 == generation { return known & 1 == 1 }
        let slot = Int(checkSlots[check])
        let isTrue: Bool
        if slot >= 0 {
            if fetched[slot].generation != generation { fetch(slot, event, context, message: message) }
            isTrue = anyValue(of: slot, answers: check, message: message)
        } else {
            isTrue = compareFields(check, event, context, message: message)
        }
        answers[check] = generation << 1 | (isTrue ? 1 : 0)
        return isTrue
    }
}

extension Matcher {
    /// A check that needs two fields.
    private mutating func compareFields(
        _ check: Int, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> Bool {
        guard case .fieldReference(let other, let shape, let cased) = checks[check].predicate else { return false }
        let slot = checks[check].slot
        fetch(slot, event, context, message: message)
        fetch(other, event, context, message: message)
        return anyValue(of: slot, refersTo: other, shape, cased: cased, message: message)
    }
}
