import Events

extension MQTTStatement {
    /// Every statement of the three versions in plain words, and the sections whose rules have no number of their own.
    public static var explained: [SpecificationStatement] {
        let versions: [MQTTVersion] = [.v31, .v311, .v5]
        return versions.flatMap { version in
            let breaches = Self.breaches(version)
            let numbered = all.filter { $0.version == version }
            let ids = Set(numbered.map(\.id.description))
            let statements = numbered.map { statement -> SpecificationStatement in
                let id = statement.id.description
                var unseen: String?
                if case .unseen(let reason) = statement.sight { unseen = "\(reason.reason)" }
                return described(version, id, breaches[id] ?? [], unseen: unseen)
            }
            let sections = breaches.filter { !ids.contains($0.key) && $0.key != "MQTT-" }
            return statements + sections.sorted { $0.key < $1.key }.map { described(version, $0.key, $0.value) }
        }
    }

    /// What breaks each statement of a version, by the name that `violation.id` shows.
    private static func breaches(_ version: MQTTVersion) -> [String: [String]] {
        var breaches: [String: [String]] = [:]
        for violation in MQTTViolation.allCases {
            let names = Set((0..<16).compactMap { violation.ownName(version, MQTTPacketType(rawValue: $0)) })
            for name in names { breaches[name, default: []].append("\(violation.summary)") }
        }
        for violation in CarrierViolation.allCases where "\(violation.name)".hasPrefix("MQTT-") && version != .v31 {
            breaches["\(violation.name)", default: []].append("\(violation.summary)")
        }
        return breaches
    }

    private static func described(
        _ version: MQTTVersion, _ id: String, _ breaches: [String], unseen: String? = nil
    ) -> SpecificationStatement {
        let parts = id.split(separator: "-").map(String.init)
        let (name, link) =
            switch version {
            case .v31: ("MQTT V3.1", "https://public.dhe.ibm.com/software/dw/webservices/ws-mqtt/mqtt-v3r1.html")
            case .v5: ("MQTT 5.0", "https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html")
            case .v311, .three, .unknown:
                ("MQTT 3.1.1", "https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html")
            }
        return SpecificationStatement(
            id: id, specification: name, clause: parts.count > 1 ? parts[1] : "", link: link, breaches: breaches,
            unseen: breaches.isEmpty ? unseen : nil)
    }
}
