import CoAP
import Detection
import Events
import MQTT

/// The protocols that the sensor knows. A new one gets a line in each of these.
public enum Protocols {
    /// Every field that an event can have.
    public static let registry = FieldRegistry(blocks: [
        CommonField.block, MQTTField.block, CoAPField.block, CoAPStreamField.block,
        PayloadField.block, ViolationField.block,
    ])

    /// The fields whose values say what type a message is: rules are indexed by them.
    public static let discriminators = [
        Discriminator(category: .mqtt, field: MQTTField.type.id, codes: codes(mqttTypeName)),
        Discriminator(category: .coap, field: CoAPField.code.fieldID, codes: codes(coapCodeText)),
    ]

    /// The fields that most messages lack: rules that need one are passed over without asking.
    public static let rareFields =
        RareField.violations(of: .mqtt) + MQTTField.rareFields + RareField.violations(of: .coap)
        + CoAPStreamField.rareFields

    /// The field that fills the store's column `client_id`.
    static let clientID = MQTTField.clientID.id

    /// The field that a key is needed for.
    static let passwordDigest = "mqtt.passwd.digest"

    /// The name of an MQTT packet type.
    static func mqttTypeName(_ type: UInt8) -> String { MQTTPacketType(rawValue: type).name.description }

    /// A CoAP code as `c.dd`.
    static func coapCodeText(_ code: UInt8) -> String {
        var text: [UInt8] = []
        CoAPCode(rawValue: code).write(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Every type by its name; several types may share one, such as the reserved ones.
    private static func codes(_ name: (UInt8) -> String) -> [String: [UInt8]] {
        Dictionary(grouping: UInt8.min...UInt8.max, by: name)
    }
}

/// What a flow was found to carry: the label of a flow.
enum FlowLabel {
    /// Not told yet.
    static let unknown: UInt8 = 0
    static let mqtt: UInt8 = 1
    static let coap: UInt8 = 2
    /// Looks like CoAP on a strange port; a response has to confirm it.
    static let coapCandidate: UInt8 = 3
    /// CoAP over TCP.
    static let coapStream: UInt8 = 4
    /// Begins as CoAP over TCP does on a strange port; the other end has to do so as well.
    static let coapStreamCandidate: UInt8 = 5
    /// Nothing that the sensor follows.
    static let ignored: UInt8 = 255

    /// Whether a TCP flow is known to carry a protocol that the sensor reads.
    static func isFollowedStream(_ label: UInt8) -> Bool { label == mqtt || label == coapStream }

    /// Whether what waits for lost octets of a TCP flow is still worth a look.
    static func isStream(_ label: UInt8) -> Bool {
        label == unknown || isFollowedStream(label) || label == coapStreamCandidate
    }
}
