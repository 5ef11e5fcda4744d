/// WebSocket written by hand after RFC 6455: frames and opening handshakes.
public enum WebSocketFrames {
    /// A frame (5.2). With a key the payload is masked; `length` overrides what the head says.
    public static func frame(
        _ opcode: UInt8, fin: Bool = true, reserved: UInt8 = 0, key: [UInt8]? = nil, length: Int? = nil,
        _ payload: [UInt8]
    ) -> [UInt8] {
        let count = length ?? payload.count
        var bytes: [UInt8] = [(fin ? 0x80 : 0) | reserved << 4 | opcode]
        let masked: UInt8 = key == nil ? 0 : 0x80
        if count < 126 {
            bytes.append(masked | UInt8(count))
        } else if count < 65_536 {
            bytes += [masked | 126] + Build.u16(count)
        } else {
            bytes += [masked | 127] + Build.u32(UInt32(count >> 32)) + Build.u32(UInt32(truncatingIfNeeded: count))
        }
        guard let key else { return bytes + payload }
        bytes += key
        for (index, byte) in payload.enumerated() { bytes.append(byte ^ key[index % 4]) }
        return bytes
    }

    /// A binary message of a client in one frame.
    public static func client(_ payload: [UInt8], key: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]) -> [UInt8] {
        frame(2, key: key, payload)
    }

    /// A binary message of a server in one frame.
    public static func server(_ payload: [UInt8]) -> [UInt8] { frame(2, payload) }

    /// The key of the example (1.3) and the field that proves that it was read.
    public static let key = "dGhlIHNhbXBsZSBub25jZQ=="
    /// What a server has to answer to `key`.
    public static let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

    /// An opening request (4.1).
    public static func request(
        _ subprotocols: String? = "mqtt", extensions: String? = nil, key: String = key, more: String = ""
    ) -> [UInt8] {
        var text = "GET /mqtt HTTP/1.1\r\nHost: broker.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        text += "Sec-WebSocket-Key: \(key)\r\nSec-WebSocket-Version: 13\r\n"
        if let subprotocols { text += "Sec-WebSocket-Protocol: \(subprotocols)\r\n" }
        if let extensions { text += "Sec-WebSocket-Extensions: \(extensions)\r\n" }
        return Array((text + more + "\r\n").utf8)
    }

    /// The answer that accepts it (4.2.2).
    public static func answer(
        _ subprotocol: String? = "mqtt", extensions: String? = nil, accept: String = accept
    ) -> [UInt8] {
        var text = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        text += "Sec-WebSocket-Accept: \(accept)\r\n"
        if let subprotocol { text += "Sec-WebSocket-Protocol: \(subprotocol)\r\n" }
        if let extensions { text += "Sec-WebSocket-Extensions: \(extensions)\r\n" }
        return Array((text + "\r\n").utf8)
    }
}
