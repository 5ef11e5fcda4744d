/// The TCP ports that are registered for MQTT (MQTT 5.0, 4.2).
public enum MQTTPort {
    /// MQTT in clear.
    public static let mqtt: UInt16 = 1883
    /// MQTT over TLS.
    public static let secureMQTT: UInt16 = 8883

    /// Whether a port is one of them.
    public static func isKnown(_ port: UInt16) -> Bool { port == mqtt || port == secureMQTT }
}
