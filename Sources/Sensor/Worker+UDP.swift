import Bytes
import Capture
import CoAP
import Events
import Flows
import Network
import Packets

extension Worker where Sink: ~Copyable {
    /// Takes a datagram.
    mutating func processDatagram(_ bytes: RawSpan, _ frameBytes: RawSpan, _ hit: FlowTable.Hit) {
        let slot = hit.slot
        guard streams.table[slot].label != FlowLabel.ignored, !packet.payload.isEmpty else { return }
        // What is missing from a datagram would look like faults of its sender.
        guard packet.missing == 0 else { return }
        if streams.table[slot].label == FlowLabel.unknown { identify(slot, bytes) }
        switch streams.table[slot].label {
        case FlowLabel.coap: dissect(slot, bytes, frameBytes)
        case FlowLabel.coapCandidate: confirm(slot, hit.side, bytes, frameBytes)
        default: break
        }
    }

    /// On CoAP's own port a flow is taken for CoAP at once, elsewhere only when its datagrams could be nothing else and
    /// a response meets its request (RFC 7252, 12.6 and 12.8 for the ports).
    private mutating func identify(_ slot: Int, _ bytes: RawSpan) {
        if packet.sourcePort == CoAPPort.coap || packet.destinationPort == CoAPPort.coap {
            streams.table[slot].label = FlowLabel.coap
        } else if isDTLS(bytes) {
            counters.encryptedFlows &+= 1
            streams.table[slot].label = FlowLabel.ignored
        } else if CoAPProbe.verdict(bytes.slice(packet.payload)) == .plausible {
            streams.table[slot].label = FlowLabel.coapCandidate
        } else {
            // One strange datagram may be anybody's; many are an answer.
            streams.table[slot].misses += 1
            if streams.table[slot].misses >= Self.datagramsToTry { streams.table[slot].label = FlowLabel.ignored }
        }
    }

    /// Whether the current datagram is of DTLS. An encrypted record of DTLS 1.3 alone is told on the port of CoAP over
    /// DTLS only; elsewhere it is not CoAP in any case, whose first two bits are others.
    private func isDTLS(_ bytes: RawSpan) -> Bool {
        let datagram = bytes.slice(packet.payload)
        let isOwnPort = packet.sourcePort == CoAPPort.coaps || packet.destinationPort == CoAPPort.coaps
        return DTLSRecord.begins(datagram) || isOwnPort && DTLSRecord.mayBeUnified(datagram)
    }

    /// Datagrams of a flow on a strange port that are looked at before it is nobody's.
    private static var datagramsToTry: UInt8 { 8 }

    private mutating func dissect(_ slot: Int, _ bytes: RawSpan, _ frameBytes: RawSpan) {
        var context = context(direction: .toServer)
        let message = bytes.slice(packet.payload)
        guard coap.dissect(message, context: &context) else { return noteOther(slot, message) }
        counters.coap[Int(coap.messageType)] &+= 1
        counters.countViolations(of: coap, message: message, &violations)
        sink.receive(coap, context, message: message, frame: frame, frameBytes: frameBytes)
    }

    /// Counts what is not CoAP on CoAP's own port: DTLS once for each flow. The flow is not given up for it: anybody can
    /// send a record in another's name.
    private mutating func noteOther(_ slot: Int, _ datagram: RawSpan) {
        guard DTLSRecord.begins(datagram) else { return counters.notCoAP &+= 1 }
        if streams.table[slot].misses == 0 { counters.encryptedFlows &+= 1 }
        streams.table[slot].misses = 1
    }

    /// Waits on a strange port for the response that proves that a flow is CoAP, then reads what had to wait first.
    private mutating func confirm(_ slot: Int, _ side: Side, _ bytes: RawSpan, _ frameBytes: RawSpan) {
        let payload = bytes.slice(packet.payload)
        guard CoAPProbe.verdict(payload) == .plausible else { return giveUp(slot) }
        let handle = streams.table[slot].handle
        if isProven(handle, by: payload, from: side) {
            streams.table[slot].label = FlowLabel.coap
            replay(handle)
            streams.table[slot].handle = -1
            dissect(slot, bytes, frameBytes)
            return
        }
        guard
            candidates.add(
                &streams.table[slot].handle,
                CoAPCandidates.Datagram(
                    frame: frame, packet: packet, side: side), bytes)
        else { return giveUp(slot) }
    }

    /// A response met its request, a request came again because none did, or it has to do with a group: a request to all
    /// CoAP nodes, or an answer to one from a member's own address.
    private func isProven(_ handle: Int64, by payload: RawSpan, from side: Side) -> Bool {
        if handle >= 0 {
            if candidates.isAnswered(handle, by: payload, from: side) { return true }
            if candidates.isRepeated(handle, by: payload, from: side, at: frame.timestamp) { return true }
        }
        return CoAPProbe.isGroupRequest(payload, to: packet.destination)
            || coap.answersGroup(
                payload, to: Endpoint(packet.destination, packet.destinationPort), at: frame.timestamp)
    }

    private mutating func giveUp(_ slot: Int) {
        candidates.drop(streams.table[slot].handle)
        streams.table[slot].handle = -1
        streams.table[slot].label = FlowLabel.ignored
    }

    private mutating func replay(_ handle: Int64) {
        let (current, currentPacket) = (frame, packet)
        for waiting in candidates.take(handle) {
            frame = waiting.frame
            packet = waiting.packet
            dissect(0, waiting.bytes.span.bytes, waiting.bytes.span.bytes)
        }
        (frame, packet) = (current, currentPacket)
    }
}
