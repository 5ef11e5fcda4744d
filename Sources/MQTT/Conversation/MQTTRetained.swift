/// What a PUBLISH with the RETAIN flag does (MQTT 3.1.1 and 5.0, 3.3.1.3).
public enum MQTTRetained: UInt8, Sendable {
    /// To the server, for a topic that is not known to hold a message.
    case set
    /// To the server, for a topic that holds one.
    case replace
    /// To the server, with an empty payload: the message is removed.
    case clear
    /// To a client.
    case delivery

    /// The keyword that fields show.
    public var name: StaticString {
        switch self {
        case .set: "set"
        case .replace: "replace"
        case .clear: "clear"
        case .delivery: "delivery"
        }
    }
}
