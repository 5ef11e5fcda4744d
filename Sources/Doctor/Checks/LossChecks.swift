import Network

/// Whether what was on the wire arrives, and where it is lost.
enum LossCheck {
    /// Places in streams where something is missing: fewer may be a capture that somebody cut to a purpose.
    private static let leastForFailure: UInt64 = 10

    static func judge(_ survey: PortSurvey, _ context: PortContext) -> Finding {
        var (seenBytes, lostBytes, stretches): (UInt64, UInt64, UInt64) = (0, 0, 0)
        for conversation in survey.conversations.all
        where conversation.key.transport == .tcp && conversation.first.frames > 0 && conversation.second.frames > 0 {
            for side in [conversation.first, conversation.second] {
                seenBytes += side.seenBytes
                lostBytes += side.lostBytes
                stretches += side.lostStretches
            }
        }
        let sent = seenBytes + lostBytes
        let unseen = sent > 0 ? Double(lostBytes) / Double(sent) : 0
        let kernel = context.droppedByKernel ?? 0
        let offered = survey.frames + kernel
        let kernelShare = offered > 0 ? Double(kernel) / Double(offered) : 0
        let card = cardLosses(context)
        let cardShare = card.map { offered + $0 > 0 ? Double($0) / Double(offered + $0) : 0 }
        var figures = [
            "unseen_share": unseen, "unseen_bytes": Double(lostBytes), "unseen_stretches": Double(stretches),
            "kernel_share": kernelShare,
        ]
        if let cardShare { figures["card_share"] = cardShare }
        // One hole may be a connection that was in the middle of something.
        let isUnseen = stretches >= 3 && unseen >= 0.001
        let isKernel = kernelShare >= 0.001
        let isCard = (cardShare ?? 0) >= 0.001
        let known = max(kernelShare, 0) + (cardShare ?? 0)
        let atSwitch = max(0, unseen - known)
        let seen = [
            sent > 0
                ? "on the whole: \(Text.number(lostBytes)) of \(Text.count(sent, "byte")) that TCP acknowledged "
                    + "never came (\(Text.percent(unseen)), in \(Text.count(stretches, "place")))"
                : "on the whole: not known, there was no TCP with data in both directions",
            context.isLive
                ? "in this machine's kernel: \(Text.count(kernel, "frame")) (\(Text.percent(kernelShare))), by its "
                    + "own counter"
                : "in the kernel of the machine that captured: "
                    + (context.droppedByKernel.map { Text.count($0, "frame") } ?? "not known, the file does not say"),
            "in the card: "
                + (card.map { "\(Text.count($0, "frame")), by its counters" } ?? "not known, it has no counters"),
            "before: \(Text.percent(atSwitch)), the rest of the first",
        ]
        guard isUnseen || isKernel || isCard else {
            let isJudged = seenBytes > 0 || context.isLive
            return Finding(
                .loss, isJudged ? .ok : .unknown,
                sent > 0
                    ? "all that TCP acknowledged was seen" + (lostBytes > 0 ? " but \(Text.percent(unseen))" : "")
                    : isJudged
                        ? "no loss in this machine; of the wire nothing can be said without TCP"
                        : "no TCP with data to judge loss by",
                seen: lostBytes > 0 ? seen : [], figures: figures)
        }
        let worst = max(unseen, kernelShare, cardShare ?? 0)
        // Loss at the kernel shows as bytes that were not seen as well.
        let isOurs = isKernel && kernelShare >= 0.5 * worst
        let isOfCard = isCard && !isOurs && (cardShare ?? 0) >= 0.5 * worst
        let title =
            isOurs
            ? "this machine is too slow: its kernel drops frames"
            : isOfCard
                ? "the card drops frames before the kernel takes them"
                : "frames are lost before they arrive: \(Text.percent(worst)) of the data"
        return Finding(
            .loss, worst >= 0.05 && (isOurs || isOfCard || stretches >= leastForFailure) ? .failure : .warning, title,
            seen: seen,
            meaning:
                "Messages in lost frames are not read, and messages behind them are lost until the next one proves "
                + "to be a beginning; at \(Text.percent(worst)) a rule that counts misses about as much.",
            cure: cure(context, isOurs: isOurs, isOfCard: isOfCard), figures: figures)
    }

    private static func cardLosses(_ context: PortContext) -> UInt64? {
        let names = ["rx_missed_errors", "rx_fifo_errors", "rx_over_errors"]
        let cards = context.interfaces.filter { !$0.isVirtual && $0.counters["rx_missed_errors"] != nil }
        guard !cards.isEmpty else { return nil }
        return cards.reduce(0) { sum, card in sum + names.reduce(0) { $0 + (card.counters[$1] ?? 0) } }
    }

    private static func cure(_ context: PortContext, isOurs: Bool, isOfCard: Bool) -> [String] {
        let name = context.commandName
        if isOurs {
            return [
                "Give the kernel more room: earshot run -B 64, or 'capture_buffer_mebibytes: 64'; leave out what "
                    + "the sensor does not read with a filter; or use a faster machine."
            ]
        }
        if isOfCard { return ["Give the card a longer ring:", "    ethtool -g \(name); ethtool -G \(name) rx 4096"] }
        return [
            "No counter of this machine tells of it: the switch drops copies when its mirror port is full or busy, "
                + "or a link on the way loses them. Look at the counters of the mirror port (Cisco IOS: show "
                + "interfaces Gi1/0/48 | include drops), mirror fewer ports, or use a tap."
        ]
    }
}

/// The same by the messages of CoAP and MQTT themselves.
enum ProtocolLossCheck {
    /// Halves of exchanges that are missing: fewer may be odd ends of a few conversations.
    private static let leastForFailure: UInt64 = 10

    static func judge(_ survey: PortSurvey, _ context: PortContext) -> Finding {
        let coap = judged(survey.coap)
        let mqtt = judged(survey.mqtt)
        let numbers = survey.messageIDs.totals
        let notifications = survey.observations.totals
        var seen: [String] = []
        var shares: [(share: Double, halves: UInt64)] = []
        var figures: [String: Double] = [:]
        var isOfStreams = false
        if coap.total >= 10 {
            figures["coap_loss"] = coap.lossShare
            shares.append((coap.lossShare, coap.lost))
            seen.append(
                "CoAP: of \(Text.count(coap.total, "confirmed exchange")) \(Text.number(coap.questionsOnly)) "
                    + "without the acknowledgement, \(Text.number(coap.answersOnly)) without the message: "
                    + "\(Text.percent(coap.lossShare)) of the frames lost"
            )
            if coap.repeated > 0 {
                seen.append(
                    "CoAP: \(Text.count(coap.repeated, "message")) sent again and not answered: lost in the "
                        + "network itself, or nobody is there"
                )
            }
        }
        // A number may be skipped for other reasons, too: a peer behind another switch, a notification that was saved.
        // So these are asked only where no exchange tells.
        if shares.isEmpty {
            noteSequence("CoAP message identifiers", numbers, "coap_id_loss", &seen, &shares, &figures)
            noteSequence("CoAP notifications", notifications, "coap_observe_loss", &seen, &shares, &figures)
        }
        if survey.blocks >= 10 {
            figures["coap_block_gaps"] = Double(survey.blockGaps)
            if survey.blockGaps > 0 {
                seen.append(
                    "CoAP: \(Text.count(survey.blockGaps, "gap")) in \(Text.count(survey.blocks, "block")) of long "
                        + "bodies"
                )
            }
        }
        if mqtt.total >= 10 {
            figures["mqtt_loss"] = mqtt.lossShare
            // Where the streams are whole, a half that is missing was never sent: a reader that stalls, a refused
            // message. Where they are not, 'loss' has the exact number, and says how bad that is.
            let hasHoles = survey.conversations.all.contains { $0.first.lostBytes + $0.second.lostBytes > 0 }
            isOfStreams = hasHoles && mqtt.lossShare >= 0.002 && mqtt.lost >= 3
            if shares.isEmpty { shares.append((0, 0)) }
            seen.append(
                "MQTT: of \(Text.count(mqtt.total, "acknowledged exchange")) \(Text.number(mqtt.questionsOnly)) "
                    + "without the acknowledgement, \(Text.number(mqtt.answersOnly)) without the message: "
                    + "\(Text.percent(mqtt.lossShare)) of the messages not read"
            )
        }
        guard !shares.isEmpty else {
            return Finding(
                .protocolLoss, .unknown, "too few exchanges of CoAP and MQTT to judge loss by", seen: seen,
                figures: figures)
        }
        var worst = shares.filter { $0.halves >= 3 }.map(\.share).max() ?? 0
        let isFailure = shares.contains { $0.share >= 0.05 && $0.halves >= leastForFailure }
        if isOfStreams { worst = max(worst, mqtt.lossShare) }
        guard worst >= 0.002 else {
            return Finding(
                .protocolLoss, .ok, "exchanges of CoAP and MQTT are whole", seen: worst > 0 ? seen : [],
                figures: figures)
        }
        return Finding(
            .protocolLoss, isFailure ? .failure : .warning,
            "halves of exchanges are missing: about \(Text.percent(worst)) of the messages", seen: seen,
            meaning:
                "Nothing acknowledges UDP but the protocol: what was answered and not seen was lost on the way to "
                + "the sensor.",
            cure: ["See 'loss' and 'oversubscription' for where; without TCP this is the only measure of it."],
            figures: figures)
    }

    private static func noteSequence(
        _ name: String, _ totals: (received: UInt64, skipped: UInt64), _ figure: String, _ seen: inout [String],
        _ shares: inout [(share: Double, halves: UInt64)], _ figures: inout [String: Double]
    ) {
        let total = totals.received + totals.skipped
        guard totals.received >= 20 else { return }
        let share = Double(totals.skipped) / Double(total)
        figures[figure] = share
        shares.append((share, totals.skipped))
        seen.append(
            "\(name): \(Text.number(totals.skipped)) of \(Text.number(total)) are skipped (\(Text.percent(share)))")
    }

    /// Without servers of which one direction is missing: that is another fault.
    private static func judged(_ watch: ExchangeWatch) -> ExchangeWatch.Halves {
        watch.servers.values.reduce(ExchangeWatch.Halves()) { sum, halves in
            halves.whole == 0 && (halves.questionsOnly == 0 || halves.answersOnly == 0) ? sum : sum + halves
        }
    }
}
