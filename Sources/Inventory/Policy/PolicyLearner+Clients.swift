import Network

extension PolicyLearner.KindSummary {
    /// Takes up a client.
    mutating func add(_ record: ClientRecord, addresses: Set<String>) {
        if members > 0 { seen.merge(record.seen) }
        members += 1
        if record.published > 0 { publishing += 1 }
        self.addresses.formUnion(addresses)
        versions.formUnion(record.versions.counts.keys)
        keepAlives.formUnion(record.keepAlives.counts.keys)
        roles.formUnion(record.roles.filter { $0 != "connects" })
        if let user = record.user { users.insert(user) }
        if let name = record.name { names.append(name) }
    }

    /// What a policy says of the kind.
    func entry(_ kind: PolicyLearner.ClientKind) -> PolicyEntry {
        var entry = PolicyEntry(.clients, kind.name, scope: kind.proto)
        entry.seen = seen
        entry.state = PolicyLearner.state(of: seen)
        entry.set(.users, users.count <= PolicyLearner.mostTexts ? users : [])
        entry.set(.networks, ClientNetworks.usual(addresses))
        entry.set(.versions, versions)
        let times = keepAlives.compactMap { Double($0) }.sorted()
        if !times.isEmpty, times.count <= PolicyLearner.mostTexts { entry.values[.keepAlive] = .numbers(times) }
        entry.set(.roles, roles)
        if let runs = NumberRuns(names, template: kind.name) { entry.values[.numbers] = .texts(runs.texts) }
        return entry
    }
}

/// The networks that addresses come from.
enum ClientNetworks {
    /// The addresses themselves while they are few, then their networks, then nothing: a list that nobody reads is none.
    static func usual(_ addresses: Set<String>) -> [String] {
        if addresses.count <= 4 { return addresses.sorted() }
        let known = addresses.compactMap { IPAddress($0) }
        for (short, long) in [(24, 64), (16, 48)] {
            let networks = Set(
                known.compactMap { address in
                    let length = address.isIPv4 ? short : long
                    return CIDRBlock(address, length: length).map { "\($0.prefix)/\(length)" }
                })
            if networks.count <= PolicyLearner.mostTexts { return networks.sorted() }
        }
        return []
    }
}

/// The numbers in names that differ by one number alone, as runs: `1-250`.
public struct NumberRuns: Hashable, Sendable {
    /// How many runs an entry lists; of more there is none.
    static let most = 32

    /// The runs, rising.
    public private(set) var runs: [ClosedRange<UInt64>]

    /// The numbers of names that `template` stands for, which has one `{n}`; `nil` where it has not, or where they are
    /// too scattered for a list.
    public init?(_ names: [String], template: String) {
        guard let mould = Mould(template) else { return nil }
        let numbers = Set(names.compactMap { mould.number(in: $0) }).sorted()
        guard !numbers.isEmpty else { return nil }
        var runs: [ClosedRange<UInt64>] = []
        for number in numbers {
            if let last = runs.last, last.upperBound != .max, last.upperBound + 1 == number {
                runs[runs.count - 1] = last.lowerBound...number
            } else {
                runs.append(number...number)
            }
        }
        guard runs.count <= Self.most else { return nil }
        self.runs = runs
    }

    /// Reads runs; `nil` where a text is none.
    public init?(_ texts: [String]) {
        runs = []
        for text in texts {
            let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
            guard let first = ends[0], ends.count <= 2, let last = ends[ends.count - 1], first <= last else {
                return nil
            }
            runs.append(first...last)
        }
    }

    /// The runs as texts.
    public var texts: [String] {
        runs.map { $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    }

    /// Whether a number is among them.
    public func contains(_ number: UInt64) -> Bool { runs.contains { $0.contains(number) } }

    /// A template with one number in it.
    public struct Mould: Hashable, Sendable {
        private let head: String
        private let tail: String

        /// The parts around the `{n}` of a template; `nil` where there is not exactly one, or any other placeholder.
        public init?(_ template: String) {
            let parts = template.split(separator: "{n}", omittingEmptySubsequences: false)
            guard parts.count == 2, !template.contains("{id}"), !template.contains("{mac}"),
                !template.contains("{uuid}"), !template.contains("{ip}")
            else { return nil }
            (head, tail) = (String(parts[0]), String(parts[1]))
        }

        /// The number in a name; `nil` where the name is no such one.
        public func number(in name: String) -> UInt64? {
            guard name.hasPrefix(head), name.hasSuffix(tail), name.utf8.count > head.utf8.count + tail.utf8.count else {
                return nil
            }
            return UInt64(name.dropFirst(head.count).dropLast(tail.count))
        }
    }
}
