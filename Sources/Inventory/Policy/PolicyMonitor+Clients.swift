import Bytes
import Events
import Network
import Tables

extension PolicyMonitor {
    /// The client of a message: its place in the table; `nil` where its name was not seen.
    mutating func party(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, _ message: RawSpan,
        _ role: InventoryRoles, _ category: Int
    ) -> Int? {
        let address = context.client.address
        var identity = hash.hash(address.high, address.low, 0, 0, 2)
        if role.clientID != nil {
            guard reader.copy(role.clientID, event, message, to: &client), !client.isEmpty else { return nil }
            identity = hash.hash(client.span.bytes, initial: 3)
        } else {
            client.removeAll(keepingCapacity: true)
        }
        let key = hash.mix(identity, serverHash(context, category))
        if let slot = parties.use(key) { return slot }
        var kind = ClientName.kind(client.span.bytes, at: address)
        let name = client.isEmpty ? address.description : String(decoding: client.prefix(256), as: UTF8.self)
        let rule = clientRule(kind, protocols[category])
        // Of a client that is known by its network that is the kind.
        if let rule { kind = index.rules[rule].name }
        var party = PolicyParty(kind: kind, name: name, server: serverKey(context, category))
        party.rule = Int32(truncatingIfNeeded: rule ?? -1)
        let slot = parties.insert(key, party)
        lookAtNewcomer(slot, event, context, message, role)
        return slot
    }

    /// The place of the rule for a kind of clients: its own, or that of a network where the kind is an address.
    private func clientRule(_ kind: String, _ proto: String) -> Int? {
        if let place = index.place(.clients, kind, at: proto) { return place }
        for wider in AddressFolding.wider(kind) {
            if let place = index.place(.clients, wider, at: proto) { return place }
        }
        return nil
    }

    /// A client that was not seen since the sensor runs: told where the policy does not know it.
    private mutating func lookAtNewcomer(
        _ slot: Int, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, _ message: RawSpan,
        _ role: InventoryRoles
    ) {
        let party = parties[slot]
        guard party.rule >= 0 else {
            var deviation = deviation(.newClient, .clients, party.kind, party)
            deviation.expected = "a client of the policy"
            deviation.observed = "\(party.name) at \(context.client.address)"
            return tell(deviation, .clients, context)
        }
        let rule = index.rules[Int(party.rule)]
        guard !rule.deniesAll else {
            var deviation = deviation(.denied, .clients, party.kind, party)
            deviation.state = "deny"
            deviation.expected = "no such client"
            deviation.observed = "\(party.name) at \(context.client.address)"
            return tell(deviation, .clients, context)
        }
        guard let numbers = rule.numbers, let number = rule.mould?.number(in: party.name), !numbers.contains(number)
        else { return }
        var deviation = deviation(.newClient, .clients, party.kind, party)
        deviation.state = "unknown"
        deviation.expected = "numbers " + numbers.texts.joined(separator: ", ")
        deviation.observed = "\(party.name) at \(context.client.address)"
        deviation.resembles = party.kind
        deviation.differences = differences(rule, event, context, message, role).count
        tell(deviation, .clients, context)
    }

    /// Looks at a client that was let in: whence it comes and how it speaks.
    mutating func lookAtClient(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, _ message: RawSpan,
        _ role: InventoryRoles, _ category: Int
    ) {
        guard let slot = party(event, context, message, role, category), parties[slot].rule >= 0 else { return }
        let party = parties[slot]
        let rule = index.rules[Int(party.rule)]
        for (kind, expected, observed) in differences(rule, event, context, message, role) {
            guard parties[slot].told.isDue(kind.rawValue, at: context.timestamp) else { continue }
            var deviation = deviation(kind, .clients, party.kind, party)
            deviation.state = rule.isCandidate ? "candidate" : "allow"
            deviation.expected = expected
            deviation.observed = observed
            tell(deviation, .clients, context)
        }
    }

    /// In what a client differs from what is usual for its kind.
    private mutating func differences(
        _ rule: PolicyIndex.Rule, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext,
        _ message: RawSpan, _ role: InventoryRoles
    ) -> [(PolicyDeviation.Kind, expected: String, observed: String)] {
        var found: [(PolicyDeviation.Kind, expected: String, observed: String)] = []
        let address = context.client.address
        if !rule.networks.isEmpty, !rule.networks.contains(where: { $0.contains(address) }) {
            let usual = rule.entry.texts(.networks) ?? []
            found.append((.unusualPlace, usual.joined(separator: ", "), "\(address)"))
        }
        if let versions = rule.entry.texts(.versions), let version = reader.integer(role.version, event, message),
            !versions.contains("\(version)")
        {
            found.append((.newVersion, versions.joined(separator: ", "), "\(version)"))
        }
        if let times = rule.entry.numbers(.keepAlive), let time = reader.integer(role.keepAlive, event, message),
            !times.contains(Double(time))
        {
            found.append((.keepAliveChanged, times.map { "\(Int($0))" }.joined(separator: ", "), "\(time)"))
        }
        return found
    }

    /// Looks at the filters that a client asks for.
    mutating func lookAtSubscription(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, _ message: RawSpan,
        _ role: InventoryRoles, _ category: Int
    ) {
        guard let slot = party(event, context, message, role, category) else { return }
        let count = min(reader.read(role.name, event, message), 64)
        let party = parties[slot]
        noteRole("subscribes", slot, context)
        for place in 0..<count {
            guard reader.read(role.name, event, message) > place, reader.copy(place, message, to: &name) else {
                continue
            }
            var template: [UInt8] = []
            NameTemplate.write(name.span.bytes, as: .record, to: &template)
            let filter = String(decoding: template, as: UTF8.self)
            let rule = index.place(.filters, filter, at: party.server).map { index.rules[$0] }
            if rule?.denies(party.kind) == true {
                tellDenied(.filters, filter, party, context)
            } else if rule?.isAllowed != true || rule?.has(party.kind, in: .readers) != true {
                // Who is new altogether is told as that.
                guard party.rule >= 0,
                    parties[slot].told.isDue(PolicyDeviation.Kind.newReader.rawValue, at: context.timestamp)
                else { continue }
                var deviation = deviation(.newReader, .filters, filter, party)
                deviation.expected = rule?.entry.texts(.readers)?.joined(separator: ", ") ?? "nobody asks for it"
                deviation.observed = "\(party.name) asks for \(String(decoding: name.prefix(256), as: UTF8.self))"
                tell(deviation, .filters, context)
            }
        }
    }

    /// Looks whether a client does what its kind does.
    mutating func noteRole(_ role: String, _ slot: Int, _ context: EventContext) {
        let party = parties[slot]
        guard party.rule >= 0, let roles = index.rules[Int(party.rule)].entry.texts(.roles), !roles.contains(role),
            !roles.contains("bridge"),
            parties[slot].told.isDue(PolicyDeviation.Kind.roleFlip.rawValue, at: context.timestamp)
        else { return }
        var deviation = deviation(.roleFlip, .clients, party.kind, party)
        deviation.state = index.rules[Int(party.rule)].isCandidate ? "candidate" : "allow"
        deviation.expected = roles.joined(separator: ", ")
        deviation.observed = "\(party.name) \(role)"
        tell(deviation, .clients, context)
    }

    /// What the policy forbids.
    mutating func tellDenied(
        _ section: PolicySection, _ name: String, _ party: PolicyParty, _ context: EventContext
    ) {
        var deviation = deviation(.denied, section, name, party)
        deviation.state = "deny"
        deviation.expected = "denied"
        deviation.observed = "\(party.name) at \(context.client.address)"
        tell(deviation, section, context)
    }

    /// A deviation of a client.
    func deviation(
        _ kind: PolicyDeviation.Kind, _ section: PolicySection, _ name: String, _ party: PolicyParty
    ) -> PolicyDeviation {
        var deviation = PolicyDeviation(kind, section: section.rawValue, name: name)
        deviation.party = party.kind
        deviation.client = party.name
        deviation.server = party.server
        return deviation
    }
}

/// What kind of client a name stands for.
private enum ClientName {
    /// The kind: the template of the name, or the address of a client without.
    static func kind(_ name: RawSpan, at address: IPAddress) -> String {
        if name.isEmpty { return address.description }
        var template: [UInt8] = []
        NameTemplate.write(name, as: .group, to: &template)
        return String(decoding: template, as: UTF8.self)
    }
}
