import Network

/// Whether both directions of conversations arrive.
enum DirectionCheck {
    /// What was seen of the conversations with a server, or in a VLAN.
    private struct Sides {
        var both: UInt64 = 0
        var clientOnly: UInt64 = 0
        var serverOnly: UInt64 = 0

        var oneSided: UInt64 { clientOnly + serverOnly }

        mutating func note(_ sight: Conversation.Sight) {
            switch sight {
            case .both: both += 1
            case .clientOnly: clientOnly += 1
            case .serverOnly: serverOnly += 1
            case .unclear: break
            }
        }
    }

    /// Exchanges of messages without their other half, from which on that is no chance.
    private static let leastExchanges: UInt64 = 8

    static func judge(_ survey: PortSurvey, _ context: PortContext) -> Finding {
        var all = Sides()
        var servers: [Endpoint: Sides] = [:]
        var vlans: [Int: Sides] = [:]
        for conversation in survey.conversations.all {
            let sight = conversation.sight
            guard sight != .unclear else { continue }
            all.note(sight)
            servers[conversation.server, default: Sides()].note(sight)
            let tags = conversation.first.tags ?? conversation.second.tags ?? VLANTags()
            vlans[tags.count > 0 ? Int(tags[0]) : -1, default: Sides()].note(sight)
        }
        // Of CoAP over UDP each exchange tells, since a datagram alone may be one that nobody answers. Questions
        // without any answer may go to a server that is off, where others answer.
        let asked = survey.coap.servers.filter { $0.value.total >= leastExchanges }
        let areOthersWhole = all.both > 0 || asked.contains { $0.value.whole > 0 }
        for (server, halves) in asked {
            let sight = halves.sight
            if sight == .clientOnly, areOthersWhole { continue }
            all.note(sight)
            servers[server, default: Sides()].note(sight)
        }
        let judged = all.both + all.oneSided
        let share = judged > 0 ? Double(all.oneSided) / Double(judged) : 0
        let figures = [
            "conversations": Double(judged), "one_sided": Double(all.oneSided), "one_sided_share": share,
        ]
        guard judged > 0 else {
            return Finding(
                .direction, .unknown, "no conversation that must have two directions was seen", figures: figures)
        }
        guard all.oneSided > 0 else {
            return Finding(
                .direction, .ok, "both directions of \(Text.count(judged, "conversation")) arrive", figures: figures)
        }
        // A connection may have been in the middle of something when the sample began or ended.
        guard share >= 0.02 else {
            return Finding(
                .direction, .ok,
                "both directions of \(Text.number(all.both)) of \(Text.number(judged)) conversations arrive",
                figures: figures)
        }
        return finding(all, servers, vlans, share, figures, survey, context)
    }

    private static func finding(
        _ all: Sides, _ servers: [Endpoint: Sides], _ vlans: [Int: Sides], _ share: Double, _ figures: [String: Double],
        _ survey: PortSurvey, _ context: PortContext
    ) -> Finding {
        var seen = [
            "of \(Text.count(all.both + all.oneSided, "conversation")) only one direction was seen in "
                + "\(Text.number(all.oneSided)) (\(Text.percent(share))): the client's in "
                + "\(Text.number(all.clientOnly)), the server's in \(Text.number(all.serverOnly))"
        ]
        let worst = servers.filter { $0.value.oneSided > 0 }.sorted {
            ($1.value.oneSided, $0.key.address, $0.key.port) < ($0.value.oneSided, $1.key.address, $1.key.port)
        }
        for (server, sides) in worst.prefix(5) {
            let isMissingFrom = sides.clientOnly >= sides.serverOnly
            let (way, missing) = isMissingFrom ? ("from", sides.clientOnly) : ("to", sides.serverOnly)
            seen.append(
                "frames \(way) \(Text.endpoint(server)) are missing in \(Text.number(missing)) of "
                    + "\(Text.count(sides.both + sides.oneSided, "conversation"))"
            )
        }
        if worst.count > 5 { seen.append("and of \(worst.count - 5) more servers") }
        if vlans.count > 1 {
            for (vlan, sides) in vlans.sorted(by: { $0.key < $1.key }) where sides.oneSided > 0 && sides.both == 0 {
                seen.append(
                    vlan < 0 ? "of all conversations without a VLAN tag" : "of all conversations in VLAN \(vlan)")
            }
        }
        let pairs = survey.stations.oneWayPairs(least: 20)
        if !pairs.isEmpty {
            let names = pairs.map { "\(Text.mac($0.pair.source)) to \(Text.mac($0.pair.destination))" }
            seen.append("stations that send to another and are not sent anything by it: \(Text.list(names, limit: 3))")
        }
        // Some servers are answered by another way for good; where half is missing it is the mirror.
        let isFailure = share >= 0.5
        let address = worst.first.map { Text.address($0.key.address) } ?? "the server"
        let isFrom = all.clientOnly >= all.serverOnly
        let advice =
            isFrom
            ? "Frames from \(address) are missing: of its port only what the switch sends out is mirrored (TX), or "
                + "of the uplink only what comes in. Add RX of its port, or TX of the uplink:"
            : "Frames to \(address) are missing: of its port only what the switch takes in is mirrored (RX), or of "
                + "the uplink only what goes out. Add TX of its port, or RX of the uplink:"
        var cure = [advice] + SwitchCommands.bothDirections
        if !isFailure { cure.append("Where answers go another way for good, mirror that way to a second interface.") }
        return Finding(
            .direction, isFailure ? .failure : .warning,
            isFailure
                ? "only one direction arrives" : "of some conversations only one direction arrives",
            seen: seen,
            meaning:
                "Without answers the sensor cannot tell whether a login, a subscription or a command was taken, "
                + "puts no exchange together, and rules that need both sides stay silent.",
            cure: context.isLive ? cure : ["If it was captured at a mirror port:"] + cure, figures: figures)
    }
}

extension ExchangeWatch.Halves {
    fileprivate var sight: Conversation.Sight {
        if whole > 0 || questionsOnly > 0 && answersOnly > 0 { return .both }
        return questionsOnly > 0 ? .clientOnly : .serverOnly
    }
}

/// Whether the two directions carry the same tags, and what the mirror wraps frames in.
enum TagCheck {
    static func judge(_ survey: PortSurvey, _ context: PortContext) -> Finding {
        var judged: UInt64 = 0
        var oneSided: [Conversation] = []
        var unlike: [Conversation] = []
        for conversation in survey.conversations.all
        where conversation.first.frames > 0 && conversation.second.frames > 0 {
            judged += 1
            if conversation.isTaggedOnOneSide { oneSided.append(conversation) }
            if conversation.hasTwoVLANs { unlike.append(conversation) }
        }
        var seen = [vlans(survey)]
        if !survey.byTunnel.isEmpty {
            seen.append(
                "wrapped in "
                    + survey.byTunnel.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
                    .map { "\("\($0.key.name)".uppercased()) (\(Text.count($0.value, "frame")))" }
                    .joined(separator: ", "))
        }
        let bad = oneSided.count + unlike.count
        let share = judged > 0 ? Double(bad) / Double(judged) : 0
        let figures = ["conversations": Double(judged), "unlike_tags": Double(bad)]
        guard bad > 0, share >= 0.05 else {
            let hasTags = survey.byVLAN.contains { $0.key > 0 }
            return Finding(
                .tags, judged > 0 ? .ok : .unknown,
                judged > 0
                    ? hasTags ? "both directions carry the same VLAN tags" : "no VLAN tags on either direction"
                    : "no conversation with two directions to compare tags by",
                seen: hasTags || !survey.byTunnel.isEmpty ? seen : [], figures: figures)
        }
        if !oneSided.isEmpty {
            let toServer = oneSided.filter { ($0.isFirstServer ? $0.second : $0.first).tags?.count ?? 0 > 0 }.count
            let way = toServer * 2 >= oneSided.count ? "to the servers" : "from the servers"
            seen.append(
                "in \(Text.number(UInt64(oneSided.count))) of \(Text.count(judged, "conversation")) only the "
                    + "frames \(way) are tagged, as between \(ends(oneSided[0]))"
            )
        }
        if !unlike.isEmpty {
            seen.append(
                "in \(Text.number(UInt64(unlike.count))) of \(Text.count(judged, "conversation")) the two "
                    + "directions are in different VLANs, as between \(ends(unlike[0]))"
            )
        }
        return Finding(
            .tags, .warning,
            oneSided.count >= unlike.count
                ? "VLAN tags are stripped on one direction" : "the two directions carry different VLAN tags",
            seen: seen,
            meaning:
                "The sensor joins the two directions, but cannot tell networks apart that use the same addresses, "
                + "and 'network.vlan.id' in rules and alerts is right for one direction only.",
            cure: ["Let the mirror keep tags as they are on the wire, for both directions:"] + SwitchCommands.keepTags,
            figures: figures)
    }

    private static func ends(_ conversation: Conversation) -> String {
        "\(Text.endpoint(conversation.client)) and \(Text.endpoint(conversation.server))"
    }

    private static func vlans(_ survey: PortSurvey) -> String {
        let untagged = survey.byVLAN[-1] ?? 0
        let tagged = survey.byVLAN.filter { $0.key >= 0 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let names = tagged.map { "VLAN \($0.key): \(Text.number($0.value))" }
        var text = "frames without a tag: \(Text.number(untagged))"
        if !names.isEmpty { text += "; " + Text.list(names, limit: 6) }
        if survey.doubleTagged > 0 { text += "; with two tags: \(Text.number(survey.doubleTagged))" }
        return text
    }
}
