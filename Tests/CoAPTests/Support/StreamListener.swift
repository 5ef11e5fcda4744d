import Bytes
import CoAP
import Events
import Network

extension Listener {
    /// A connection between the client and the server of the tests.
    func connect(isFromStart: Bool = true) -> CoAPConnectionID { openConnection(isFromStart: isFromStart) }

    /// What a message of a connection is; `nil` where the analyzer refuses it.
    @discardableResult
    func hear(
        _ connection: CoAPConnectionID, _ bytes: [UInt8], isBack: Bool = false, wholeLength: Int? = nil,
        over carrier: CoAPCarrier = .stream, at seconds: Double = 0
    ) -> HeardEvent? {
        var context = EventContext(
            timestamp: Timestamp(nanoseconds: Int64(seconds * 1e9)), frameNumber: 1,
            source: isBack ? Listener.server : Listener.client, destination: isBack ? Listener.client : Listener.server,
            transport: .tcp, direction: isBack ? .toClient : .toServer)
        guard dissect(connection, bytes, wholeLength ?? bytes.count, carrier, &context) else { return nil }
        return heard(bytes, context.direction)
    }
}

/// A message dissected by itself.
func streamed(_ bytes: [UInt8], _ carrier: CoAPCarrier = .stream, wholeLength: Int? = nil) -> CoAPMessage? {
    CoAPMessage(streamed: bytes.span.bytes, wholeLength: wholeLength ?? bytes.count, carrier: carrier)
}
