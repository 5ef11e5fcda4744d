extension PolicyEntry {
    /// Takes up what another entry for the same says: lists are joined, bands widened.
    mutating func join(_ others: [PolicyAttribute: PolicyValue]) {
        for (attribute, value) in others {
            guard let own = values[attribute] else {
                values[attribute] = value
                continue
            }
            switch (own, value) {
            case (.texts(let one), .texts(let two)): values[attribute] = .texts(Set(one + two).sorted())
            case (.numbers(let one), .numbers(let two)): values[attribute] = .numbers(Set(one + two).sorted())
            case (.band(let least, let most), .band(let lower, let upper)):
                values[attribute] = .band(min(least, lower), max(most, upper))
            case (.number(let one), .number(let two)): values[attribute] = .number(max(one, two))
            // What is not asked for by one is not asked for.
            case (.flag(let one), .flag(let two)):
                values[attribute] = .flag(attribute == .single ? one && two : one || two)
            default: break
            }
        }
    }
}

extension Policy {
    /// Makes one entry of those that were learned for one thing, such as a resource of like servers.
    mutating func joinEntries() {
        var joined: [PolicyEntry] = []
        var places: [[String]: Int] = [:]
        for entry in entries {
            let key = [entry.section.rawValue, entry.scope ?? "", entry.name]
            guard let place = places[key] else {
                places[key] = joined.count
                joined.append(entry)
                continue
            }
            joined[place].join(entry.values)
            // A set of one and a band of another: only a band can hold both.
            if joined[place].values[.values] != nil, let set = joined[place].numbers(.set), let least = set.first,
                let most = set.last
            {
                joined[place].join([.values: .band(least, most)])
                joined[place].values[.set] = nil
            }
            if let seen = entry.seen {
                var sum = joined[place].seen ?? seen
                if joined[place].seen != nil { sum.merge(seen) }
                joined[place].seen = sum
                joined[place].state = PolicyLearner.state(of: sum)
            }
        }
        entries = joined
    }
}
