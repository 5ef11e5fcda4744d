import Bytes
import Events
import Network
import Tables

extension PolicyMonitor {
    /// Looks at what a client asks of a resource.
    mutating func lookAtRequest(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, _ message: RawSpan,
        _ role: InventoryRoles, _ category: Int
    ) {
        guard reader.truth(role.isMulticast, event, message) != true,
            let place = party(event, context, message, role, category),
            reader.copy(role.name, event, message, to: &name)
        else { return }
        let slot = nameSlot(context, category)
        var method: [UInt8] = []
        guard reader.copy(role.method, event, message, to: &method) else { return }
        let isWriting = role.writing.contains { word in
            word.utf8CodeUnitCount == method.count && word.withUTF8Buffer { $0.elementsEqual(method) }
        }
        let party = parties[place]
        let state = names[slot]
        if state.isCommand, isWriting { lookAtCommand(slot, place, context) }
        guard state.rule >= 0 else {
            // What nobody answers is no resource: it is told where the answer comes.
            return
        }
        let rule = index.rules[Int(state.rule)]
        let text = String(decoding: method, as: UTF8.self)
        if rule.denies(party.kind) { return tellDenied(.resources, state.label, party, context) }
        if let methods = rule.entry.texts(.methods), !methods.contains(text),
            names[slot].told.isDue(PolicyDeviation.Kind.newMethod.rawValue, at: context.timestamp)
        {
            var deviation = deviation(.newMethod, .resources, state.label, party)
            deviation.expected = methods.joined(separator: ", ")
            deviation.observed = "\(text) by \(party.name)"
            return tell(deviation, .resources, context)
        }
        let list = isWriting ? PolicyAttribute.publishers : .readers
        guard !rule.has(party.kind, in: list),
            rule.entry.values[.readers] != nil || rule.entry.values[.publishers] != nil
        else { return }
        let kind = isWriting ? PolicyDeviation.Kind.newPublisher : .newReader
        guard names[slot].told.isDue(kind.rawValue, at: context.timestamp) else { return }
        var deviation = deviation(kind, .resources, state.label, party)
        deviation.expected = rule.entry.texts(list)?.joined(separator: ", ") ?? "nobody"
        deviation.observed = "\(text) by \(party.name)"
        tell(deviation, .resources, context)
    }

    /// Looks at what a server answers.
    mutating func lookAtResponse(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, _ message: RawSpan,
        _ role: InventoryRoles, _ category: Int
    ) {
        lookAtServer(context, category)
        guard reader.truth(role.isMulticast, event, message) != true, isSuccess(event, message, role),
            reader.copy(role.requestedName, event, message, to: &name)
        else { return }
        let slot = nameSlot(context, category)
        if names[slot].holder.isEmpty {
            names[slot].kind = "\(protocols[category]) server"
            names[slot].party = context.server.address.description
            (names[slot].holder, names[slot].holderKind) = (names[slot].party, names[slot].kind)
        }
        let isObserved = role.observation != nil && reader.read(role.observation, event, message) > 0
        if isObserved {
            noteLife(slot, context)
            notePace(slot, context)
        }
        guard names[slot].rule >= 0 else {
            guard names[slot].told.isDue(PolicyDeviation.Kind.newTopic.rawValue, at: context.timestamp) else { return }
            return tell(
                slot, .newTopic, .resources, "a resource of the policy",
                "\(names[slot].label) answered for \(context.client.address)", context)
        }
        // Answers to writing say nothing of the values.
        var method: [UInt8] = []
        let isReading =
            reader.copy(role.requestedMethod, event, message, to: &method)
            && !role.writing.contains { word in
                word.utf8CodeUnitCount == method.count && word.withUTF8Buffer { $0.elementsEqual(method) }
            }
        if isReading { lookAtRecord(slot, event, context, message, .resources) }
    }

    private mutating func isSuccess(
        _ event: borrowing some EventSource & ~Copyable, _ message: RawSpan, _ role: InventoryRoles
    ) -> Bool {
        var outcome: [UInt8] = []
        guard reader.copy(role.outcome, event, message, to: &outcome) else { return false }
        return role.success.utf8CodeUnitCount == outcome.count
            && role.success.withUTF8Buffer { $0.elementsEqual(outcome) }
    }

    /// The slot of the resource whose name was just read.
    private mutating func nameSlot(_ context: EventContext, _ category: Int) -> Int {
        let key = hash.mix(hash.hash(name.span.bytes, initial: 7), serverHash(context, category))
        return names.use(key) ?? addName(key, .resources, context, category)
    }
}
