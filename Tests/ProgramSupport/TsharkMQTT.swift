import Foundation

/// An MQTT message as tshark or the program shows it: the frame, and values by the program's names for fields.
public struct ShownMessage: Sendable {
    public let frame: Int
    public let fields: [String: [String]]

    /// The packet type.
    public var type: String { fields["mqtt.type"]?.first ?? "" }
}

/// tshark's reading of MQTT, field by field, in the names of the program.
///
/// Texts and bytes are taken from the raw bytes that tshark gives beside what it prints.
public enum TsharkMQTT {
    /// Whether it is installed.
    public static let path = Program.find("tshark")

    /// Every message of a capture, in tshark's order.
    public static func messages(_ capture: String, options: [String] = []) throws -> [ShownMessage] {
        guard let path else { return [] }
        let arguments = ["-n", "-r", capture, "-Y", "mqtt", "-T", "pdml", "-J", "mqtt"] + options
        let outcome = try run(path, arguments, limit: 120)
        var reader = PDML()
        // What is printed of a value may hold line feeds, but no `<`.
        for element in outcome.text.split(separator: "<") { reader.take(element) }
        reader.end()
        return reader.messages
    }

    static let types = [
        "RESERVED", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP", "SUBSCRIBE", "SUBACK",
        "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH",
    ]

    /// How a value of tshark becomes one of ours.
    enum Kind { case number, bool, text }

    /// Fields that mean the same by another name. `mqtt.ver` is the level of a CONNECT as it was sent.
    static let names: [String: (name: String, kind: Kind)] = [
        "mqtt.len": ("mqtt.len", .number), "mqtt.ver": ("mqtt.protolevel", .number),
        "mqtt.dupflag": ("mqtt.dupflag", .bool), "mqtt.qos": ("mqtt.qos", .number),
        "mqtt.retain": ("mqtt.retain", .bool), "mqtt.msgid": ("mqtt.msgid", .number),
        "mqtt.protoname": ("mqtt.protoname", .text), "mqtt.clientid": ("mqtt.clientid", .text),
        "mqtt.username": ("mqtt.username", .text), "mqtt.passwd": ("mqtt.passwd", .text),
        "mqtt.conflag.uname": ("mqtt.conflag.uname", .bool), "mqtt.conflag.passwd": ("mqtt.conflag.passwd", .bool),
        "mqtt.conflag.retain": ("mqtt.conflag.retain", .bool),
        "mqtt.conflag.willflag": ("mqtt.conflag.willflag", .bool),
        "mqtt.conflag.cleansess": ("mqtt.conflag.cleansess", .bool),
        "mqtt.conflag.reserved": ("mqtt.conflag.reserved", .bool), "mqtt.conflag.qos": ("mqtt.conflag.qos", .number),
        "mqtt.kalive": ("mqtt.kalive", .number), "mqtt.willtopic": ("mqtt.willtopic", .text),
        "mqtt.willmsg": ("mqtt.willmsg", .text), "mqtt.conack.flags.sp": ("mqtt.conack.flags.sp", .bool),
        "mqtt.conack.val": ("mqtt.conack.val", .number), "mqtt.connack.reason_code": ("mqtt.conack.val", .number),
        "mqtt.topic": ("mqtt.topic", .text), "mqtt.sub.qos": ("mqtt.sub.qos", .number),
        "mqtt.subscription_options_qos": ("mqtt.sub.qos", .number),
        "mqtt.subscription_options_nl": ("mqtt.sub.nl", .bool),
        "mqtt.subscription_options_rap": ("mqtt.sub.rap", .bool),
        "mqtt.subscription_options_retain": ("mqtt.sub.retain", .number),
        "mqtt.suback.qos": ("mqtt.reason_code", .number), "mqtt.puback.reason_code": ("mqtt.reason_code", .number),
        "mqtt.pubrec.reason_code": ("mqtt.reason_code", .number),
        "mqtt.pubrel.reason_code": ("mqtt.reason_code", .number),
        "mqtt.pubcomp.reason_code": ("mqtt.reason_code", .number),
        "mqtt.suback.reason_code": ("mqtt.reason_code", .number),
        "mqtt.unsuback.reason_code": ("mqtt.reason_code", .number),
        "mqtt.disconnect.reason_code": ("mqtt.reason_code", .number),
        "mqtt.auth.reason_code": ("mqtt.reason_code", .number), "mqtt.msg": ("mqtt.msg", .text),
    ]

    /// The names of the properties of MQTT 5.0 by their identifiers (table 2-4). Those of `binary` hold no text.
    static let properties: [Int: String] = [
        1: "payload_format_indicator", 2: "message_expiry_interval", 3: "content_type", 8: "response_topic",
        9: "correlation_data", 11: "subscription_identifier", 17: "session_expiry_interval",
        18: "assigned_client_identifier", 19: "server_keep_alive", 21: "authentication_method",
        22: "authentication_data", 23: "request_problem_information", 24: "will_delay_interval",
        25: "request_response_information", 26: "response_information", 28: "server_reference", 31: "reason_string",
        33: "receive_maximum", 34: "topic_alias_maximum", 35: "topic_alias", 36: "maximum_qos", 37: "retain_available",
        38: "user_property", 39: "maximum_packet_size", 40: "wildcard_subscription_available",
        41: "subscription_identifier_available", 42: "shared_subscription_available",
    ]
    static let binary: Set<Int> = [9, 22]
}

/// Reads tshark's PDML element by element.
private struct PDML {
    private(set) var messages: [ShownMessage] = []
    private var frame = 0
    private var fields: [String: [String]]?
    private var prefix = "mqtt.prop"
    private var property: Int?
    private var key: String?

    mutating func take(_ element: Substring) {
        if element.hasPrefix("proto name=") {
            end()
            if element.hasPrefix("proto name=\"mqtt\"") { fields = [:] }
            return
        }
        guard let name = attribute(" name", element) else { return }
        if name == "num" { frame = attribute(" show", element).flatMap { Int($0) } ?? 0 }
        if fields != nil { takeField(name, element) }
    }

    /// Ends the message that is being read.
    mutating func end() {
        if let fields, fields["mqtt.type"] != nil { messages.append(ShownMessage(frame: frame, fields: fields)) }
        fields = nil
        (prefix, property, key) = ("mqtt.prop", nil, nil)
    }

    private mutating func takeField(_ name: Substring, _ element: Substring) {
        let show = attribute(" show", element).map(String.init) ?? ""
        switch name {
        case "mqtt.msgtype": add("mqtt.type", TsharkMQTT.types[(Int(show) ?? 0) & 15])
        case "mqtt.properties": prefix = "mqtt.prop"
        case "mqtt.will_properties": prefix = "mqtt.will.prop"
        case "mqtt.property_id": property = Int(show.hasPrefix("0x") ? String(show.dropFirst(2)) : show, radix: 16)
        case "mqtt.prop_number", "mqtt.property.max_qos", "mqtt.property.topic_alias": addProperty(show)
        case "mqtt.prop_string", "mqtt.property.content_type":
            let value = bytes(element)
            // What tshark gives of a content type has its length before it.
            let text = name == "mqtt.property.content_type" ? value.dropFirst(2) : value[...]
            let isBinary = property.map(TsharkMQTT.binary.contains) ?? false
            addProperty(isBinary ? hexadecimal(text) : shownText(text))
        case "mqtt.prop_key": key = shownText(bytes(element)[...])
        case "mqtt.prop_value": addProperty("\(key ?? "")=\(shownText(bytes(element)[...]))")
        default:
            guard let known = TsharkMQTT.names[String(name)] else { return }
            switch known.kind {
            case .number: add(known.name, "\(Int(show) ?? -1)")
            case .bool: add(known.name, "\(show == "1" || show == "True")")
            case .text: add(known.name, shownText(bytes(element)[...]))
            }
        }
    }

    private mutating func addProperty(_ value: String) {
        guard let property, let name = TsharkMQTT.properties[property] else { return }
        add("\(prefix).\(name)", value)
    }

    /// A text of no bytes counts as absent, as the program has it.
    private mutating func add(_ name: String, _ value: String) {
        if !value.isEmpty { fields?[name, default: []].append(value) }
    }

    private func attribute(_ name: String, _ element: Substring) -> Substring? {
        guard let start = element.range(of: "\(name)=\"")?.upperBound,
            let end = element[start...].firstIndex(of: "\"")
        else { return nil }
        return element[start..<end]
    }

    private func bytes(_ element: Substring) -> [UInt8] {
        let digits = (attribute(" value", element) ?? "").compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// Text as the program shows it: each byte that is not part of a well-formed sequence becomes U+FFFD.
    private func shownText(_ bytes: ArraySlice<UInt8>) -> String {
        var text = ""
        var rest = bytes
        while !rest.isEmpty {
            let length = (1...4).first { String(validating: rest.prefix($0), as: UTF8.self) != nil } ?? 1
            text += String(validating: rest.prefix(length), as: UTF8.self) ?? "\u{FFFD}"
            rest = rest.dropFirst(length)
        }
        return text
    }

    private func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
