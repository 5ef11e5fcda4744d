import Bytes
import Events
import Network
import Payload
import Tables

extension PolicyMonitor {
    /// Looks at a record that a client publishes.
    mutating func lookAtPublication(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, _ message: RawSpan,
        _ role: InventoryRoles, _ category: Int
    ) {
        guard readName(event, message, role), !name.isEmpty else { return }
        let key = hash.mix(hash.hash(name.span.bytes, initial: 5), serverHash(context, category))
        let known = names.use(key)
        let slot = known ?? addName(key, .topics, context, category)
        let client = context.client
        var publisher = hash.hash(client.address.high, client.address.low, UInt64(client.port), 0, 6)
        // The same connection as before need not be asked who it is.
        if names[slot].publisher != publisher || known == nil {
            if let party = party(event, context, message, role, category) {
                lookAtPublisher(slot, party, context)
                takeOver(slot, party, context)
            } else {
                // Whose connection was seen from its middle on cannot be told from the one that it is usual for.
                publisher = 0
                names[slot].isRightful = true
            }
            names[slot].publisher = publisher
        }
        if names[slot].isRightful { noteLife(slot, context) }
        notePace(slot, context)
        guard names[slot].rule >= 0 else { return }
        lookAtRecord(slot, event, context, message, .topics)
        let rule = Int(names[slot].rule)
        if index.rules[rule].entry.flag(.retained) == false, reader.truth(role.isRetained, event, message) == true,
            names[slot].told.isDue(PolicyDeviation.Kind.retainedChanged.rawValue, at: context.timestamp)
        {
            tell(slot, .retainedChanged, .topics, "not kept by the server", "kept by the server", context)
        }
    }

    /// Copies the name of a record; false for one that may have been sent before, and where there is no name.
    private mutating func readName(
        _ event: borrowing some EventSource & ~Copyable, _ message: RawSpan, _ role: InventoryRoles
    ) -> Bool {
        guard let head = event.recordHead, let range = head.name else {
            return reader.truth(role.isRepeated, event, message) != true
                && reader.copy(role.name, event, message, to: &name)
        }
        if head.isRepeated { return false }
        name.removeAll(keepingCapacity: true)
        name.append(copying: message.slice(range))
        return true
    }

    /// A client publishes a name after another, or for the first time: whether it is the one whose silence is told.
    private mutating func takeOver(_ slot: Int, _ place: Int, _ context: EventContext) {
        let party = parties[place]
        names[slot].kind = party.kind
        names[slot].party = party.name
        let rule = names[slot].rule >= 0 ? index.rules[Int(names[slot].rule)] : nil
        guard rule?.has(party.kind, in: .publishers) != false, rule?.denies(party.kind) != true else {
            names[slot].isRightful = false
            return
        }
        // Of several that may publish it each keeps it alive. Whoever slips in does not become the owner while that one
        // speaks, and not before it is told that it fell silent.
        let age = context.timestamp.nanoseconds(since: names[slot].last)
        let isFree =
            names[slot].holder.isEmpty || rule?.entry.flag(.single) != true
            || age > max(Self.ownership, 2 * names[slot].silence)
        if isFree, names[slot].holder != party.name {
            names[slot].holder = party.name
            names[slot].holderKind = party.kind
            names[slot].holderForm = NameTemplate.text(party.name, as: .client)
        }
        names[slot].isRightful = isFree || isHolder(party, slot)
    }

    /// Whether a client is the one whose topic it is: one that makes up another name for each session stays the same.
    private func isHolder(_ party: PolicyParty, _ slot: Int) -> Bool {
        names[slot].holder == party.name || NameTemplate.text(party.name, as: .client) == names[slot].holderForm
    }

    /// A name that was not seen before.
    mutating func addName(
        _ key: UInt64, _ section: PolicySection, _ context: EventContext, _ category: Int
    ) -> Int {
        var template: [UInt8] = []
        NameTemplate.write(name.span.bytes, as: .record, to: &template)
        var state = PolicyName()
        state.scope = serverKey(context, category)
        state.label = String(decoding: template, as: UTF8.self)
        state.isCommand = CommandWords.isIn(name.span.bytes)
        state.isResource = section == .resources
        state.paceStart = context.timestamp
        state.last = context.timestamp
        let slot = names.insert(key, state)
        resolve(slot)
        return slot
    }

    /// Looks up what the policy says of a name.
    mutating func resolve(_ slot: Int) {
        let (label, scope) = (names[slot].label, names[slot].scope)
        let section = names[slot].isResource ? PolicySection.resources : .topics
        (names[slot].rule, names[slot].silence, names[slot].publisher) = (-1, 0, 0)
        if index.isCommand(label, at: scope) { names[slot].isCommand = true }
        guard let place = index.place(section, label, at: scope) else { return }
        names[slot].rule = Int32(truncatingIfNeeded: place)
        if index.mode(of: .heartbeats) != .learn, let heartbeat = index.place(.heartbeats, label, at: scope),
            let seconds = index.rules[heartbeat].entry.number(.silence), seconds > 0, seconds < 1e9
        {
            names[slot].silence = Int64(seconds * 1e9)
        }
        let rule = index.rules[place]
        let hasBand = rule.entry.values[.values] != nil && rule.entry.values[.set] == nil
        if hasBand, names[slot].window < 0, windows.count < limits.names / 16 {
            names[slot].window = Int32(truncatingIfNeeded: windows.count)
            windows.append(NumberWindow())
        }
    }

    /// Looks whether a client may publish to a name.
    private mutating func lookAtPublisher(_ slot: Int, _ place: Int, _ context: EventContext) {
        let party = parties[place]
        let state = names[slot]
        let isCommand = state.isCommand
        if !isCommand { noteRole("publishes", place, context) }
        if isCommand { lookAtCommand(slot, place, context) }
        if state.rule >= 0, index.rules[Int(state.rule)].denies(party.kind) {
            return tellDenied(.topics, state.label, party, context)
        }
        guard state.rule >= 0, index.rules[Int(state.rule)].isAllowed else {
            guard party.rule >= 0, names[slot].told.isDue(PolicyDeviation.Kind.newTopic.rawValue, at: context.timestamp)
            else { return }
            var deviation = deviation(.newTopic, .topics, state.label, party)
            let nearest = index.nearestTopic(to: state.label, of: party.kind, at: state.scope)
            deviation.expected = nearest ?? "a topic of the policy"
            deviation.observed = "\(party.name) publishes \(state.label)"
            return tell(deviation, .topics, context)
        }
        let rule = index.rules[Int(state.rule)]
        let publishers = rule.entry.texts(.publishers) ?? []
        if !rule.has(party.kind, in: .publishers) {
            let kind = publishers.count == 1 ? PolicyDeviation.Kind.secondPublisher : .newPublisher
            guard names[slot].told.isDue(kind.rawValue, at: context.timestamp) else { return }
            var deviation = deviation(kind, .topics, state.label, party)
            deviation.state = rule.isCandidate ? "candidate" : "allow"
            deviation.expected = publishers.joined(separator: ", ")
            deviation.observed = "\(party.name) at \(context.client.address)"
            return tell(deviation, .topics, context)
        }
        // Of random names nobody can tell which is whose.
        guard rule.entry.flag(.single) == true, !state.holder.isEmpty, !isHolder(party, slot),
            names[slot].told.isDue(PolicyDeviation.Kind.secondPublisher.rawValue, at: context.timestamp)
        else { return }
        var deviation = deviation(.secondPublisher, .topics, state.label, party)
        deviation.state = rule.isCandidate ? "candidate" : "allow"
        deviation.expected = "\(state.holder) alone"
        deviation.observed = "\(party.name) at \(context.client.address)"
        tell(deviation, .topics, context)
    }

    /// Looks whether a client may command.
    mutating func lookAtCommand(_ slot: Int, _ place: Int, _ context: EventContext) {
        let (party, state) = (parties[place], names[slot])
        let rule = index.place(.commands, party.kind, at: state.scope).map { index.rules[$0] }
        if rule?.deniesAll == true { return tellDenied(.commands, state.label, party, context) }
        guard rule?.isAllowed != true,
            names[slot].told.isDue(PolicyDeviation.Kind.newCommand.rawValue, at: context.timestamp)
        else { return }
        var deviation = deviation(.newCommand, .commands, state.label, party)
        deviation.expected = "\(party.kind) never commanded"
        deviation.observed = "\(party.name) at \(context.client.address)"
        tell(deviation, .commands, context)
    }

    /// Looks at what a record holds.
    mutating func lookAtRecord(
        _ slot: Int, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, _ message: RawSpan,
        _ section: PolicySection
    ) {
        let entry = index.rules[Int(names[slot].rule)].entry
        if let formats = entry.texts(.formats), reader.copy(Self.format, event, message, to: &name) {
            let isUsual = formats.contains { $0.utf8.elementsEqual(name) }
            if !isUsual, names[slot].told.isDue(PolicyDeviation.Kind.newFormat.rawValue, at: context.timestamp) {
                tell(
                    slot, .newFormat, section, formats.joined(separator: ", "), String(decoding: name, as: UTF8.self),
                    context)
            }
        }
        if let (least, most) = entry.band(.size), let bytes = reader.integer(Self.bytes, event, message),
            Double(bytes) < least || Double(bytes) > most,
            names[slot].told.isDue(PolicyDeviation.Kind.sizeOutOfBand.rawValue, at: context.timestamp)
        {
            tell(slot, .sizeOutOfBand, section, "\(Int(least)) to \(Int(most)) bytes", "\(bytes) bytes", context)
        }
        guard index.rules[Int(names[slot].rule)].judgesNumbers,
            let number = reader.number(Self.number, event, message)
        else { return }
        lookAtNumber(slot, number, entry, section, context)
    }

    private mutating func lookAtNumber(
        _ slot: Int, _ number: Double, _ entry: PolicyEntry, _ section: PolicySection, _ context: EventContext
    ) {
        if let unit = entry.texts(.clock)?.first {
            let seconds = unit == "ms" ? number / 1000 : number
            let offset = seconds - Double(context.timestamp.microseconds) / 1e6
            if abs(offset) > 300, names[slot].told.isDue(PolicyDeviation.Kind.timeJump.rawValue, at: context.timestamp)
            {
                tell(
                    slot, .timeJump, section, "the time of the capture", "\(Int(max(-1e15, min(1e15, offset)))) s off",
                    context)
            }
            return
        }
        var expected: String?
        if let set = entry.numbers(.set) {
            if !set.contains(number) { expected = set.map(Self.text).joined(separator: ", ") }
        }
        if let (least, most) = entry.band(.values), number < least || number > most {
            // Either may allow it, where one was written by a person.
            if entry.values[.set] == nil || expected != nil { expected = "\(Self.text(least)) to \(Self.text(most))" }
        } else if entry.values[.values] != nil {
            expected = nil
        }
        if let expected, names[slot].told.isDue(PolicyDeviation.Kind.valueOutOfBand.rawValue, at: context.timestamp) {
            tell(slot, .valueOutOfBand, section, expected, Self.text(number), context)
        }
        names[slot].run = names[slot].number == number ? min(names[slot].run, .max - 1) + 1 : 1
        names[slot].number = number
        if let run = entry.number(.run), Double(names[slot].run) > run,
            names[slot].told.isDue(PolicyDeviation.Kind.stuckValue.rawValue, at: context.timestamp)
        {
            tell(
                slot, .stuckValue, section, "at most \(Int(min(run, 1e9))) times in a row",
                "\(Self.text(number)) \(names[slot].run) times", context)
        }
        let window = Int(names[slot].window)
        if window >= 0, windows[window].note(number),
            names[slot].told.isDue(PolicyDeviation.Kind.replayedValues.rawValue, at: context.timestamp)
        {
            tell(
                slot, .replayedValues, section, "numbers that differ from time to time",
                "the same \(NumberWindow.least) numbers again", context)
        }
    }

    /// Tells a deviation of the records of a name.
    mutating func tell(
        _ slot: Int, _ kind: PolicyDeviation.Kind, _ section: PolicySection, _ expected: String, _ observed: String,
        _ context: EventContext
    ) {
        let state = names[slot]
        var deviation = PolicyDeviation(kind, section: section.rawValue, name: state.label)
        deviation.party = state.kind
        deviation.client = state.party
        deviation.server = state.scope
        deviation.expected = expected
        deviation.observed = observed
        deviation.state = state.rule >= 0 && index.rules[Int(state.rule)].isCandidate ? "candidate" : "allow"
        tell(deviation, section, context)
    }

    private static func text(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
    }

    /// How long a topic stays that of a client which does not publish it any more, in nanoseconds.
    private static let ownership: Int64 = 600_000_000_000
    private static let format = PayloadField.format.id
    private static let bytes = PayloadField.bytes.id
    private static let number = PayloadField.number.id
}
