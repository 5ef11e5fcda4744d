import Bytes
import Events
import Network
import Tables

/// Holds the ends of messages against the site's own list of its machines: who is there and not listed, and who is listed and
/// stays away.
///
/// Each address is looked at once; who was looked at long ago is looked at again where room is needed. Only addresses of the
/// site are asked for: the rest of the world is in no list.
public struct SiteMonitor: ~Copyable, Sendable {
    private let list: SiteList
    private let homeNetworks: [CIDRBlock]
    private let roles: [InventoryRoles?]
    private let hash: SeededHash
    private var known: LRUTable<UInt64, Bool>
    private var seen: [Bool]
    private var began: Timestamp?
    /// When those that stay away are told next.
    private var lookDue = Timestamp(nanoseconds: .max)
    private var reader = EventReader()
    private var name: [UInt8] = []

    /// What waits to be told; whoever hands messages in takes it out.
    public var findings: [PolicyMonitor.Finding] = []

    /// After so many nanoseconds of capture time without a sign of a machine it is missed, and told once.
    public static let patience: Int64 = 86_400_000_000_000
    /// Addresses that are remembered.
    private static let places = 16_384

    /// A monitor that has seen nothing; `roles` are those of the categories' messages.
    public init(
        _ list: SiteList, homeNetworks: [CIDRBlock], roles: [(category: EventCategory, roles: InventoryRoles)],
        hash: SeededHash
    ) {
        self.list = list
        self.homeNetworks = homeNetworks
        self.hash = hash
        let most = roles.map { Int($0.category.rawValue) }.max() ?? -1
        var table = [InventoryRoles?](repeating: nil, count: most + 1)
        for (category, roles) in roles { table[Int(category.rawValue)] = roles }
        self.roles = table
        known = LRUTable(limit: Self.places)
        seen = Array(repeating: false, count: list.count)
    }

    /// Takes a message; `findings` has what is not as listed.
    public mutating func receive(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) {
        advance(to: context.timestamp)
        let category = Int(event.category.rawValue)
        guard category < roles.count, let role = roles[category] else { return }
        // A request to nobody shows no server: only who sends is there.
        let isClient = context.direction == .toServer
        let sender = isClient ? context.client : context.source
        let key = hash.hash(sender.address.high, sender.address.low, 0, 0, 2)
        if known.use(key) != nil { return }
        let machine =
            list.machine(sender.address, context.carrier.client == nil ? context.sourceMAC : nil)
            ?? (isClient ? machineOfClient(event, message, role) : nil)
        // Who has not said its name yet may say it in the next message.
        if machine == nil, isClient, role.clientID != nil, name.isEmpty, role.act(event.messageType) != .publication {
            return
        }
        _ = known.insert(key, true)
        if let machine {
            seen[machine] = true
            return
        }
        guard homeNetworks.contains(where: { $0.contains(sender.address) }) else { return }
        var deviation = PolicyDeviation(.notListed, section: "site_list", name: sender.address.description)
        deviation.expected = "a machine of the list"
        deviation.observed = isClient ? "a client" : "a server"
        deviation.client =
            name.isEmpty || !isClient ? sender.address.description : String(decoding: name, as: UTF8.self)
        findings.append(PolicyMonitor.Finding(deviation: deviation, context: context))
    }

    /// Goes on to a later time: machines may have stayed away for long enough by then.
    public mutating func advance(to time: Timestamp) {
        if began == nil {
            began = time
            lookDue = time.advanced(byNanoseconds: Self.patience)
        }
        guard time >= lookDue else { return }
        lookDue = Timestamp(nanoseconds: .max)
        let nowhere = Endpoint(.unspecified, 0)
        for machine in seen.indices where !seen[machine] {
            var deviation = PolicyDeviation(.notSeen, section: "site_list", name: list.titles[machine])
            deviation.expected = "a sign of it within a day"
            deviation.observed = "nothing"
            deviation.client = list.titles[machine]
            let context = EventContext(
                timestamp: time, frameNumber: 0, source: nowhere, destination: nowhere, transport: .tcp,
                direction: .toServer)
            findings.append(PolicyMonitor.Finding(deviation: deviation, context: context))
        }
    }

    /// The machine whose name the client of a message gives.
    private mutating func machineOfClient(
        _ event: borrowing some EventSource & ~Copyable, _ message: RawSpan, _ role: InventoryRoles
    ) -> Int? {
        guard reader.copy(role.clientID, event, message, to: &name) else { return nil }
        return list.machine(named: String(decoding: name, as: UTF8.self))
    }
}
