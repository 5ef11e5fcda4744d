import Events
import Network
import Tables

/// What a maintenance window keeps from being told, while it is open.
struct HiddenDeviations: Sendable {
    /// Whether it was open when it was looked at last.
    var isOpen = false
    /// Deviations by kind.
    var counts: [String: Int] = [:]
    /// Whom they are about, the first.
    var names: [String] = []
    /// Where the latest of them came.
    var context: EventContext?
    var server = ""

    /// How many names are told.
    static let most = 8

    /// Takes up a deviation.
    mutating func note(_ deviation: PolicyDeviation, _ context: EventContext) {
        counts["\(deviation.kind.name)", default: 0] += 1
        let name = deviation.client.isEmpty ? deviation.name : deviation.client
        if names.count < Self.most, !names.contains(name) { names.append(name) }
        self.context = context
        server = deviation.server
    }

    /// `3 new_client, 12 silence: press-7, press-8`.
    var text: String {
        let kinds = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        return "\(kinds): \(names.joined(separator: ", "))"
    }
}

// Maintenance windows.
extension PolicyMonitor {
    /// Takes up a deviation that a window hides; false where none does.
    mutating func hide(_ deviation: PolicyDeviation, _ section: PolicySection, _ context: EventContext) -> Bool {
        guard let place = window(over: section, deviation.server, at: context.timestamp) else { return false }
        hidden[place].isOpen = true
        hidden[place].note(deviation, context)
        let name = index.maintenance[place].name
        hiddenCounts["\(name): \(section.rawValue).\(deviation.kind.name)", default: 0] += 1
        return true
    }

    /// The place of the first open window over a section at a server; `nil` where none is open.
    func window(over section: PolicySection, _ server: String, at time: Timestamp) -> Int? {
        index.maintenance.firstIndex {
            $0.covers(section, server) && $0.isOpen(at: time.microseconds, in: index.zone)
        }
    }

    /// Looks which windows have closed: what they hid is told in one row each, and what stayed away since is waited for anew.
    mutating func lookAtWindows() {
        for (place, window) in index.maintenance.enumerated() {
            let isOpen = window.isOpen(at: now.microseconds, in: index.zone)
            defer { hidden[place].isOpen = isOpen }
            guard hidden[place].isOpen, !isOpen else { continue }
            waitAnew(window)
            tellHidden(place, window)
        }
    }

    /// Tells what windows hide that are still open: another policy may not have them.
    mutating func closeWindows() {
        for (place, window) in index.maintenance.enumerated() where hidden[place].isOpen { tellHidden(place, window) }
    }

    private mutating func tellHidden(_ place: Int, _ window: MaintenanceWindow) {
        let seen = hidden[place]
        hidden[place] = HiddenDeviations()
        guard let context = seen.context else { return }
        var deviation = PolicyDeviation(.maintenance, section: "maintenance", name: window.name)
        deviation.server = seen.server
        deviation.state = "allow"
        deviation.expected = "maintenance"
        deviation.observed = seen.text
        deviation.count = seen.counts.values.reduce(0, +)
        deviation.digest = index.digest
        // It comes of no frame: it is told because time has passed.
        let end = EventContext(
            timestamp: now, frameNumber: 0, source: context.client, destination: context.server,
            transport: context.transport, direction: .toServer)
        findings.append(Finding(deviation: deviation, context: end))
    }

    /// Gives what was quiet during a window its whole time again.
    private mutating func waitAnew(_ window: MaintenanceWindow) {
        var next = names.oldest
        while let slot = next {
            next = names.newer(than: slot)
            guard names[slot].silence > 0, window.covers(.heartbeats, names[slot].scope) else { continue }
            if names[slot].isMissed, !names[slot].isMissHidden { continue }
            names[slot].isMissed = false
            names[slot].isMissHidden = false
            names[slot].last = max(names[slot].last, now)
            names[slot].paceCount = 0
        }
    }
}
