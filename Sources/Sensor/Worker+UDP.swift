import Bytes
import CoAP
import Events
import Flows
import Network
import Packets

extension Worker where Sink: ~Copyable {
    /// Takes a datagram.
    mutating func processDatagram(
        _ packet: borrowing Packet, _ bytes: RawSpan, _ frame: FrameRef, _ hit: FlowTable.Hit
    ) {
        let slot = hit.slot
        guard streams.table[slot].label != FlowLabel.ignored, !packet.payload.isEmpty else { return }
        // What is missing from a datagram would look like faults of its sender.
        guard packet.missing == 0 else { return }
        let datagram = bytes.slice(packet.payload)
        if streams.table[slot].label == FlowLabel.unknown { identify(slot, datagram) }
        switch streams.table[slot].label {
        case FlowLabel.coap: dissect(slot, hit.side, datagram, frame)
        case FlowLabel.coapCandidate: confirm(slot, hit.side, datagram, frame)
        default: break
        }
    }

    /// On CoAP's own port a flow is taken for CoAP at once, elsewhere only when its datagrams could be nothing else and
    /// a response meets its request (RFC 7252, 12.6 and 12.8 for the ports).
    private mutating func identify(_ slot: Int, _ datagram: RawSpan) {
        if hasPort(slot, CoAPPort.coap) {
            streams.table[slot].label = FlowLabel.coap
        } else if isDTLS(slot, datagram) {
            counters.encryptedFlows &+= 1
            streams.table[slot].label = FlowLabel.ignored
        } else if CoAPProbe.verdict(datagram) == .plausible {
            streams.table[slot].label = FlowLabel.coapCandidate
        } else {
            // One strange datagram may be anybody's; many are an answer.
            streams.table[slot].misses += 1
            if streams.table[slot].misses >= Self.datagramsToTry { streams.table[slot].label = FlowLabel.ignored }
        }
    }

    private func hasPort(_ slot: Int, _ port: UInt16) -> Bool {
        let key = streams.table[slot].key
        return key.first.port == port || key.second.port == port
    }

    /// Whether a datagram is of DTLS. An encrypted record of DTLS 1.3 alone is told on the port of CoAP over DTLS only;
    /// elsewhere it is not CoAP in any case, whose first two bits are others.
    private func isDTLS(_ slot: Int, _ datagram: RawSpan) -> Bool {
        DTLSRecord.begins(datagram) || hasPort(slot, CoAPPort.coaps) && DTLSRecord.mayBeUnified(datagram)
    }

    /// Datagrams of a flow on a strange port that are looked at before it is ignored.
    private static var datagramsToTry: UInt8 { 8 }

    private mutating func dissect(_ slot: Int, _ side: Side, _ message: RawSpan, _ frame: FrameRef) {
        var context = context(slot, side, frame.provenance, direction: .toServer)
        guard coap.dissect(message, context: &context) else { return noteOther(slot, message) }
        counters.coap[Int(coap.messageType)] &+= 1
        counters.countViolations(of: coap, message: message, &violations)
        sink.receive(coap, context, message: message, frames: MessageFrames(frame))
    }

    /// Counts what is not CoAP on CoAP's own port: DTLS once for each flow. The flow is not given up for it: anybody can
    /// send a record in another's name.
    private mutating func noteOther(_ slot: Int, _ datagram: RawSpan) {
        guard DTLSRecord.begins(datagram) else { return counters.notCoAP &+= 1 }
        if streams.table[slot].misses == 0 { counters.encryptedFlows &+= 1 }
        streams.table[slot].misses = 1
    }

    /// Waits on a strange port for the response that proves that a flow is CoAP, then reads what had to wait first.
    private mutating func confirm(_ slot: Int, _ side: Side, _ datagram: RawSpan, _ frame: FrameRef) {
        guard CoAPProbe.verdict(datagram) == .plausible else { return giveUp(slot) }
        let handle = streams.table[slot].handle
        if isProven(slot, handle, by: datagram, from: side, at: frame.provenance.frame.timestamp) {
            streams.table[slot].label = FlowLabel.coap
            for waiting in candidates.take(handle) {
                dissect(slot, waiting.side, waiting.frames.slice(waiting.range), FrameRef(waiting.frames))
            }
            streams.table[slot].handle = -1
            dissect(slot, side, datagram, frame)
            return
        }
        if !candidates.add(&streams.table[slot].handle, datagram, from: side, frame, isStream: false) { giveUp(slot) }
    }

    /// A response met its request, a request came again because none did, or it has to do with a group: a request to all
    /// CoAP nodes, or an answer to one from a member's own address.
    private func isProven(
        _ slot: Int, _ handle: Int64, by datagram: RawSpan, from side: Side, at time: Timestamp
    ) -> Bool {
        if handle >= 0 {
            if candidates.isAnswered(handle, by: datagram, from: side) { return true }
            if candidates.isRepeated(handle, by: datagram, from: side, at: time) { return true }
        }
        let key = streams.table[slot].key
        let receiver = side == .first ? key.second : key.first
        return CoAPProbe.isGroupRequest(datagram, to: receiver.address)
            || coap.answersGroup(datagram, to: receiver, at: time)
    }

    private mutating func giveUp(_ slot: Int) {
        candidates.drop(streams.table[slot].handle)
        streams.table[slot].handle = -1
        streams.table[slot].label = FlowLabel.ignored
    }
}
