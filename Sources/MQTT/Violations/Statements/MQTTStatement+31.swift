extension MQTTStatement {
    /// The sections of the MQTT V3.1 Protocol Specification that ask for something.
    static let sections31: [MQTTStatement] = [
        MQTTStatement(.v31, "MQTT31-2.1", .packet),
        MQTTStatement(.v31, "MQTT31-2.2", .packet),
        MQTTStatement(.v31, "MQTT31-2.4", .packet),
        MQTTStatement(.v31, "MQTT31-2.5", .packet),
        MQTTStatement(.v31, "MQTT31-2.6", .unseen(.permission)),
        MQTTStatement(.v31, "MQTT31-3.1", .packet),
        MQTTStatement(.v31, "MQTT31-3.2", .packet),
        MQTTStatement(.v31, "MQTT31-3.3", .packet),
        MQTTStatement(.v31, "MQTT31-3.4", .packet),
        MQTTStatement(.v31, "MQTT31-3.5", .packet),
        MQTTStatement(.v31, "MQTT31-3.6", .packet),
        MQTTStatement(.v31, "MQTT31-3.7", .packet),
        MQTTStatement(.v31, "MQTT31-3.8", .packet),
        MQTTStatement(.v31, "MQTT31-3.9", .packet),
        MQTTStatement(.v31, "MQTT31-3.10", .packet),
        MQTTStatement(.v31, "MQTT31-3.11", .packet),
        MQTTStatement(.v31, "MQTT31-3.12", .packet),
        MQTTStatement(.v31, "MQTT31-3.13", .packet),
        MQTTStatement(.v31, "MQTT31-3.14", .packet),
        MQTTStatement(.v31, "MQTT31-4.1", .conversation),
        MQTTStatement(.v31, "MQTT31-4.2", .unseen(.due)),
        MQTTStatement(.v31, "MQTT31-4.3", .unseen(.delivery)),
        MQTTStatement(.v31, "MQTT31-A", .packet),
    ]
}
