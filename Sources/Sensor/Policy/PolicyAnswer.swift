import Alerts
import Foundation
import Inventory
import Network

/// The narrowest entry by which a person answers an alert of the policy: it allows, or denies, what that alert saw.
public struct PolicyAnswer {
    /// The entry.
    public private(set) var entry: PolicyEntry

    /// What an alert says of a deviation, by the names of the fields without `policy.`.
    private struct Seen {
        var fields: [String: String] = [:]

        subscript(_ name: String) -> String { fields[name] ?? "" }
        /// The protocol of the server.
        var proto: String { String(self["server"].prefix { $0 != " " }) }
        /// The first number in what came.
        var number: Double? {
            self["observed"].split { !("0123456789.-eE".contains($0)) }.lazy.compactMap { Double($0) }.first
        }
    }

    /// Makes the entry.
    ///
    /// - Throws: `SensorError` where the alert is not about the policy, or no entry can answer it.
    public init(
        _ stored: StoredAlert, allowing isAllowing: Bool, by: String, why: String?, at time: Int64, until: Int64?
    )
        throws(SensorError)
    {
        let object = (try? JSONSerialization.jsonObject(with: Data(stored.alert.event.utf8))) as? [String: Any] ?? [:]
        var seen = Seen()
        for (name, value) in object where name.hasPrefix("policy.") {
            seen.fields[String(name.dropFirst(7))] = value as? String ?? "\(value)"
        }
        guard stored.alert.category == "policy", !seen["kind"].isEmpty else {
            throw SensorError(
                .dataError, "alert \(stored.id) is not about the policy; 'earshot except \(stored.id)' leaves it out")
        }
        let address = stored.alert.clientIP?.description ?? ""
        guard var entry = isAllowing ? Self.allowing(seen, address) : Self.denying(seen) else {
            throw SensorError(
                .dataError,
                "alert \(stored.id): no entry can \(isAllowing ? "allow" : "deny") '\(seen["kind"])'; edit the policy by hand"
            )
        }
        entry.state = isAllowing ? .allow : .deny
        (entry.by, entry.why, entry.alert) = (by, why, stored.id)
        (entry.added, entry.until) = (time, until)
        self.entry = entry
    }

    private static func allowing(_ seen: Seen, _ address: String) -> PolicyEntry? {
        switch seen["kind"] {
        case "new_broker": return PolicyEntry(.servers, seen["name"])
        case "new_client": return newClient(seen, address)
        case "unusual_place": return client(seen, .networks, .texts([address]))
        case "new_version": return client(seen, .versions, .texts([seen["observed"]]))
        case "keepalive_changed": return seen.number.map { client(seen, .keepAlive, .numbers([$0])) }
        case "role_flip":
            return seen["observed"].split(separator: " ").last.map { client(seen, .roles, .texts([String($0)])) }
        case "new_command":
            var entry = PolicyEntry(.commands, seen["party"], scope: seen["server"])
            entry.values[.topics] = .texts([seen["name"]])
            return entry
        case "new_reader": return record(seen, .readers, .texts([seen["party"]]))
        case "new_publisher": return record(seen, .publishers, .texts([seen["party"]]))
        case "second_publisher":
            // Where the kind is usual it is the number of publishers that is not.
            if !seen["expected"].hasSuffix(" alone") { return record(seen, .publishers, .texts([seen["party"]])) }
            return record(seen, .single, .flag(false))
        case "new_topic":
            let isResource = seen["section"] == PolicySection.resources.rawValue
            return isResource ? record(seen, nil, nil) : record(seen, .publishers, .texts([seen["party"]]))
        case "new_method":
            return seen["observed"].split(separator: " ").first.map { record(seen, .methods, .texts([String($0)])) }
        case "new_format": return record(seen, .formats, .texts([seen["observed"]]))
        case "value_out_of_band":
            guard let number = seen.number else { return nil }
            let isSet = !seen["expected"].contains(" to ")
            return record(seen, isSet ? .set : .values, isSet ? .numbers([number]) : .band(number, number))
        case "size_out_of_band": return seen.number.map { record(seen, .size, .band($0, $0)) }
        case "rate_out_of_band": return seen.number.map { record(seen, .pace, .band($0, $0)) }
        case "retained_changed": return record(seen, .retained, .flag(true))
        case "stuck_value":
            let times = seen["observed"].split(separator: " ").dropLast().last.flatMap { Double($0) }
            return times.map { record(seen, .run, .number($0)) }
        case "silence": return seen.number.map { record(seen, .silence, .number(($0 * 2).rounded(.up))) }
        default: return nil
        }
    }

    private static func denying(_ seen: Seen) -> PolicyEntry? {
        switch seen["kind"] {
        case "new_broker": return PolicyEntry(.servers, seen["name"])
        case "new_client", "unusual_place", "new_version", "keepalive_changed", "role_flip":
            return PolicyEntry(.clients, seen["party"], scope: seen.proto)
        case "new_command": return PolicyEntry(.commands, seen["party"], scope: seen["server"])
        case "new_reader": return record(seen, .readers, .texts([seen["party"]]))
        case "new_topic", "new_publisher", "second_publisher", "new_method":
            return record(seen, .publishers, .texts([seen["party"]]))
        default: return nil
        }
    }

    private static func newClient(_ seen: Seen, _ address: String) -> PolicyEntry {
        if let mould = NumberRuns.Mould(seen["party"]), let number = mould.number(in: seen["client"]) {
            return client(seen, .numbers, .texts(["\(number)"]))
        }
        return client(seen, .networks, .texts([address]))
    }

    private static func client(_ seen: Seen, _ attribute: PolicyAttribute, _ value: PolicyValue) -> PolicyEntry {
        var entry = PolicyEntry(.clients, seen["party"], scope: seen.proto)
        entry.values[attribute] = value
        return entry
    }

    private static func record(_ seen: Seen, _ attribute: PolicyAttribute?, _ value: PolicyValue?) -> PolicyEntry {
        let section = PolicySection(rawValue: seen["section"]) ?? .topics
        var entry = PolicyEntry(section, seen["name"], scope: seen["server"])
        if let attribute { entry.values[attribute] = value }
        return entry
    }
}
