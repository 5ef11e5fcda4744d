import Bytes

/// The subprotocols that an opening handshake names (RFC 6455, 1.9): those that this sensor knows, each by a bit.
public struct WebSocketSubprotocols: OptionSet, Hashable, Sendable {
    /// The bits, one for each subprotocol.
    public let rawValue: UInt8

    /// The subprotocols of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `mqtt` (MQTT 3.1.1 and 5.0, section 6).
    public static let mqtt = Self(rawValue: 1)
    /// `mqttv3.1`, which MQTT 3.1 used.
    public static let mqtt31 = Self(rawValue: 2)
    /// `coap` (RFC 8323, 4.1).
    public static let coap = Self(rawValue: 4)
    /// Any other.
    public static let other = Self(rawValue: 8)

    /// The bit of a name.
    ///
    /// Names are compared with case.
    init(_ name: RawSpan) {
        if name.elementsEqual("mqtt") {
            self = .mqtt
        } else if name.elementsEqual("mqttv3.1") {
            self = .mqtt31
        } else if name.elementsEqual("coap") {
            self = .coap
        } else {
            self = .other
        }
    }

    /// Those of a list.
    init(_ head: RawSpan, _ list: ByteRange) {
        var found: Self = []
        HTTPHead.forEachMember(head, list, separator: UInt8(ascii: ",")) { found.formUnion(Self(head.slice($0))) }
        self = found
    }
}
