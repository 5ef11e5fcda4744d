import CoAP
import Detection
import Flows
import MQTT
import WebSocket

/// Every bound of the sensor in one place; each type documents its own with the reason.
public struct SensorLimits: Sendable {
    public var flows = FlowLimits()
    public var mqtt = MQTTLimits()
    public var coap = CoAPLimits()
    public var webSocket = WebSocketLimits()
    public var detection = DetectionLimits()
    /// What is done about wrong checksums.
    public var checksums = ChecksumPolicy.ignore

    /// The defaults.
    public init() {}
}
