import TestSupport

typealias MQTT = MQTTBytes

/// Messages written by hand after RFC 7252, 3.
enum CoAP {
    /// A confirmable GET with a token of one byte and one segment of a path.
    static func get(_ id: Int, token: UInt8, _ path: String) -> [UInt8] {
        [0x41, 0x01] + Build.u16(id) + [token, 0xB0 | UInt8(path.utf8.count)] + Array(path.utf8)
    }

    /// A piggy-backed 2.05.
    static func content(_ id: Int, token: UInt8, _ payload: String) -> [UInt8] {
        [0x61, 0x45] + Build.u16(id) + [token, 0xFF] + Array(payload.utf8)
    }
}
