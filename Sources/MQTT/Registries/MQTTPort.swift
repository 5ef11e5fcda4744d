/// The TCP ports that are registered for MQTT (MQTT 5.0, 4.2).
public enum MQTTPort {
    /// MQTT in clear.
    public static let mqtt: UInt16 = 1883
    /// MQTT over TLS.
    public static let secureMQTT: UInt16 = 8883
    /// Where brokers are looked for: the registered ones, those that brokers use for WebSocket (8083, 8084, 9001) and,
    /// without being registered, beside the first (1884, 2883).
    public static let sought: [UInt16] = [mqtt, secureMQTT, 1884, 2883, 8083, 8084, 9001]

    /// Whether a port is one of them.
    public static func isKnown(_ port: UInt16) -> Bool { port == mqtt || port == secureMQTT }
}
