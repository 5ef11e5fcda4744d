import Bytes
import Events
import Network
import Tables

/// Holds messages against a policy; what deviates becomes events.
///
/// Only what a message itself, its connection and the latest records of its name tell is looked at: tables are bounded, and
/// what makes room in them is forgotten, not told. A section whose mode is `learn` costs nothing.
public struct PolicyMonitor: ~Copyable, Sendable {
    /// What was found, with what surrounds it; whoever hands messages in takes it out.
    public struct Finding: Sendable {
        /// What deviates.
        public var deviation: PolicyDeviation
        /// When, and between which ends.
        public var context: EventContext
    }

    /// The policy.
    public internal(set) var index: PolicyIndex
    /// Whose messages say what, by the numbers of categories.
    let roles: [InventoryRoles?]
    /// For each category, what messages of each type say: roles are large, and most messages say nothing.
    private let acts: [[InventoryAct?]]
    let protocols: [String]
    let hash: SeededHash
    let limits: PolicyLimits

    var parties: LRUTable<UInt64, PolicyParty>
    var names: LRUTable<UInt64, PolicyName>
    var servers: LRUTable<UInt64, Bool>
    var windows: [NumberWindow] = []
    var reader = EventReader()
    /// Buffers that are used again.
    var client: [UInt8] = []
    var name: [UInt8] = []

    /// What waits to be told.
    public var findings: [Finding] = []
    /// Deviations by section and kind, told or not.
    public var counts: [String: UInt64] = [:]
    /// Deviations that maintenance windows hid, by window, section and kind.
    public var hiddenCounts: [String: UInt64] = [:]
    /// What each window hides.
    var hidden: [HiddenDeviations]
    /// When silences are looked for next.
    var lookDue = Timestamp.zero
    /// The latest time.
    var now = Timestamp.zero

    /// A monitor that has seen nothing; `roles` are those of the categories' messages.
    public init(
        _ index: PolicyIndex, roles: [(category: EventCategory, roles: InventoryRoles)], limits: PolicyLimits,
        hash: SeededHash
    ) {
        self.index = index
        hidden = Array(repeating: HiddenDeviations(), count: index.maintenance.count)
        self.limits = limits
        self.hash = hash
        let most = roles.map { Int($0.category.rawValue) }.max() ?? -1
        var table = [InventoryRoles?](repeating: nil, count: most + 1)
        var protocols = [String](repeating: "", count: most + 1)
        for (category, roles) in roles {
            table[Int(category.rawValue)] = roles
            protocols[Int(category.rawValue)] = category.name.description
        }
        self.roles = table
        acts = table.map { role in (UInt8.min...UInt8.max).map { role?.act($0) } }
        self.protocols = protocols
        parties = LRUTable(limit: limits.parties)
        names = LRUTable(limit: limits.names)
        servers = LRUTable(limit: limits.servers)
    }

    /// How many entries made room for others.
    public var evictions: UInt64 { parties.evictions + names.evictions + servers.evictions }

    /// Goes on with another policy: what is known of the records of names stays, and everybody is held against it anew.
    public mutating func take(_ index: PolicyIndex) {
        closeWindows()
        self.index = index
        hidden = Array(repeating: HiddenDeviations(), count: index.maintenance.count)
        parties = LRUTable(limit: limits.parties)
        servers = LRUTable(limit: limits.servers)
        var next = names.oldest
        while let slot = next {
            next = names.newer(than: slot)
            resolve(slot)
        }
    }

    /// Takes a message; `findings` has what deviates.
    public mutating func receive(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) {
        advance(to: context.timestamp)
        let category = Int(event.category.rawValue)
        guard category < acts.count, let act = acts[category][Int(event.messageType)] else { return }
        switch act {
        case .open, .subscribed: return
        case .publication where context.direction != .toServer: return
        default: break
        }
        guard let role = roles[category] else { return }
        switch act {
        case .opened:
            guard reader.truth(role.isAccepted, event, message) == true else { return }
            lookAtServer(context, category)
            lookAtClient(event, context, message, role, category)
        case .publication where context.direction == .toServer:
            lookAtPublication(event, context, message, role, category)
        case .subscription: lookAtSubscription(event, context, message, role, category)
        case .request: lookAtRequest(event, context, message, role, category)
        case .response: lookAtResponse(event, context, message, role, category)
        case .open, .publication, .subscribed: break
        }
    }

    /// Tells a deviation, unless its section is not yet held against anything.
    mutating func tell(_ deviation: PolicyDeviation, _ section: PolicySection, _ context: EventContext) {
        let mode = index.mode(of: section)
        guard mode != .learn else { return }
        counts["\(section.rawValue).\(deviation.kind.name)", default: 0] += 1
        guard mode == .on, findings.count < Self.mostFindings, !hide(deviation, section, context) else { return }
        var deviation = deviation
        deviation.digest = index.digest
        findings.append(Finding(deviation: deviation, context: context))
    }

    /// Findings of one message are few; of a silence of the whole network there may be many.
    private static let mostFindings = 4096

    /// The key of the server of a message, as the inventory has it.
    func serverKey(_ context: EventContext, _ category: Int) -> String {
        let server = context.server
        let address = server.address.description
        return server.address.isIPv4
            ? "\(protocols[category]) \(address):\(server.port)" : "\(protocols[category]) [\(address)]:\(server.port)"
    }

    /// A number for the server of a message.
    func serverHash(_ context: EventContext, _ category: Int) -> UInt64 {
        let server = context.server
        return hash.hash(server.address.high, server.address.low, UInt64(server.port), UInt64(category), 1)
    }

    /// Looks at the server of a message that proves that it answers.
    mutating func lookAtServer(_ context: EventContext, _ category: Int) {
        let key = serverHash(context, category)
        guard servers.use(key) == nil else { return }
        _ = servers.insert(key, true)
        let name = serverKey(context, category)
        let place = index.place(.servers, name, at: name)
        let rule = place.map { index.rules[$0] }
        if rule?.isAllowed == true, rule?.deniesAll != true { return }
        let isDenied = rule?.deniesAll == true
        var deviation = PolicyDeviation(isDenied ? .denied : .newBroker, section: "servers", name: name)
        deviation.state = isDenied ? "deny" : "unknown"
        deviation.observed = name
        deviation.server = name
        deviation.expected = isDenied ? "no such server" : "a server of the policy"
        tell(deviation, .servers, context)
    }
}
