import Alerts
import Engine
import Events
import Inventory
import Network

// The inventory on its way to the store.
extension Pipeline {
    /// How often what changed is written during a live run.
    private static var periodSeconds: Int64 { 30 }
    /// Records that are handed over at once: the capture waits while they are made.
    private static var portion: Int { 500 }

    /// An inventory that goes on from what the store knows.
    ///
    /// A store that cannot be read now keeps nobody from listening: then it begins anew.
    static func inventory(_ writer: AlertWriter, _ settings: Settings, _ rules: RuleSet) -> InventoryObserver {
        var observer = InventoryObserver(
            InventoryObserver.Options(
                limits: settings.limits.inventory, homeNetworks: homeNetworks(rules),
                payload: rules.payload == nil ? nil : Protocols.payloadRoles),
            descriptors: Protocols.descriptors)
        if let known = try? writer.inventory() { observer.restore(known) }
        return observer
    }

    /// The networks of the site.
    static func homeNetworks(_ rules: RuleSet) -> [CIDRBlock] {
        (rules.lists[SiteLists.homeNetworks] ?? []).compactMap { CIDRBlock($0) }
    }

    /// Hands over a part of what changed where it is time to; never waits.
    ///
    /// What the store has no room for now comes together with what changes later.
    mutating func writeInventory() {
        guard settings.keepsInventory, ContinuousClock.now - inventoryWritten >= .seconds(Self.periodSeconds),
            writer.hasRoomForInventory
        else { return }
        noteEncryptedServers()
        if writeInventoryPortion(follows: false) { inventoryWritten = .now }
    }

    /// Hands over all that changed, before the run ends.
    mutating func finishInventory() {
        guard settings.keepsInventory else { return }
        noteEncryptedServers()
        var isWhole = false
        while !isWhole { isWhole = writeInventoryPortion(follows: true) }
    }

    /// Forgets what was seen since the store was written last.
    mutating func renewInventory() {
        guard settings.keepsInventory else { return }
        worker.sink.inventory = Self.inventory(writer, settings, rules)
    }

    private mutating func noteEncryptedServers() {
        let ports = worker.counters.servers.encryptedPorts
        worker.sink.inventory?.noteEncrypted(ports)
    }

    /// Hands over a portion; true when all was gone through.
    private mutating func writeInventoryPortion(follows: Bool) -> Bool {
        guard let (changes, isWhole) = worker.sink.inventory?.changes(limit: Self.portion) else { return true }
        if changes.isEmpty { return isWhole }
        if !writer.submit(changes, follows: follows) {
            if follows { writer.flush() }
            if !follows || !writer.submit(changes, follows: true) {
                worker.sink.inventory?.noteUnwritten(changes.count)
            }
        }
        return isWhole
    }
}
