import Bytes
import Events
import Network
import Tables

extension Matcher {
    /// Notes that the condition of a rule holds.
    mutating func note(_ rule: Int32) {
        // A rule has one program for each kind of message, and so is met once.
        met[metCount] = rule
        metCount &+= 1
        for place in plans.rules[Int(rule)].reached.indices {
            let reached = plans.reached[place]
            enter(reached.input, isDirect: !reached.isChained)
        }
    }

    /// Queues an input, once for each event, in the order of their numbers: a correlation that another refers to stands
    /// before that one.
    private mutating func enter(_ input: Int32, isDirect: Bool) {
        let number = Int(input)
        let isKnown = touched[number] >> 1 == generation
        if isKnown, !isDirect { return }
        touched[number] = generation << 1 | (isDirect ? 1 : 0)
        if isKnown { return }
        var place = pendingCount
        while place > 0, pending[place &- 1] > input {
            pending[place] = pending[place &- 1]
            place &-= 1
        }
        pending[place] = input
        pendingCount &+= 1
    }

    /// Makes the records of an event that met a rule.
    mutating func record(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan, token: UInt64
    ) {
        let time = context.timestamp.nanoseconds
        for index in 0..<metCount {
            let rule = met[index]
            var record = MatchRecord(time: time, token: token, number: rule, kind: .rule)
            addRow(plans.rules[Int(rule)].row, to: &record, event, context, message: message)
            record.step = step(plans.rules[Int(rule)].steps, event, context, message: message)
            add(record)
        }
        for index in 0..<pendingCount {
            let input = pending[index]
            let plan = plans.inputs[Int(input)]
            let isDirect = touched[Int(input)] & 1 == 1
            var record = MatchRecord(time: time, token: token, number: input, kind: isDirect ? .input : .chainedInput)
            let group = key(plan.group, event, context, message: message)
            record.group = group.hash
            record.hasGroup = group.isWhole
            if group.isWhole {
                addRow(plan.row, to: &record, event, context, message: message)
                let start = recordValues.count
                if plan.values != .none { addValues(plan, event, context, message: message) }
                record.values = IndexRange(start..<recordValues.count)
            }
            add(record)
        }
    }

    /// Adds what the alert row asks of an event.
    private mutating func addRow(
        _ row: MatchPlans.Row, to record: inout MatchRecord, _ event: borrowing some EventSource & ~Copyable,
        _ context: EventContext, message: RawSpan
    ) {
        guard row.key >= 0 else { return }
        record.row = key(row.key, event, context, message: message).hash
        if row.distinct >= 0 {
            let distinct = key(row.distinct, event, context, message: message)
            record.distinct = distinct.hash
            record.hasDistinct = distinct.isWhole
        }
        if row.bytesSlot >= 0 {
            fetch(Int(row.bytesSlot), event, context, message: message)
            record.bytes = total(of: Int(row.bytesSlot), 1)
        }
        for place in row.kinds.indices {
            record.kinds |= kinds(Int(plans.kindSlots[place]), event, context, message: message)
        }
    }

    /// The keywords of a field, a bit for each.
    private mutating func kinds(
        _ slot: Int, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> UInt64 {
        if fetched[slot].generation != generation { fetch(slot, event, context, message: message) }
        var bits: UInt64 = 0
        for place in fetched[slot].range {
            guard case .bytes(let reference) = values.values[place] else { continue }
            textBuffer.removeAll(keepingCapacity: true)
            values.withBytes(reference, message: message) { textBuffer.append(copying: $0) }
            bits |= keywords.bit(of: textBuffer)
        }
        return bits
    }

    /// The worst step whose condition an event meets; 0 where it meets none.
    private mutating func step(
        _ steps: IndexRange, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> UInt8 {
        for index in steps.indices where isMet(plans.steps[index].start, event, context, message: message) {
            return plans.steps[index].number
        }
        return 0
    }

    /// The hash of a list of fields; an absent one counts as a value of its own.
    private mutating func key(
        _ number: Int32, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) -> EventKey {
        if keys[Int(number)].generation == generation { return keys[Int(number)] }
        var key = KeyHash(hash, 0)
        var isWhole = true
        for place in plans.keys[Int(number)].indices {
            let slot = Int(plans.keySlots[place])
            if fetched[slot].generation != generation { fetch(slot, event, context, message: message) }
            let range = fetched[slot].range
            if range.isEmpty { isWhole = false }
            key.add(UInt64(range.count))
            for index in range { add(values.values[index], to: &key, message: message) }
        }
        let made = EventKey(generation: generation, hash: key.key, isWhole: isWhole)
        keys[Int(number)] = made
        return made
    }

    private func add(_ value: FieldValue, to key: inout KeyHash, message: RawSpan) {
        switch value {
        case .bool(let flag): key.add(flag ? 1 : 0)
        case .int(let number): key.add(UInt64(bitPattern: number))
        case .float(let number): key.add(number.bitPattern)
        case .time(let time): key.add(UInt64(bitPattern: time.nanoseconds))
        case .address(let address):
            key.add(address.isIPv4 ? 4 : 6)
            key.add(address.high)
            key.add(address.low)
        case .bytes(let reference):
            values.withBytes(reference, message: message) { key.add(folding: $0) }
        }
    }

    private mutating func addValues(
        _ plan: MatchPlans.Input, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext,
        message: RawSpan
    ) {
        if case .combination = plan.values {
            let combination = key(plan.combination, event, context, message: message)
            if combination.isWhole { add(MatchValue(combination.hash)) }
            return
        }
        let slot = Int(plan.valueSlot)
        fetch(slot, event, context, message: message)
        switch plan.values {
        case .none, .combination: break
        case .hashes:
            for index in fetched[slot].range {
                var key = KeyHash(hash, 0)
                add(values.values[index], to: &key, message: message)
                add(MatchValue(key.key))
            }
        case .numbers:
            for index in fetched[slot].range {
                if let number = number(at: index, plan.scale) { add(MatchValue(number)) }
            }
        case .totals:
            let over = Int(plan.overSlot)
            fetch(over, event, context, message: message)
            let (first, second) = (total(of: slot, plan.scale), total(of: over, plan.scale))
            if first != 0 || second != 0 { add(MatchValue(first, over: second)) }
        }
    }

    /// A value as a number of the windows, in units of 1 / `scale`; `nil` where it is none.
    private func number(at index: Int, _ scale: Int64) -> Int64? {
        switch values.values[index] {
        case .int(let number):
            if scale == 1 { return number }
            let (product, overflow) = number.multipliedReportingOverflow(by: scale)
            return overflow ? (number < 0 ? .min : .max) : product
        case .float(let number):
            guard number.isFinite else { return nil }
            let scaled = (number * Double(scale)).rounded()
            return Int64(exactly: scaled) ?? (scaled < 0 ? .min : .max)
        default: return nil
        }
    }

    private func total(of slot: Int, _ scale: Int64) -> Int64 {
        var sum: Int64 = 0
        for index in fetched[slot].range {
            guard let number = number(at: index, scale) else { continue }
            let (next, overflow) = sum.addingReportingOverflow(number)
            sum = overflow ? (number < 0 ? .min : .max) : next
        }
        return sum
    }
}
