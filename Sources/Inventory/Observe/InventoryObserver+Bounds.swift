import Bytes
import Network
import Tables

// What one client or one address makes up in thousands becomes one entry.
extension InventoryObserver {
    /// Finds out how many entries somebody brought.
    mutating func noteBirth(_ origin: Hash128) -> Int {
        births.use(origin) ?? births.insert(origin, BirthEntry(limit: options.limits.mostNamesOfOne))
    }

    /// The entry that takes up all further clients of an address, where it made up far too many.
    mutating func foldedClient(_ birth: Int) -> Int? {
        guard births[birth].count >= options.limits.clients / 2, var fold = births[birth].fold else { return nil }
        let found = clients.slot(&fold)
        births[birth].fold = found == nil ? nil : fold
        if found != nil { folded["clients_put_together", default: 0] += 1 }
        return found
    }

    /// Puts the clients of an address that were hardly seen together to one.
    ///
    /// - Parameters:
    ///   - birth: what is known of the address.
    ///   - origin: the key of the address.
    ///   - current: the client that came just now.
    ///   - address: the address as text.
    /// - Returns: where that one is from now on.
    mutating func putClientsTogether(
        _ birth: Int, _ origin: Hash128, keeping current: Int, address: String
    ) -> Int {
        let first = clients[current].record
        var fold: Int?
        if var reference = births[birth].fold { fold = clients.slot(&reference) }
        if fold == nil {
            var record = ClientRecord(
                proto: first.proto, name: "{names}", user: nil, home: address, seen: first.seen)
            record.seen.count = 0
            record.group = "{names}"
            var entry = ClientEntry(
                record: record, kind: address, kindHash: keys.hash(address), origin: Hash128(high: 0, low: 0))
            entry.names = DistinctCount()
            fold = clients.insert(keys.join(origin, Hash128(high: 1, low: 1)), entry)
        }
        guard let fold else { return current }
        var place = clients.table.oldest
        var taken = 0
        while let slot = place {
            place = clients.table.newer(than: slot)
            guard slot != fold, clients[slot].origin == origin, clients[slot].isPassing else { continue }
            take(slot, into: fold)
            taken += 1
        }
        births[birth].count = max(0, births[birth].count - taken)
        // What is left comes again and again: it may be a gateway that stands for many.
        births[birth].limit = births[birth].count + (taken > 0 ? 64 : options.limits.mostNamesOfOne)
        births[birth].fold = clients.reference(fold)
        folded["clients_put_together", default: 0] += Int64(taken)
        return clients[current].mark.isGone ? fold : current
    }

    private mutating func take(_ slot: Int, into fold: Int) {
        let other = clients[slot]
        clients[fold].mark.isDirty = true
        clients[fold].record.seen.merge(other.record.seen)
        clients[fold].record.anonymous += other.record.anonymous
        clients[fold].record.refused += other.record.refused
        clients[fold].record.published += other.record.published
        clients[fold].record.received += other.record.received
        clients[fold].record.commands += other.record.commands
        clients[fold].names.note(clients.table.key(at: slot).low)
        clients[fold].addresses.merge(other.addresses)
        clients[fold].hardwareAddresses.merge(other.hardwareAddresses)
        clients[fold].servers.merge(other.servers)
        clients[fold].versions.merge(other.versions)
        clients.remove(slot)
    }

    /// The topic that takes up all further names of a client, where it made up far too many.
    mutating func foldedTopic(_ birth: Int) -> Int? {
        guard births[birth].count >= options.limits.topics / 2, var fold = births[birth].fold else { return nil }
        let found = topics.slot(&fold)
        births[birth].fold = found == nil ? nil : fold
        if found != nil { folded["topics_put_together", default: 0] += 1 }
        return found
    }

    /// Puts the topics of a client that were hardly seen together to one.
    mutating func putTopicsTogether(_ birth: Int, _ creator: Hash128, keeping current: Int, label: String) -> Int {
        var fold: Int?
        if var reference = births[birth].fold { fold = topics.slot(&reference) }
        if fold == nil {
            let first = topics[current]
            var entry = TopicEntry(
                proto: first.proto, server: first.server, template: "{names} \(label)", seen: first.seen,
                creator: Hash128(high: 0, low: 0))
            entry.seen.count = 0
            fold = topics.insert(keys.join(creator, Hash128(high: 2, low: 2)), entry)
        }
        guard let fold else { return current }
        var place = topics.table.oldest
        var taken = 0
        while let slot = place {
            place = topics.table.newer(than: slot)
            guard slot != fold, topics[slot].creator == creator, topics[slot].isPassing else { continue }
            topics[fold].take(topics[slot], topics.table.key(at: slot).low)
            topics.remove(slot)
            taken += 1
        }
        births[birth].count = max(0, births[birth].count - taken)
        births[birth].limit = births[birth].count + (taken > 0 ? 64 : options.limits.mostNamesOfOne)
        births[birth].fold = topics.reference(fold)
        folded["topics_put_together", default: 0] += Int64(taken)
        return topics[current].mark.isGone ? fold : current
    }

    /// What did not fit: how many of each kind were pushed out, put together or not kept, by name.
    public var leftOut: [String: Int64] {
        var leftOut = leftOutBefore
        func add(_ name: String, _ count: UInt64) {
            if count > 0 { leftOut[name, default: 0] += Int64(clamping: count) }
        }
        add("servers", servers.pushedOut)
        add("clients", clients.pushedOut)
        add("topics", topics.pushedOut)
        add("filters", filters.pushedOut)
        add("links", links.pushedOut)
        add("secrets", secrets.pushedOut)
        add("names", names.evictions)
        add("pairs", pairs.evictions)
        for (name, count) in folded where count > 0 { leftOut[name, default: 0] += count }
        return leftOut
    }
}

extension TopicEntry {
    /// Takes up another one, which goes.
    mutating func take(_ other: TopicEntry, _ hash: UInt64) {
        mark.isDirty = true
        seen.merge(other.seen)
        names.note(hash)
        messages += other.messages
        bytes += other.bytes
        shortest = min(shortest, other.shortest)
        longest = max(longest, other.longest)
        isRetained = isRetained || other.isRetained
        isCommand = isCommand || other.isCommand
        qos = max(qos, other.qos)
        publishers.merge(other.publishers)
        readers.merge(other.readers)
        formats.merge(other.formats)
        categories.merge(other.categories)
    }
}
