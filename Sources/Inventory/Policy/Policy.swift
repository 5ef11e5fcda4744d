/// What is usual on a network, as entries that people read and edit: what the sensor holds traffic against.
///
/// A value without a clock: the same entries are the same policy.
public struct Policy: Hashable, Sendable {
    /// The version of the form of the file.
    public static let schema = 1

    /// Whether deviations from a section are told.
    public enum Mode: String, CaseIterable, Sendable {
        /// The section is still learned: nothing is held against it.
        case learn
        /// Deviations are counted, and no row comes of them.
        case shadow
        /// Deviations are told.
        case on
    }

    /// How each section is used; one that does not stand here is `on`.
    public var modes: [PolicySection: Mode] = [:]
    /// The zone of the times in the file that name none, and of maintenance; `nil` for UTC.
    public var zone: ZoneOffsets?
    /// When deviations are expected.
    public var maintenance: [MaintenanceWindow] = []
    /// The entries, in the order of sections and names.
    public var entries: [PolicyEntry] = []

    /// Nothing is usual.
    public init() {}

    /// The entries of a section, in their order.
    public func entries(of section: PolicySection) -> [PolicyEntry] { entries.filter { $0.section == section } }

    /// How a section is used.
    public func mode(of section: PolicySection) -> Mode { modes[section] ?? .on }

    /// Puts the entries into the order in which they are written.
    public mutating func sort() {
        entries.sort { ($0.section.place, $0.scope ?? "", $0.name) < ($1.section.place, $1.scope ?? "", $1.name) }
    }
}

/// A part of a policy: entries of one kind.
public enum PolicySection: String, CaseIterable, Sendable {
    /// Brokers and other servers.
    case servers
    /// Clients, by the kinds of their names.
    case clients
    /// Topics, as templates.
    case topics
    /// Filters of subscriptions.
    case filters
    /// Who commands.
    case commands
    /// Resources of servers that are asked and not subscribed to.
    case resources
    /// What has to come again and again.
    case heartbeats

    /// The key that names an entry.
    public var nameKey: String {
        switch self {
        case .servers: "server"
        case .clients, .commands: "client"
        case .topics, .heartbeats: "topic"
        case .filters: "filter"
        case .resources: "resource"
        }
    }

    /// The key that says where an entry holds: a server, or a protocol; `nil` where it stands in the name.
    public var scopeKey: String? {
        switch self {
        case .servers: nil
        case .clients: "protocol"
        case .topics, .filters, .commands, .resources, .heartbeats: "server"
        }
    }

    /// What an entry may say beside its name, in the order in which it is written.
    public var attributes: [PolicyAttribute] {
        switch self {
        case .servers: [.versions, .implementation]
        case .clients: [.users, .networks, .numbers, .versions, .keepAlive, .roles]
        case .topics:
            [
                .publishers, .single, .readers, .formats, .classes, .retained, .qos, .pace, .values, .set, .run, .clock,
                .size,
            ]
        case .filters: [.readers]
        case .commands: [.topics]
        case .resources: [.methods, .publishers, .readers, .formats, .classes, .values, .set, .run, .size]
        case .heartbeats: [.publishers, .silence]
        }
    }

    /// Its place among the sections.
    var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// What an entry says of what it names.
public enum PolicyAttribute: String, CaseIterable, Sendable {
    case versions, implementation, users, networks, numbers
    case keepAlive = "keep_alive"
    case roles, publishers, single, readers, formats, classes, retained, qos, pace, values, set, run, clock, size
    case topics, methods, silence

    /// What its values are.
    public enum Shape: Sendable {
        /// A list of texts.
        case texts
        /// A list of numbers.
        case numbers
        /// The least and the greatest.
        case band
        /// One number.
        case number
        /// Yes or no.
        case flag
    }

    /// What its values are.
    public var shape: Shape {
        switch self {
        case .versions, .implementation, .users, .networks, .numbers, .roles, .publishers, .readers, .formats, .classes,
            .topics, .methods, .clock:
            .texts
        case .keepAlive, .set, .qos: .numbers
        case .pace, .values, .size: .band
        case .run, .silence: .number
        case .single, .retained: .flag
        }
    }
}

/// What an attribute says.
public enum PolicyValue: Hashable, Sendable {
    case texts([String])
    case numbers([Double])
    case band(Double, Double)
    case number(Double)
    case flag(Bool)
}

/// One thing that is usual, or that is not to be.
public struct PolicyEntry: Hashable, Sendable {
    /// What is thought of it.
    public enum State: String, CaseIterable, Sendable {
        /// It is usual.
        case allow
        /// It was seen too seldom to be sure; traffic like it is not told.
        case candidate
        /// It is told whenever it comes.
        case deny
    }

    /// The part of the policy that it belongs to.
    public var section: PolicySection
    /// What it is about: the key of a server, the kind of a client, the template of a topic.
    public var name: String
    /// Where it holds: the key of a server, or a protocol; `nil` for everywhere.
    public var scope: String?
    /// What is thought of it.
    public var state: State
    /// What it says of it.
    public var values: [PolicyAttribute: PolicyValue] = [:]
    /// When it was seen; `nil` for what a person wrote.
    public var seen: Sightings?
    /// Who added or changed it, where a person did.
    public var by: String?
    /// Why.
    public var why: String?
    /// The alert that gave the reason.
    public var alert: Int64?
    /// When a person added it, in microseconds since 1970 UTC.
    public var added: Int64?
    /// When it ends, in microseconds since 1970 UTC; `nil` for never.
    public var until: Int64?

    /// An entry that says nothing yet.
    public init(_ section: PolicySection, _ name: String, scope: String? = nil, state: State = .allow) {
        self.section = section
        self.name = name
        self.scope = scope
        self.state = state
    }

    /// The texts of an attribute; `nil` where it does not say.
    public func texts(_ attribute: PolicyAttribute) -> [String]? {
        if case .texts(let texts)? = values[attribute] { texts } else { nil }
    }

    /// The numbers of an attribute; `nil` where it does not say.
    public func numbers(_ attribute: PolicyAttribute) -> [Double]? {
        if case .numbers(let numbers)? = values[attribute] { numbers } else { nil }
    }

    /// The band of an attribute; `nil` where it does not say.
    public func band(_ attribute: PolicyAttribute) -> (Double, Double)? {
        if case .band(let least, let greatest)? = values[attribute] { (least, greatest) } else { nil }
    }

    /// The number of an attribute; `nil` where it does not say.
    public func number(_ attribute: PolicyAttribute) -> Double? {
        if case .number(let number)? = values[attribute] { number } else { nil }
    }

    /// The flag of an attribute; `nil` where it does not say.
    public func flag(_ attribute: PolicyAttribute) -> Bool? {
        if case .flag(let flag)? = values[attribute] { flag } else { nil }
    }

    /// The texts of an attribute, in order and each once; nothing where there are none.
    mutating func set(_ attribute: PolicyAttribute, _ texts: some Sequence<String>) {
        let sorted = Set(texts).sorted()
        values[attribute] = sorted.isEmpty ? nil : .texts(sorted)
    }
}
