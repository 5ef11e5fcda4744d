import Foundation

/// An alert as `earshot tail --format json` prints it, as far as tests look at it.
public struct AlertLine: Decodable, Sendable {
    public let id: Int
    public let count: Int
    public let rule: String
    public let title: String
    public let summary: String
    public let client: String?
    public let server: String?
    public let clientID: String?

    enum CodingKeys: String, CodingKey {
        case id, count, summary
        case rule = "rule_id"
        case title = "rule_title"
        case client = "client_ip"
        case server = "server_ip"
        case clientID = "client_id"
    }

    /// What does not depend on when and where it was stored.
    public var essence: String {
        "\(rule) x\(count) \(client ?? "-") \(server ?? "-") \(clientID ?? "-") \(title): \(summary)"
    }
}

/// The alerts in a store, as its readers get them.
public func alerts(in store: String) throws -> [AlertLine] {
    let outcome = try earshot("tail", "--db", store, "--format", "json", "-n", "100000")
    guard outcome.status == 0 else {
        throw NotSeen(what: "the alerts of \(store): \(outcome.errorText)", seconds: outcome.seconds)
    }
    return try outcome.lines.map { try JSONDecoder().decode(AlertLine.self, from: Data($0.utf8)) }
}

/// How often each text occurs.
public func counted(_ texts: some Sequence<String>) -> [String: Int] {
    texts.reduce(into: [:]) { $0[$1, default: 0] += 1 }
}

/// The `id` of the rule that raises alerts in a shipped file, such as `mqtt/mqtt_sys_subscription`; what a correlation counts
/// stands before it.
public func ruleID(_ name: String) throws -> String {
    let text = String(decoding: try contents("\(Program.rules)/\(name).yml"), as: UTF8.self)
    guard
        let line = text.split(separator: "\n")
            .last(where: { $0.hasPrefix("id: ") })
    else {
        throw NotSeen(what: "an id in \(name)", seconds: 0)
    }
    return line.dropFirst(4).trimmingCharacters(in: .whitespaces)
}
