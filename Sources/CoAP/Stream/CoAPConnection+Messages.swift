import Bytes
import Events
import Tables

extension CoAPConnection {
    /// Takes a message into account and notes what it breaks of what was said before.
    ///
    /// Nothing is held against a connection of which not all was seen.
    mutating func take(_ message: inout CoAPMessage, _ bytes: RawSpan, _ direction: Direction) {
        if direction == .toServer {
            Self.take(&message, bytes, from: &initiator, to: acceptor, isWhole: isFromStart && !hasGap)
        } else {
            Self.take(&message, bytes, from: &acceptor, to: initiator, isWhole: isFromStart && !hasGap)
        }
    }

    private static func take(
        _ message: inout CoAPMessage, _ bytes: RawSpan, from sender: inout CoAPPeer, to receiver: CoAPPeer,
        isWhole: Bool
    ) {
        if isWhole {
            if !sender.hasSent, message.code != .csm { message.extensions.insert(.capabilitiesMissing) }
            if sender.hasAborted { message.extensions.insert(.messageBehindAbort) }
            // A CSM may be lost without a sign of it yet: the base value is held against nobody.
            if receiver.hasSentCapabilities, UInt64(message.length) > receiver.maxMessageSize {
                message.extensions.insert(.messageTooLong)
            }
            if message.code.isRequest, UInt64(message.token.count) > receiver.tokenLimit {
                message.extensions.insert(.tokenTooLong)
            }
        }
        sender.hasSent = true
        switch message.code {
        case .csm: sender.takeCapabilities(message, bytes)
        case .abort: sender.hasAborted = true
        default: break
        }
    }
}

extension CoAPPeer {
    /// Takes over what a CSM says; what it does not say stays as it was (RFC 8323, 5.3).
    fileprivate mutating func takeCapabilities(_ message: CoAPMessage, _ bytes: RawSpan) {
        hasSentCapabilities = true
        if let size = message.unsigned(signal: .maxMessageSize, bytes) { maxMessageSize = size }
        if let length = message.unsigned(signal: .extendedTokenLength, bytes) { tokenLimit = max(8, length) }
    }
}
