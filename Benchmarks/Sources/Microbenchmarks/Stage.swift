/// A part of the sensor that is measured alone.
enum Stage: String, CaseIterable {
    /// `CaptureFile`: a frame of a file.
    case reader
    /// `PacketDecoder`: a frame.
    case decoder
    /// `FlowTable.track`: a packet of a mix of short flows.
    case flows = "flow-table"
    /// `MQTTAnalyzer.dissect`: a message.
    case mqtt = "mqtt-dissector"
    /// `CoAPAnalyzer.dissect`: a message.
    case coap = "coap-dissector"
    /// Every field of MQTT, of a message that is dissected for it.
    case fields = "field-access"
    /// Shipped rules of single events against an event whose fields lie ready.
    ///
    /// The matcher is no public type: `DetectionEngine` leads to it, and raises what it finds.
    case matcher
    /// Three correlations that count every event, of which none fires.
    ///
    /// The correlator is no public type either, so that a match of one test comes with it.
    case correlator
    /// `AlertWriter`: an alert with a frame, committed.
    case store = "store-writer"
    /// `Worker`: a frame of MQTT from its bytes to the event, without rules.
    case engineMQTT = "engine-mqtt"
    /// The same of CoAP.
    case engineCoAP = "engine-coap"

    /// The capture that it is fed from, in the folder of inputs.
    var capture: String {
        switch self {
        case .flows: "flows.pcap"
        case .coap, .engineCoAP: "coap-mixed.pcap"
        case .reader, .decoder, .mqtt, .fields, .matcher, .correlator, .store, .engineMQTT: "mqtt-mixed.pcap"
        }
    }
}
