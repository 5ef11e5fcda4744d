import TestSupport

// Packets as the tests write them, lawful and not; `Bytes` has what they are made of.

/// Bytes of hexadecimal digits; spaces are passed over.
func hex(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

enum Wire {
    static func packet(_ first: UInt8, _ body: [UInt8]) -> [UInt8] { [first] + Bytes.variable(body.count) + body }

    /// A property length and the properties; nothing before 5.0.
    static func properties(_ list: [Property], _ version: UInt8) -> [UInt8] {
        guard version == 5 else { return [] }
        let bytes = list.flatMap { $0.bytes }
        return Bytes.variable(bytes.count) + bytes
    }
}

/// A property with its value, as the tests write it.
struct Property {
    enum Value {
        case byte(UInt8)
        case uint16(UInt16)
        case uint32(UInt32)
        case variable(Int)
        case text(String)
        case binary([UInt8])
        case pair(String, String)
    }

    let id: UInt8
    let name: String
    let value: Value

    init(_ id: UInt8, _ name: String, _ value: Value) {
        self.id = id
        self.name = name
        self.value = value
    }

    var bytes: [UInt8] {
        switch value {
        case .byte(let value): [id, value]
        case .uint16(let value): [id] + Bytes.uint16(value)
        case .uint32(let value): [id] + Bytes.uint32(value)
        case .variable(let value): [id] + Bytes.variable(value)
        case .text(let value): [id] + Bytes.text(value)
        case .binary(let value): [id] + Bytes.binary(value)
        case .pair(let key, let value): [id] + Bytes.text(key) + Bytes.text(value)
        }
    }

    var shown: String {
        switch value {
        case .byte(let value): "\(value)"
        case .uint16(let value): "\(value)"
        case .uint32(let value): "\(value)"
        case .variable(let value): "\(value)"
        case .text(let value): value
        case .binary(let value): value.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        case .pair(let key, let value): "\(key)=\(value)"
        }
    }
}

/// CONNECT with what the tests vary.
struct Connect {
    var version: UInt8 = 4
    var name: String?
    var level: UInt8?
    var clientID = "c"
    var isClean = true
    var keepAlive: UInt16 = 60
    var properties: [Property] = []
    var will: (topic: String, message: [UInt8], qos: UInt8, retain: Bool, properties: [Property])?
    var userName: String?
    var password: [UInt8]?

    var flags: UInt8 {
        var flags: UInt8 = isClean ? 2 : 0
        if let will { flags |= 4 | will.qos << 3 | (will.retain ? 0x20 : 0) }
        if userName != nil { flags |= 0x80 }
        if password != nil { flags |= 0x40 }
        return flags
    }

    var bytes: [UInt8] {
        var body = Bytes.text(name ?? (version == 3 ? "MQIsdp" : "MQTT")) + [level ?? version, flags]
        body += Bytes.uint16(keepAlive) + Wire.properties(properties, version) + Bytes.text(clientID)
        if let will {
            body += Wire.properties(will.properties, version) + Bytes.text(will.topic) + Bytes.binary(will.message)
        }
        if let userName { body += Bytes.text(userName) }
        if let password { body += Bytes.binary(password) }
        return Wire.packet(0x10, body)
    }
}

func connack(_ version: UInt8 = 4, code: UInt8 = 0, present: Bool = false, _ list: [Property] = []) -> [UInt8] {
    Wire.packet(0x20, [present ? 1 : 0, code] + Wire.properties(list, version))
}

func publish(
    _ topic: String, _ payload: String = "", qos: UInt8 = 0, retain: Bool = false, dup: Bool = false, id: UInt16 = 1,
    version: UInt8 = 4, _ list: [Property] = []
) -> [UInt8] {
    let body = Bytes.text(topic) + (qos > 0 ? Bytes.uint16(id) : []) + Wire.properties(list, version)
    return Wire.packet(0x30 | (dup ? 8 : 0) | qos << 1 | (retain ? 1 : 0), body + Array(payload.utf8))
}

/// PUBACK, PUBREC, PUBREL, PUBCOMP; `code` and `list` only in 5.0.
func answer(_ type: UInt8, id: UInt16 = 1, code: UInt8? = nil, _ list: [Property]? = nil) -> [UInt8] {
    var body = Bytes.uint16(id)
    if let code { body.append(code) }
    if let list { body += Wire.properties(list, 5) }
    return Wire.packet(type << 4 | (type == 6 ? 2 : 0), body)
}

func subscribe(
    _ filters: [(String, UInt8)], id: UInt16 = 1, version: UInt8 = 4, _ list: [Property] = []
) -> [UInt8] {
    let body = Bytes.uint16(id) + Wire.properties(list, version)
    return Wire.packet(0x82, body + filters.flatMap { Bytes.text($0.0) + [$0.1] })
}

func unsubscribe(_ filters: [String], id: UInt16 = 1, version: UInt8 = 4, _ list: [Property] = []) -> [UInt8] {
    Wire.packet(0xA2, Bytes.uint16(id) + Wire.properties(list, version) + filters.flatMap { Bytes.text($0) })
}

/// SUBACK (9) and UNSUBACK (11).
func subscribeAnswer(
    _ type: UInt8, _ codes: [UInt8], id: UInt16 = 1, version: UInt8 = 4, _ list: [Property] = []
) -> [UInt8] {
    Wire.packet(type << 4, Bytes.uint16(id) + Wire.properties(list, version) + codes)
}

func disconnect(code: UInt8? = nil, _ list: [Property]? = nil) -> [UInt8] {
    var body: [UInt8] = []
    if let code { body.append(code) }
    if let list { body += Wire.properties(list, 5) }
    return Wire.packet(0xE0, body)
}

func auth(code: UInt8? = nil, _ list: [Property] = []) -> [UInt8] {
    Wire.packet(0xF0, code.map { [$0] + Wire.properties(list, 5) } ?? [])
}

let pingreq: [UInt8] = [0xC0, 0]
let pingresp: [UInt8] = [0xD0, 0]
