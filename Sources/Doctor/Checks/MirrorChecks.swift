import Network

/// Whether anything arrives.
enum TrafficCheck {
    static func judge(_ survey: PortSurvey, _ context: PortContext) -> Finding {
        let seconds = context.seconds ?? Double(survey.duration) / 1e9
        let figures = ["frames": Double(survey.frames), "seconds": seconds]
        if survey.frames > 0 {
            let rate = seconds > 0 ? ", \(Text.rate(Double(survey.frames) / seconds, "frames/s"))" : ""
            return Finding(
                .traffic, .ok, "\(Text.count(survey.frames, "frame")) in \(Text.decimal(seconds, 1)) s\(rate)",
                figures: figures)
        }
        guard context.isLive else {
            return Finding(.traffic, .warning, "\(context.subject) holds no frame", figures: figures)
        }
        let unplugged = context.interfaces.filter { $0.hasCarrier == false }.map(\.name)
        let isUnplugged = unplugged.count == context.interfaces.count
        return Finding(
            .traffic, .failure,
            isUnplugged
                ? "nothing is connected to \(unplugged.joined(separator: ", ")): the link has no carrier"
                : "not one frame arrived on \(context.subject) in \(Text.decimal(seconds, 0)) s",
            meaning: isUnplugged
                ? "The sensor hears nothing."
                : "A port of a switch that works sends something within half a minute, if only LLDP, spanning tree "
                    + "or ARP. Either the mirror is off, or its destination is another port. If the plant rests, "
                    + "look again when it works.",
            cure: isUnplugged
                ? ["Plug the cable in, and see that the port of the switch is not shut down ('no shutdown')."]
                : ["Mirror the ports of the devices to the port that this machine is connected to:"]
                    + SwitchCommands.newMirror,
            figures: figures)
    }
}

/// Whether what arrives is the traffic of others.
enum MirrorCheck {
    /// An ordinary port gets no more than that: what a switch floods until it has learnt where an address is.
    private static let floodedShare = 0.01

    static func judge(_ survey: PortSurvey, _ context: PortContext) -> Finding {
        let stations = survey.stations
        let own = Set(context.interfaces.compactMap(\.address))
        let tunnels = survey.byTunnel.filter { [.erspan, .tzsp].contains($0.key) }
        let addressed = stations.unicast + stations.group
        guard addressed > 0, tunnels.isEmpty else {
            let isWrapped = !tunnels.isEmpty
            return Finding(
                .mirror, isWrapped ? .ok : .unknown,
                isWrapped
                    ? "frames come from a mirror, wrapped in \(names(of: tunnels))"
                    : "frames have no addresses of Ethernet: whose they are cannot be told")
        }
        let others = stations.unicastForOthers(than: own)
        let share = Double(others) / Double(addressed)
        let seen = [
            "\(Text.count(others, "frame")) to one station of others (\(Text.percent(share))), "
                + "\(Text.count(stations.unicast - others, "frame")) to or from this machine, "
                + "\(Text.count(stations.group, "frame")) to many or all"
        ]
        let figures = ["unicast_for_others": share]
        // A few frames may be only what is broadcast at the beginning.
        let isEnough = addressed >= 10
        if share >= floodedShare || !isEnough {
            return Finding(
                .mirror, isEnough ? .ok : .unknown,
                isEnough
                    ? "traffic between other stations is there"
                    : "too few frames to tell a mirror from an ordinary port",
                seen: seen, figures: figures)
        }
        guard context.isLive else {
            return Finding(
                .mirror, .warning,
                "\(context.subject) has only what is sent to all: no frame goes from one station to another",
                seen: seen,
                meaning:
                    "If it is of a mirror port, that port was an ordinary one; a capture of broadcasts is no fault.",
                figures: figures)
        }
        if !survey.services.services.isEmpty {
            return Finding(
                .mirror, .warning, "\(context.subject) has only what this machine says and hears itself", seen: seen,
                meaning:
                    "That is right where the broker or server runs on this machine. What others say to each other "
                    + "never comes here.",
                cure: ["To see others, mirror their ports to this one:"] + SwitchCommands.newMirror, figures: figures)
        }
        return Finding(
            .mirror, .failure, "\(context.subject) is an ordinary port, no mirror", seen: seen,
            meaning:
                "A switch sends to an ordinary port only what goes to all and what goes to this machine. What "
                + "devices and brokers say to each other never comes here.",
            cure: ["Mirror the ports of the devices, or the uplink that they share, to the port of this machine:"]
                + SwitchCommands.newMirror,
            figures: figures)
    }

    private static func names(of tunnels: [Tunnel: UInt64]) -> String {
        tunnels.keys.map { "\($0.name)".uppercased() }.sorted().joined(separator: " and ")
    }
}

/// Whether frames come once.
enum DuplicateCheck {
    static func judge(_ survey: PortSurvey, _ context: PortContext) -> Finding {
        let watch = survey.duplicates
        let figures = ["share": watch.share, "copies": Double(watch.copies)]
        guard watch.comparable >= 20 else {
            return Finding(.duplicates, .unknown, "too few packets to look for copies", figures: figures)
        }
        guard watch.copies >= 5, watch.share >= 0.01 else {
            return Finding(.duplicates, .ok, "frames come once", figures: figures)
        }
        var seen = [
            "\(Text.count(watch.copies, "frame")) of \(Text.number(watch.comparable)) came a second time "
                + "(\(Text.percent(watch.share))), \(Text.number(UInt64(clamping: watch.meanDelay))) µs later on "
                + "average"
        ]
        let all = Double(watch.copies)
        var cure =
            ["Mirror what enters all ports (RX only), or both directions of the uplink alone:"] + SwitchCommands.once
        if Double(watch.ofOtherInterface) > 0.5 * all {
            seen.append("most copies came by another interface of this machine")
            cure = ["Listen on one of the interfaces only, or mirror different ports to each."]
        } else if Double(watch.routed) > 0.5 * all {
            seen.append("most copies have another time to live: they were mirrored before and behind a router")
            cure = ["Mirror one side of the router only."]
        } else if Double(watch.retagged) > 0.5 * all {
            seen.append("most copies have another VLAN tag: they were mirrored on an access port and on a trunk")
        } else if watch.share > 0.4 {
            seen.append(
                "nearly each frame comes twice: both ends of its way through the switch are mirrored, in both "
                    + "directions"
            )
        }
        return Finding(
            .duplicates, .warning, "the same frames come twice", seen: seen,
            meaning:
                "The sensor leaves out copies that it knows as such, at the price of twice the load; counts of "
                + "messages in rules may be too high, and the mirror port is full at half of its traffic.",
            cure: cure, figures: figures)
    }
}
