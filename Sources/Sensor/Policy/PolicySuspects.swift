import Alerts
import Events
import Inventory
import Network

/// Whom alerts are about, so that what they did is not learned.
public struct PolicySuspects: Sendable {
    /// Who is left out.
    public var suspects: [PolicySuspect] = []
    /// Alerts that say what is wrong with a server, and name nobody.
    public var aboutServers: [StoredAlert] = []

    /// The parties of all alerts of medium level and above in a store.
    ///
    /// A row is about whom it is told by: the client or sender in its key. One whose key has a server alone is about what
    /// is wrong with that server, which its honest clients cannot help.
    ///
    /// - Throws: `StoreError` where the store cannot be read.
    public init(_ reader: AlertReader) throws(StoreError) {
        var filter = AlertFilter()
        filter.minimumLevel = .medium
        var last: Int64 = 0
        while true {
            let page = try reader.query(filter, after: last)
            guard let end = page.last else { return }
            last = end.id
            for stored in page { add(stored) }
        }
    }

    /// The fields that name a client.
    private static let clientNames = Set(
        Protocols.descriptors.compactMap(\.clientIDField).compactMap { Protocols.registry.field($0)?.info.name })

    private mutating func add(_ stored: StoredAlert) {
        let alert = stored.alert
        guard alert.category != "sensor" else { return }
        let keys = Set((alert.groupKey ?? "").split(separator: "|").compactMap { $0.split(separator: "=").first })
        var address = keys.contains("client.ip") ? alert.clientIP : keys.contains("source.ip") ? alert.sourceIP : nil
        let client = keys.contains(where: { Self.clientNames.contains(String($0)) }) ? alert.clientID : nil
        // A row that is told by nothing is about its message.
        if keys.isEmpty { address = alert.clientIP ?? alert.sourceIP }
        // An answer is about who asked, a message that came unasked about who sent it.
        guard address != nil || client != nil else {
            aboutServers.append(stored)
            return
        }
        suspects.append(
            PolicySuspect(
                address: address?.description, client: address == nil ? client : nil, alert: stored.id,
                reason: alert.ruleTitle))
    }
}
