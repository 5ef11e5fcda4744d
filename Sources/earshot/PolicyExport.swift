import Foundation
import Inventory
import Sensor

/// Prints a policy in the language of something that can enforce it, with what that language cannot say.
enum PolicyExport: String, CaseIterable, Sendable {
    case mosquitto, emqx, mud, nftables

    /// The text, with comments where the language has them.
    func text(_ policy: Policy) -> String {
        switch self {
        case .mosquitto: MosquittoACL(policy).text
        case .emqx: EMQXACL(policy).text
        case .mud: MUDFile(policy).text
        case .nftables: NftablesDraft(policy).text
        }
    }

    /// What the language cannot say of what a policy says.
    var limits: [String] {
        let common = [
            "values, formats, sizes, pace and heartbeats: only a sensor sees these",
            "placeholders within a level ({n} in press-{n}): the whole level is let through",
        ]
        switch self {
        case .mosquitto:
            return common + [
                "kinds of clients: rules go by user name; clients without one share the rules of all that have none",
                "who reads and who publishes a topic within one user",
            ]
        case .emqx: return common + ["usual networks together with names: rules go by the client id alone"]
        case .mud:
            return [
                "topics, methods and all that a message holds: MUD goes by addresses and ports",
                "kinds of clients: each is one device here",
            ]
        case .nftables:
            return [
                "topics, methods and all that a message holds: nftables goes by addresses and ports",
                "clients whose networks the policy does not list may not connect",
            ]
        }
    }
}

/// A template as a filter of MQTT: a level with a placeholder lets any level through.
func topicFilter(_ template: String) -> String {
    template.split(separator: "/", omittingEmptySubsequences: false)
        .map { $0.contains("{") ? "+" : String($0) }.joined(separator: "/")
}

/// What a kind of clients may publish and read.
private struct Permissions {
    var publishes: Set<String> = []
    var reads: Set<String> = []

    /// By the kinds of clients; `nil` for everybody.
    static func of(_ policy: Policy) -> [String?: Permissions] {
        var found: [String?: Permissions] = [:]
        for entry in policy.entries where entry.state != .deny {
            switch entry.section {
            case .topics:
                guard entry.scope?.hasPrefix("mqtt ") ?? true else { continue }
                let parties = entry.texts(.publishers).map { $0.map(Optional.some) } ?? [nil]
                for party in parties { found[party, default: Permissions()].publishes.insert(topicFilter(entry.name)) }
            case .filters:
                for party in entry.texts(.readers).map({ $0.map(Optional.some) }) ?? [nil] {
                    found[party, default: Permissions()].reads.insert(topicFilter(entry.name))
                }
            default: continue
            }
        }
        return found
    }
}

/// The file that `acl_file` of mosquitto names (mosquitto.conf(5)).
private struct MosquittoACL {
    private(set) var text = "# What a policy of Earshot says, as far as an ACL of mosquitto can: name it by acl_file.\n"

    init(_ policy: Policy) {
        for limit in PolicyExport.mosquitto.limits { text += "# Cannot say: \(limit).\n" }
        var users: [String: [String]] = [:]
        for entry in policy.entries(of: .clients) where entry.scope ?? "mqtt" == "mqtt" && entry.state != .deny {
            users[entry.name] = entry.texts(.users)
        }
        var byUser: [String?: Permissions] = [:]
        for (party, permissions) in Permissions.of(policy) {
            let names: [String?] = party.flatMap { users[$0] }?.map(Optional.some) ?? [nil]
            for name in names {
                byUser[name, default: Permissions()].publishes.formUnion(permissions.publishes)
                byUser[name, default: Permissions()].reads.formUnion(permissions.reads)
            }
        }
        // Rules of nobody come first: they hold for clients without a user name only.
        for (user, permissions) in byUser.sorted(by: { ($0.key ?? "") < ($1.key ?? "") }) {
            text += user.map { "\nuser \($0)\n" } ?? "\n# Clients without a user name.\n"
            for topic in permissions.publishes.sorted() { text += "topic write \(topic)\n" }
            // A filter is let through whole: where a subscription is not covered, nothing of it is delivered.
            for topic in permissions.reads.sorted() { text += "topic read \(topic)\n" }
        }
    }
}

/// The file of EMQX's authorisation by file (acl.conf).
private struct EMQXACL {
    private(set) var text = "%% What a policy of Earshot says, as far as acl.conf of EMQX can.\n"

    init(_ policy: Policy) {
        for limit in PolicyExport.emqx.limits { text += "%% Cannot say: \(limit).\n" }
        for (party, permissions) in Permissions.of(policy).sorted(by: { ($0.key ?? "") < ($1.key ?? "") }) {
            let who = party.map { "{clientid, {re, \(Self.quoted(Self.expression($0)))}}" } ?? "all"
            for (action, topics) in [("publish", permissions.publishes), ("subscribe", permissions.reads)]
            where !topics.isEmpty {
                let list = topics.sorted().map { Self.quoted($0) }.joined(separator: ", ")
                text += "{allow, \(who), \(action), [\(list)]}.\n"
            }
        }
        text += "{deny, all}.\n"
    }

    /// A template as an expression (PCRE).
    static func expression(_ template: String) -> String {
        var text = NSRegularExpression.escapedPattern(for: template)
        for (name, pattern) in [
            ("n", "[0-9]+"), ("id", "[^/]+"), ("mac", "[0-9A-Fa-f:_.-]+"), ("uuid", "[0-9A-Fa-f_-]+"),
            ("ip", "[0-9A-Fa-f:.]+"), ("date", "[0-9T:.Z_-]+"),
        ] {
            text = text.replacing(NSRegularExpression.escapedPattern(for: "{\(name)}"), with: pattern)
        }
        return "^\(text)$"
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}

/// A Manufacturer Usage Description (RFC 8520) of all clients together: which servers they may ask.
private struct MUDFile {
    private(set) var text = ""

    init(_ policy: Policy) {
        // A list is of one family (RFC 8519).
        var rules: [String: [[String: Any]]] = [:]
        for entry in policy.entries(of: .servers) where entry.state != .deny {
            guard let server = ServerName(entry.name) else { continue }
            let family = server.isSix ? "ipv6" : "ipv4"
            let network = server.address.contains("/") ? server.address : "\(server.address)/\(server.isSix ? 128 : 32)"
            var matches: [String: Any] = [
                family: [
                    "destination-\(family)-network": network, "protocol": server.transport == "tcp" ? 6 : 17,
                ] as [String: Any]
            ]
            if let port = server.port {
                matches[server.transport] = ["destination-port": ["operator": "eq", "port": port] as [String: Any]]
            }
            rules[family, default: []].append([
                "name": "to-\(family)-\(rules[family]?.count ?? 0)", "matches": matches,
                "actions": ["forwarding": "accept"],
            ])
        }
        let families = rules.keys.sorted()
        let policies = ["access-lists": ["access-list": families.map { ["name": "from-device-\($0)"] }]]
        let lists = families.map { family -> [String: Any] in
            ["name": "from-device-\(family)", "type": "\(family)-acl-type", "aces": ["ace": rules[family] ?? []]]
        }
        // The policy's own time, not that of the clock on the wall: the same policy is the same file.
        let updated = policy.entries.compactMap { max($0.seen?.last ?? 0, $0.added ?? 0) }.max() ?? 0
        let file: [String: Any] = [
            "ietf-mud:mud": [
                "mud-version": 1, "mud-url": "https://example.invalid/earshot-policy", "cache-validity": 48,
                "is-supported": true, "systeminfo": "Clients of MQTT and CoAP, as a policy of Earshot has them",
                "last-update": PolicyText.time(updated / 1_000_000 * 1_000_000), "from-device-policy": policies,
            ] as [String: Any],
            "ietf-access-control-list:acls": ["acl": lists],
        ]
        let options: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = try? JSONSerialization.data(withJSONObject: file, options: options)
        text = String(decoding: data ?? Data(), as: UTF8.self) + "\n"
    }
}

/// A draft of a chain of nftables: who may connect to the servers of a policy.
private struct NftablesDraft {
    private(set) var text = "# What a policy of Earshot says, as a draft for nftables. Read it before you load it.\n"

    init(_ policy: Policy) {
        for limit in PolicyExport.nftables.limits { text += "# Cannot say: \(limit).\n" }
        text += "table inet earshot {\n"
        for family in ["ip", "ip6"] {
            let isSix = family == "ip6"
            let networks = Set(
                policy.entries(of: .clients).filter { $0.state != .deny }.flatMap { $0.texts(.networks) ?? [] }
            )
            .filter { $0.contains(":") == isSix }.sorted()
            text +=
                "    set clients_\(family) {\n        type \(isSix ? "ipv6" : "ipv4")_addr\n        flags interval\n        auto-merge\n"
            if !networks.isEmpty { text += "        elements = { \(networks.joined(separator: ", ")) }\n" }
            text += "    }\n"
        }
        text += "    chain forward {\n        type filter hook forward priority filter; policy accept;\n"
        let servers = policy.entries(of: .servers).filter { $0.state != .deny }.compactMap { ServerName($0.name) }
        for server in servers {
            let family = server.isSix ? "ip6" : "ip"
            let port = server.port.map { "\(server.transport) dport \($0)" } ?? "meta l4proto \(server.transport)"
            let target = "\(family) daddr \(server.address) \(port)"
            text += "        \(family) saddr @clients_\(family) \(target) accept\n        \(target) drop\n"
        }
        text += "    }\n}\n"
    }
}

/// A server by its key: `mqtt 10.0.0.5:1883`, `coap [fd00::5]:5683`, `coap 10.0.0.0/24:*`.
private struct ServerName {
    let transport: String
    let address: String
    /// `nil` for every port.
    let port: Int?
    var isSix: Bool { address.contains(":") }

    init?(_ key: String) {
        let parts = key.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let colon = parts[1].lastIndex(of: ":") else { return nil }
        let text = parts[1][parts[1].index(after: colon)...]
        port = Int(text)
        guard port != nil || text == "*" else { return nil }
        transport = parts[0] == "coap" ? "udp" : "tcp"
        address = parts[1][..<colon].trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
    }
}
