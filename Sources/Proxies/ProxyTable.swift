import Network
import Tables

/// Marks the names of flows that a proxy passes on.
public enum ProxyTag {}

/// Names a flow in a `ProxyTable`.
public typealias ProxyID = SlotID<ProxyTag>

/// What is known of a flow that begins with the hand-shake of a proxy.
public struct ProxiedFlow: Sendable {
    /// The hand-shake that goes on; `nil` where the stream is passed on.
    public var handshake: ProxyHandshake?
    /// Which end asked the proxy, as the caller numbers them.
    public var isClientFirst: Bool
    /// Whether nothing that follows is taken for the hand-shake of another proxy.
    public var isSettled = false
    /// The hand-shakes that are done, outermost first.
    public private(set) var path = ProxyPath()
    /// The client, as proxies say that are believed; `nil` where none says it.
    public private(set) var client: Endpoint?
    /// The client, as somebody says who need not be believed; `nil` where nobody says it.
    public private(set) var claimed: Endpoint?

    /// A flow whose hand-shake begins.
    public init(_ layer: ProxyLayer, isClientFirst: Bool) {
        handshake = ProxyHandshake(layer)
        self.isClientFirst = isClientFirst
    }

    /// Begins another hand-shake within the stream that the last one gave.
    public mutating func begin(_ layer: ProxyLayer, isClientFirst: Bool) {
        self.isClientFirst = isClientFirst
        handshake = ProxyHandshake(layer)
    }

    /// Ends the hand-shake: the stream behind it is passed on.
    ///
    /// Whom it speaks for is believed where its own sender is one of `proxies`: the end at `address`, or the one that the
    /// header before it named.
    public mutating func finish(sender address: IPAddress, proxies: [CIDRBlock]) {
        guard let done = handshake else { return }
        handshake = nil
        path.append(done.layer)
        isSettled = path.count == ProxyPath.limit
        guard let source = done.source else { return }
        let sender = client?.address ?? address
        if claimed == nil, proxies.contains(where: { $0.contains(sender) }) {
            client = source
        } else {
            claimed = claimed ?? source
        }
    }
}

/// The flows of a worker that begin with the hand-shake of a proxy.
///
/// Bounded; the one used longest ago makes room, and its messages are then told without the proxy.
public struct ProxyTable: ~Copyable {
    private var flows: SlotTable<ProxiedFlow, ProxyTag>

    /// An empty table for at most `limit` flows.
    public init(limit: Int) { flows = SlotTable(limit: limit) }

    /// How many flows there are.
    public var count: Int { flows.count }

    /// How many were given up for others.
    public var evictions: UInt64 { flows.evictions }

    /// The memory of a flow, in bytes.
    public static var bytesPerFlow: Int { SlotTable<ProxiedFlow, ProxyTag>.bytesPerEntry }

    /// Begins to follow a flow.
    public mutating func open(_ flow: ProxiedFlow) -> ProxyID {
        if let victim = flows.victim { flows.close(victim, isEvicted: true) }
        let slot = flows.open(flow)
        flows[slot] = flow
        return flows.id(slot)
    }

    /// What is known of a flow; `nil` where it made room for another.
    public subscript(id: ProxyID) -> ProxiedFlow? { flows.slot(of: id).map { flows[$0] } }

    /// Keeps what became known of a flow.
    public mutating func update(_ id: ProxyID, _ flow: ProxiedFlow) {
        guard let slot = flows.slot(of: id) else { return }
        flows[slot] = flow
        flows.touch(slot)
    }

    /// Notes that a flow is in use.
    public mutating func touch(_ id: ProxyID) { if let slot = flows.slot(of: id) { flows.touch(slot) } }

    /// Forgets a flow.
    public mutating func close(_ id: ProxyID) { if let slot = flows.slot(of: id) { flows.close(slot) } }
}
