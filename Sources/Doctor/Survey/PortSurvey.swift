import Bytes
import CoAP
import Events
import MQTT
import Network
import Packets

/// What a port or a capture delivers, counted frame by frame: the facts that `Diagnosis` judges.
///
/// Every table is bounded, and what finds no room is counted. Frames come by `note(_:_:)`, messages that were read in
/// them by `note(_:_:message:)`; `settle` ends the sample.
public struct PortSurvey: Sendable {
    /// Frames that were seen.
    public private(set) var frames: UInt64 = 0
    /// Bytes of those frames on the wire.
    public private(set) var bytes: UInt64 = 0
    /// Frames of which the capture kept less than was there, by the length that was kept; 1024 lengths at most.
    private(set) var cutLengths: [Int: UInt64] = [:]
    private(set) var cut: UInt64 = 0
    /// Frames that were captured whole and are shorter than their IP header says, by length: cut before they came.
    private(set) var slicedLengths: [Int: UInt64] = [:]
    private(set) var sliced: UInt64 = 0
    /// Frames with a payload.
    private(set) var withPayload: UInt64 = 0
    /// Of those, the ones whose payload is not all there.
    private(set) var payloadCut: UInt64 = 0
    /// Frames by the VLAN of their first tag; -1 for none.
    private(set) var byVLAN: [Int: UInt64] = [:]
    /// Frames by the outermost tunnel.
    private(set) var byTunnel: [Tunnel: UInt64] = [:]
    /// Frames of several tags.
    private(set) var doubleTagged: UInt64 = 0
    /// Frames of each kind that were not followed.
    private(set) var undecoded: [Undecoded: UInt64] = [:]
    private(set) var fragments: UInt64 = 0
    /// Of those, parts of packets of GRE.
    private(set) var tunnelFragments: UInt64 = 0
    private(set) var stations = StationTable()
    private(set) var conversations = ConversationTable()
    private(set) var duplicates = DuplicateWatch()
    private(set) var rates = RateBins()
    private(set) var clock = ClockWatch()
    /// Exchanges of CoAP, and of MQTT.
    private(set) var coap = ExchangeWatch(reusesNumbers: false)
    private(set) var mqtt = ExchangeWatch(reusesNumbers: true)
    /// Message identifiers of CoAP, and numbers of notifications.
    private(set) var messageIDs = SequenceWatch()
    private(set) var observations = SequenceWatch()
    /// Bodies in blocks: blocks that were seen, and places where some were missing.
    private(set) var blocks: UInt64 = 0
    private(set) var blockGaps: UInt64 = 0
    private(set) var services = ServiceTable()
    private let hash: SeededHash
    private var values = FieldValues()

    private static let lengthLimit = 1024

    /// A survey that has seen nothing.
    public init(hash: SeededHash = SeededHash()) { self.hash = hash }

    /// Takes a frame.
    public mutating func note(_ header: FrameHeader, _ bytes: RawSpan) { note(FrameFacts(header, bytes, hash: hash)) }

    /// Takes what is known of a frame.
    public mutating func note(_ facts: FrameFacts) {
        frames += 1
        bytes += UInt64(clamping: facts.originalLength)
        clock.note(facts)
        rates.note(facts)
        stations.note(facts)
        byVLAN[facts.vlans.count > 0 ? Int(facts.vlans[0]) : -1, default: 0] += 1
        if facts.vlans.count > 1 { doubleTagged += 1 }
        if let tunnel = facts.tunnels[0] { byTunnel[tunnel, default: 0] += 1 }
        noteCut(facts)
        switch facts.kind {
        case .other(let reason): undecoded[reason, default: 0] += 1
        case .fragment:
            fragments += 1
            if facts.isTunnelFragment { tunnelFragments += 1 }
        case .packet:
            conversations.note(facts)
            duplicates.note(facts)
        }
    }

    private mutating func noteCut(_ facts: FrameFacts) {
        if facts.payloadLength > 0 {
            withPayload += 1
            if facts.missing > 0 { payloadCut += 1 }
        }
        if facts.capturedLength < facts.originalLength {
            cut += 1
            Self.count(facts.capturedLength, in: &cutLengths)
        } else if facts.missing > 0 {
            sliced += 1
            Self.count(facts.capturedLength, in: &slicedLengths)
        }
    }

    private static func count(_ length: Int, in lengths: inout [Int: UInt64]) {
        if lengths[length] != nil || lengths.count < lengthLimit { lengths[length, default: 0] += 1 }
    }

    /// Takes a message that was read in the frames.
    public mutating func note(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) {
        var name: Int?
        var isOSCORE = false
        switch event.category {
        case .mqtt:
            // What is told of connections beside their messages is none.
            guard (1...15).contains(event.messageType) else { return }
            name = textHash(event, MQTTField.clientID.id, message)
            noteMQTT(event, context, message)
        case .coap:
            isOSCORE = has(event, CoAPField.oscore.fieldID, message)
            if context.transport == .udp { noteCoAP(event, context, message) }
        default: return
        }
        services.note(event.category, context, name: name, isOSCORE: isOSCORE)
    }

    /// Ends the sample: what waits for its other half waits no longer.
    public mutating func settle() {
        conversations.settle()
        rates.close()
        let end = clock.span?.upperBound ?? .zero
        coap.settle(at: end)
        mqtt.settle(at: end)
    }

    /// Nanoseconds from the first frame to the last.
    public var duration: Int64 { clock.duration }
}

extension PortSurvey {
    /// A publication of QoS 1 or 2, a subscription and its end are answered under the same packet identifier (MQTT 5.0,
    /// 2.2.1).
    private mutating func noteMQTT(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, _ message: RawSpan
    ) {
        // Types of control packets: a question, and the answers to it.
        let questions: Set<UInt8> = [3, 6, 8, 10]
        let asked: [UInt8: UInt8] = [4: 3, 5: 3, 7: 6, 9: 8, 11: 10]
        let type = event.messageType
        guard questions.contains(type) || asked[type] != nil,
            let number = integer(event, MQTTField.packetID.id, message)
        else { return }
        let identifier = UInt16(truncatingIfNeeded: number)
        if questions.contains(type) {
            let key = ExchangeWatch.Key(
                asker: context.source, answerer: context.destination, kind: type, number: identifier)
            mqtt.noteQuestion(key, server: context.server, at: context.timestamp)
        } else if let question = asked[type] {
            let key = ExchangeWatch.Key(
                asker: context.destination, answerer: context.source, kind: question, number: identifier)
            mqtt.noteAnswer(key, server: context.server, at: context.timestamp)
        }
    }

    /// A confirmable message is acknowledged or reset under its message identifier (RFC 7252, 4.2).
    private mutating func noteCoAP(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, _ message: RawSpan
    ) {
        guard message.byteCount >= 4, !context.destination.address.isMulticastOrBroadcast else { return }
        let number = message.uint16(at: 2)
        let type = message.byte(at: 0) >> 4 & 3
        if type < 2 {
            // Both draw on the same counter, and what has one socket for all its peers has one counter for them.
            let sender = hash.hash(
                context.source.address.high, context.source.address.low, UInt64(context.source.port), 0, 0)
            messageIDs.note(sender, UInt32(number), modulus: 1 << 16)
        }
        switch type {
        case 0:
            let key = ExchangeWatch.Key(
                asker: context.source, answerer: context.destination, kind: 0, number: number)
            coap.noteQuestion(key, server: context.server, at: context.timestamp)
        case 1: break
        default:
            let key = ExchangeWatch.Key(
                asker: context.destination, answerer: context.source, kind: 0, number: number)
            // A reset also answers a message that wants no acknowledgement (RFC 7252, 4.3); an acknowledgement that
            // asks for something is none (5.2.1).
            let isRequest = (1...31).contains(event.messageType)
            coap.noteAnswer(
                key, server: context.server, at: context.timestamp, mayBeAlone: type == 3 || isRequest)
        }
        if context.direction == .toClient, let observed = integer(event, CoAPField.observe.fieldID, message),
            let token = textHash(event, CoAPField.token.fieldID, message)
        {
            let series = hash.hash(
                context.server.address.high, context.server.address.low, context.client.address.low,
                UInt64(context.client.port), UInt64(bitPattern: Int64(token)))
            observations.note(series, UInt32(truncatingIfNeeded: observed), modulus: 1 << 24)
        }
        if let sequence = text(event, CoAPField.blockSequence.fieldID, message) {
            blocks += 1
            if sequence == "gap" { blockGaps += 1 }
        }
    }

    private mutating func integer(
        _ event: borrowing some EventSource & ~Copyable, _ field: FieldID, _ message: RawSpan
    ) -> Int64? {
        values.removeAll()
        event.read(field, message: message, into: &values)
        guard case .int(let value)? = values.values.first else { return nil }
        return value
    }

    private mutating func has(
        _ event: borrowing some EventSource & ~Copyable, _ field: FieldID, _ message: RawSpan
    ) -> Bool {
        values.removeAll()
        event.read(field, message: message, into: &values)
        return values.count > 0
    }

    private mutating func text(
        _ event: borrowing some EventSource & ~Copyable, _ field: FieldID, _ message: RawSpan
    ) -> String? {
        values.removeAll()
        event.read(field, message: message, into: &values)
        guard case .bytes(let reference)? = values.values.first else { return nil }
        return values.withBytes(reference, message: message) { String(copying: $0) }
    }

    private mutating func textHash(
        _ event: borrowing some EventSource & ~Copyable, _ field: FieldID, _ message: RawSpan
    ) -> Int? {
        values.removeAll()
        event.read(field, message: message, into: &values)
        guard case .bytes(let reference)? = values.values.first else { return nil }
        return values.withBytes(reference, message: message) { Int(truncatingIfNeeded: hash.hash($0)) }
    }
}
