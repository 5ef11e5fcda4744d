import Detection
import Events
import Testing

/// A misspelt field is told with the one that was probably meant, whoever asks for it.
@Test(
    "The nearest field",
    arguments: [
        ("mqtt.clientId", "mqtt.clientid"), ("mqtt.client_id", "mqtt.clientid"), ("MQTT.TOPIC", "mqtt.topic"),
        ("mqtt.topik", "mqtt.topic"), ("mqtt.tpoic", "mqtt.topic"), ("source_ip", "source.ip"),
        ("coap.cod", "coap.code"), ("timestamp", "@timestamp"), ("something.else.altogether", nil), ("zzz", nil),
    ] as [(String, String?)])
func nearestField(misspelt: String, expected: String?) {
    #expect(testRegistry.nearestName(to: misspelt) == expected)
}
