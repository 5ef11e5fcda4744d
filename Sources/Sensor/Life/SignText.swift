import Events
import Network

extension SensorSign {
    /// What is the matter and what mends it, in a sentence for the log.
    public var sentence: String {
        let subject = [interface, server?.description].compactMap { $0 }.first.map { "\($0): " } ?? ""
        return subject + (isOver ? "this is over: \(headline)" : "\(headline)\(numbers); \(cure)")
    }

    private var numbers: String {
        var parts: [String] = []
        if let share { parts.append("\(share) %") }
        if let count { parts.append("\(count)") }
        if let seconds { parts.append("\(seconds) s") }
        return parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
    }

    private var headline: String {
        switch kind {
        case .interfaceDown: "the interface is down, gone or without a link"
        case .noFrames: "no frame comes any more"
        case .noMessages: "there is traffic, but \(Protocols.noneText)"
        case .oneDirection: "only one direction of connections is seen"
        case .cutShort: "frames are cut short"
        case .wrongChecksums: "checksums are wrong"
        case .tagsOnOneSide: "one direction of connections has VLAN tags, the other has none"
        case .drops: "the kernel drops frames"
        case .storeTrouble: "the alert store takes no alerts, or lost some"
        case .clockStepped: "the clock of this machine was set"
        case .moreEncrypted: "more of its connections are encrypted than used to be"
        }
    }

    private var cure: String {
        switch kind {
        case .interfaceDown: "look at the cable and the switch"
        case .noFrames: "look whether the mirror session of the switch is still there"
        case .noMessages: "look whether the mirror has the ports of brokers and servers, and which VLANs"
        case .oneDirection: "let the switch mirror both directions, and all ports that carry the traffic"
        case .cutShort: "raise snap_length, or let the switch send whole frames"
        case .wrongChecksums: "capture at the switch and not at the sender, or turn offloading off (ethtool -K)"
        case .tagsOnOneSide: "let the switch keep the tags in both directions"
        case .drops: "raise capture_buffer_mebibytes, or filter what need not be read"
        case .storeTrouble: "look whether the disk is full, and what the lines before say"
        case .clockStepped: "look at what keeps the time; alerts before it may have other times"
        case .moreEncrypted: "what they carry is not read"
        }
    }
}

extension Protocols {
    /// That there is no message of any protocol, in words.
    static let noneText = descriptors.map { "no \($0.displayName)" }.joined(separator: " and ")
}
