import Bytes
import Events
import Network
import Packets

/// What a worker saw, by kind.
public struct WorkerCounters: Sendable {
    public var packets: UInt64 = 0
    /// The earliest and the latest capture time of the current source; `nil` before its first frame.
    public var span: ClosedRange<Timestamp>?
    /// Octets of the frames as they were on the wire.
    public var bytes: UInt64 = 0
    /// Frames that gave no segment and no datagram, by the raw value of `Undecoded`.
    public var undecoded = [UInt64](repeating: 0, count: Undecoded.allCases.count)
    /// Frames cut short by the snap length.
    public var cutShort: UInt64 = 0
    /// Messages by MQTT packet type.
    public var mqtt = [UInt64](repeating: 0, count: 16)
    /// Messages by CoAP code.
    public var coap = [UInt64](repeating: 0, count: 256)
    /// Packets with a wrong checksum, which the policy may leave out.
    public var wrongChecksums: UInt64 = 0
    /// Datagrams without a checksum.
    public var missingChecksums: UInt64 = 0
    /// Flows of TCP that were found to be MQTT beyond doubt.
    public var confirmedMQTT: UInt64 = 0
    /// How often a stream without boundaries was understood again.
    public var resynchronised: UInt64 = 0
    /// What was lost on the way to and from each server.
    public var losses = LossesByServer()
    /// Messages of CoAP that came over WebSocket.
    public var carriedCoAP: UInt64 = 0
    /// Flows of TLS and DTLS, which are left alone.
    public var encryptedFlows: UInt64 = 0
    /// Datagrams on CoAP's port that are not CoAP.
    public var notCoAP: UInt64 = 0
    /// Broken rules of a specification by their names.
    public var violations: [String: UInt64] = [:]

    /// Zeros.
    public init() {}

    /// All messages of all protocols.
    public var messages: UInt64 { mqtt.reduce(0, &+) &+ coap.reduce(0, &+) }

    /// Widens the span of capture time.
    mutating func noteTime(_ time: Timestamp) {
        guard let seen = span else { return span = time...time }
        if time > seen.upperBound { span = seen.lowerBound...time }
        if time < seen.lowerBound { span = time...seen.upperBound }
    }

    /// Counts what is wrong with a message; `values` is scratch space.
    mutating func countViolations(
        of event: borrowing some EventSource & ~Copyable, message: RawSpan, _ values: inout FieldValues
    ) {
        guard event.rareFields.contains(.violations) else { return }
        values.removeAll()
        event.read(ViolationField.id.fieldID, message: message, into: &values)
        for value in values.values {
            guard case .bytes(let reference) = value else { continue }
            let name = values.withBytes(reference, message: message) { String(copying: $0) }
            violations[name, default: 0] &+= 1
        }
    }
}
