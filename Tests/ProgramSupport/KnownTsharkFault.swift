/// Where tshark 4.0 and the program differ for a reason, each shown by the specification.
///
/// Not seen field by field, since whole messages are missing or other ones are there: a length that is split over two
/// segments loses tshark the message after it; it keeps the topic aliases of both directions in one map, though each
/// direction has its own (MQTT 5.0, 3.3.2.3.4); it leaves MQTT over WebSocket undecoded; it goes by the port.
public enum KnownTsharkFault {
    /// Whether a difference in a field of a message of theirs is one of these.
    public static func explains(_ message: ShownMessage, _ field: String) -> Bool {
        switch field {
        // In MQTT 3.1 (2.1) these three have the flags of a PUBLISH, and tshark shows them; the program does so for PUBLISH.
        case "mqtt.dupflag", "mqtt.qos": ["PUBREL", "SUBSCRIBE", "UNSUBSCRIBE"].contains(message.type)
        default: false
        }
    }
}
