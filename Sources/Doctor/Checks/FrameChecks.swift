/// Whether frames arrive in full length.
enum TruncationCheck {
    static func judge(_ survey: PortSurvey, _ context: PortContext) -> Finding {
        let share = survey.withPayload > 0 ? Double(survey.payloadCut) / Double(survey.withPayload) : 0
        let figures = [
            "cut": Double(survey.cut), "sliced": Double(survey.sliced), "payload_cut_share": share,
        ]
        guard survey.payloadCut > 0 else {
            if survey.tunnelFragments > 0 {
                return Finding(
                    .truncation, .warning, "mirrored frames come in fragments",
                    seen: ["\(Text.count(survey.tunnelFragments, "fragment")) of packets of GRE (ERSPAN)"],
                    meaning:
                        "The way from the switch takes no packets as long as a whole frame in its tunnel: one "
                        + "fragment that is lost costs the frame.",
                    cure: ["Raise the MTU of that way by 50 bytes at least, or do not tunnel:"]
                        + SwitchCommands.wholeFrames,
                    figures: figures)
            }
            return Finding(
                .truncation, survey.withPayload > 0 ? .ok : .unknown,
                survey.withPayload > 0
                    ? "frames arrive in full length" : "no frame with a payload, so that nothing could be cut",
                figures: figures)
        }
        let isSliced = survey.sliced >= survey.cut
        let lengths = isSliced ? survey.slicedLengths : survey.cutLengths
        let longest = lengths.max { ($0.value, $1.key) < ($1.value, $0.key) }
        let total = survey.sliced + survey.cut
        var seen = [
            "\(Text.number(survey.payloadCut)) of \(Text.count(survey.withPayload, "frame")) with a payload are "
                + "cut (\(Text.percent(share)))"
        ]
        if let longest, Double(longest.value) > 0.5 * Double(total) {
            seen.append("most of them after \(Text.count(UInt64(clamping: longest.key), "byte"))")
        }
        let glued = survey.conversations.all.reduce(0) { $0 + $1.gluedAndCut }
        let isOfGlued = Double(glued) >= 0.9 * Double(survey.payloadCut)
        if isOfGlued { seen.append("only frames are cut that were glued together before: see 'offload'") }
        let verdict: Verdict = isOfGlued || share < 0.05 ? .warning : .failure
        let cure: [String]
        if isSliced {
            cure =
                ["The switch, or a tunnel on the way, cuts the copies. Let it send whole frames:"]
                + SwitchCommands.wholeFrames
        } else if context.isLive {
            cure = [
                "The snap length of \(context.snapLength ?? 0) bytes cuts them. Start the sensor without -s, or "
                    + "with 'snap_length: "
                    + "262144' in its configuration."
            ]
        } else {
            cure = ["Capture again with the whole length: tcpdump -s 0 -i IFACE -w FILE (262144 bytes, its default)."]
        }
        return Finding(
            .truncation, verdict, isSliced ? "frames are cut before they arrive" : "frames are cut by the snap length",
            seen: seen,
            meaning:
                "What is cut off is not read: topics, payloads and options behind that place are missing, and "
                + "messages that follow in the same stream are lost until the next one proves to be a beginning.",
            cure: cure, figures: figures)
    }
}

/// Whether segments were glued together or checksums left to a card, before they were captured.
enum OffloadCheck {
    /// A direction of which so many checksums are wrong, and none right, leaves them to its card.
    private static let leastChecksums: UInt64 = 4

    static func judge(_ survey: PortSurvey, _ context: PortContext) -> Finding {
        var (glued, packets): (UInt64, UInt64) = (0, 0)
        var (wrongSides, rightSides, mixedSides): (UInt64, UInt64, UInt64) = (0, 0, 0)
        var (wrong, checked): (UInt64, UInt64) = (0, 0)
        for conversation in survey.conversations.all {
            glued += conversation.glued
            for side in [conversation.first, conversation.second] {
                packets += side.frames
                wrong += side.wrongChecksums
                checked += side.wrongChecksums + side.rightChecksums
                if side.wrongChecksums + side.rightChecksums < leastChecksums { continue }
                if side.rightChecksums == 0 {
                    wrongSides += 1
                } else if side.wrongChecksums == 0 {
                    rightSides += 1
                } else {
                    mixedSides += 1
                }
            }
        }
        let wrongShare = checked > 0 ? Double(wrong) / Double(checked) : 0
        let gluedShare = packets > 0 ? Double(glued) / Double(packets) : 0
        let figures = ["glued": Double(glued), "glued_share": gluedShare, "wrong_checksum_share": wrongShare]
        let isGlued = glued >= 3 && gluedShare >= 0.001
        let isLeftToCard = wrongSides > 0 && wrongShare >= 0.02
        let isDamaged = !isLeftToCard && wrong >= (context.isLive ? 5 : 20) && wrongShare >= 0.01
        guard isGlued || isLeftToCard || isDamaged else {
            return Finding(
                .offload, packets > 0 ? .ok : .unknown,
                packets > 0 ? "segments arrive as they were sent, checksums are right" : "no packet to judge by",
                figures: figures)
        }
        let own = Set(context.interfaces.compactMap(\.address))
        let isOfOneEnd = !context.isLive || survey.stations.unicastForOthers(than: own) == 0
        if isLeftToCard, !isGlued, isOfOneEnd {
            // So it is in most captures that a machine made of itself, and on loopback: no fault of a port.
            return Finding(
                .offload, .ok,
                "captured on one of the ends: checksums of one side were left to a card",
                figures: figures)
        }
        var seen: [String] = []
        if isGlued {
            seen.append(
                "\(Text.count(glued, "segment")) of \(Text.number(packets)) are longer than their receiver takes "
                    + "(\(Text.percent(gluedShare))): several were glued into one"
            )
        }
        if wrong > 0 {
            seen.append(
                "\(Text.number(wrong)) of \(Text.count(checked, "checksum")) are wrong "
                    + "(\(Text.percent(wrongShare))): all of \(Text.count(wrongSides, "direction")) of "
                    + "conversations, none of "
                    + "\(Text.number(rightSides)), some of \(Text.number(mixedSides))"
            )
        }
        if isDamaged {
            return Finding(
                .offload, .warning, "frames arrive damaged: checksums are wrong here and there", seen: seen,
                meaning: "Frames were damaged on the way, or somebody sends what no receiver takes.",
                cure: ["Look at the cable and the port for CRC errors: ethtool -S \(context.commandName)"],
                figures: figures)
        }
        return Finding(
            .offload, .warning,
            isGlued
                ? "segments were glued together before they were captured"
                : "checksums of some senders are all wrong: their card was to fill them in",
            seen: seen,
            meaning: isGlued
                ? "The sensor reads them, but the lengths, counts and times of frames are not those of the wire, "
                    + "and a snap length that fits the wire cuts them."
                : "The sensor tolerates it; with '--checksums strict' it would leave those senders out.",
            cure: cure(context, isGlued: isGlued), figures: figures)
    }

    private static func cure(_ context: PortContext, isGlued: Bool) -> [String] {
        let name = context.commandName
        if !isGlued {
            return [
                "It is so where a machine captures what it sends itself. At a mirror of virtual machines, on each "
                    + "of them:"
            ]
                + ["    ethtool -K IFACE tx off"]
        }
        let card = context.interfaces.first
        var switches: [String] = []
        if card?.joinsInKernel != false { switches.append("gro off") }
        if card?.joinsInCard != false { switches.append("lro off") }
        let receiving = "    ethtool -K \(name) \(switches.joined(separator: " "))"
        let sending =
            "    ethtool -K PORT tso off gso off          (each port of a Linux bridge or virtual machine that is "
            + "mirrored)"
        if context.isLive, switches.isEmpty {
            return ["This machine does not join what it gets; the machine that sends them does. There:", sending]
        }
        return context.isLive
            ? ["On this machine, once for each start (its card must not join what it gets):", receiving]
                + ["If they are glued already when they come, at the machine that sends them:", sending]
            : ["On the machine that captured:", receiving, "and where it captured what it sends itself:", sending]
    }
}

/// Whether the mirror port's link is wide enough for all that is mirrored to it.
enum OversubscriptionCheck {
    static func judge(_ survey: PortSurvey, _ context: PortContext) -> Finding {
        let peak = survey.rates.peakBits
        let seconds = Double(survey.duration) / 1e9
        let mean = seconds > 0 ? Double(survey.bytes) * 8 / seconds : 0
        var figures = ["peak_bits": peak, "mean_bits": mean]
        let rates = "peak \(Text.bits(peak)) in 10 ms, mean \(Text.bits(mean))"
        let halfDuplex = context.interfaces.filter { $0.isFullDuplex == false && !$0.isVirtual }
        if let slow = halfDuplex.first {
            return Finding(
                .oversubscription, .failure, "\(slow.name) is half duplex", seen: [rates],
                meaning: "A mirror at half duplex loses frames to collisions.",
                cure: ["Let both ends negotiate, or set both alike: ethtool -s \(slow.name) autoneg on"],
                figures: figures)
        }
        let damaged = context.interfaces.reduce(UInt64(0)) { sum, interface in
            sum + (interface.counters["rx_crc_errors"] ?? 0) + (interface.counters["rx_frame_errors"] ?? 0)
        }
        if damaged > 0 {
            return Finding(
                .oversubscription, .warning, "frames arrive damaged", seen: [Text.count(damaged, "CRC error"), rates],
                meaning: "The card drops them.",
                cure: ["Change the cable or the transceiver; see that both ends have the same speed and duplex."],
                figures: figures)
        }
        guard let speed = context.interfaces.compactMap(\.speed).min(), speed > 0, context.interfaces.count == 1 else {
            return Finding(
                .oversubscription, context.isLive ? .unknown : .ok,
                context.isLive ? "the speed of the link is not known; \(rates)" : rates, figures: figures)
        }
        let limit = Double(speed) * 1e6
        figures["speed_bits"] = limit
        let full = survey.rates.bins(above: 0.8 * limit)
        let share = survey.rates.busyBins > 0 ? Double(full) / Double(survey.rates.busyBins) : 0
        guard full >= 3 || peak > 0.95 * limit else {
            return Finding(
                .oversubscription, .ok,
                "\(rates): \(Text.percent(peak / limit)) of the link's \(Text.bits(limit))", figures: figures)
        }
        return Finding(
            .oversubscription, share >= 0.01 ? .failure : .warning, "more is mirrored than the link carries",
            seen: [
                "\(Text.count(full, "time")) the link was fuller than 80 % for 10 ms (\(Text.percent(share)) of "
                    + "the time with traffic); \(rates), of \(Text.bits(limit))"
            ],
            meaning:
                "Both directions of all mirrored ports go out of one: what is more than its speed the switch "
                + "drops, and no counter of this machine tells.",
            cure: [
                "Mirror fewer ports, or only the VLANs of the devices (Cisco IOS: monitor session 1 filter vlan "
                    + "10,20), or give the sensor a faster port."
            ], figures: figures)
    }
}
