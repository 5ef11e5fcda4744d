import Foundation
import ProgramSupport
import TestSupport

/// A capture of somebody who wants the sensor to run out of memory: as many conversations as there may be, each with as much
/// to be remembered of it as a few frames can ask for.
struct FloodCapture: ~Copyable {
    private let file: FileHandle
    private var buffer: [UInt8] = []
    private var frames = 0
    /// How many frames were written.
    var count: Int { frames }

    init(_ path: String) throws {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        // Nanoseconds: all of it happens within a moment, in which nothing is old enough to be forgotten.
        buffer += [0x4D, 0x3C, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 1, 0, 0, 0]
    }

    mutating func end() throws {
        try file.write(contentsOf: buffer)
        try file.close()
    }

    private mutating func write(_ frame: [UInt8]) throws {
        for value in [1_795_000_000, UInt32(frames) * 2000, UInt32(frame.count), UInt32(frame.count)] {
            withUnsafeBytes(of: value.littleEndian) { buffer += $0 }
        }
        buffer += frame
        frames += 1
        if buffer.count > 1 << 20 {
            try file.write(contentsOf: buffer)
            buffer.removeAll(keepingCapacity: true)
        }
    }

    /// One TCP connection of a client with an address of its own.
    private struct Connection {
        let client: [UInt8]
        let server: [UInt8] = [10, 255, 0, 1]
        let port: Int
        var sequence: UInt32 = 1000
        var answered: UInt32 = 5000

        init(_ number: Int, port: Int, network: UInt8) {
            client = [network, UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), UInt8(number & 255)]
            self.port = port
        }

        func frame(_ flags: UInt8, _ sequence: UInt32, _ payload: [UInt8]) -> [UInt8] {
            let segment = Build.tcp(from: 40_000, to: port, seq: sequence, ack: answered, flags: flags, payload)
            return Build.ethernet(0x0800, Build.ipv4(from: client, to: server, proto: 6, segment))
        }

        func answer(_ flags: UInt8, _ payload: [UInt8]) -> [UInt8] {
            let segment = Build.tcp(from: port, to: 40_000, seq: answered, ack: sequence, flags: flags, payload)
            return Build.ethernet(0x0800, Build.ipv4(from: server, to: client, proto: 6, segment))
        }
    }

    private mutating func open(_ connection: Connection) throws {
        try write(connection.frame(2, connection.sequence &- 1, []))
        try write(connection.answer(0x12, []).replacingSequence(connection.answered &- 1))
    }

    private mutating func send(_ payload: [UInt8], _ connection: inout Connection) throws {
        try write(connection.frame(0x18, connection.sequence, payload))
        connection.sequence &+= UInt32(payload.count)
    }

    private mutating func reply(_ payload: [UInt8], _ connection: inout Connection) throws {
        try write(connection.answer(0x18, payload))
        connection.answered &+= UInt32(payload.count)
    }

    private static func text(_ number: Int, _ count: Int) -> [UInt8] {
        Array("\(number)/".utf8) + Array(repeating: 0x61, count: count)
    }

    /// MQTT 5.0 sessions with long names, a will, aliases, retained topics, hand-shakes, subscriptions, and a request that is
    /// not answered. Each fourth is left and outlives its connection; the others end within a message, and behind a hole.
    mutating func addMQTT(_ sessions: Int) throws {
        for number in 0..<sessions {
            var connection = Connection(number, port: 1883, network: 10)
            try open(connection)
            // A session that is kept for ever, a will with QoS 1 and the retain flag, a user name (3.1).
            let will = [0] + Bytes.binary(Self.text(number, 200)) + Bytes.binary([1])
            try send(
                Bytes.packet(
                    1,
                    Bytes.text("MQTT") + [5, 0x80 | 0x20 | 0x08 | 0x04, 0, 60] + [5, 0x11, 0xFF, 0xFF, 0xFF, 0xFF]
                        + Bytes.binary(Self.text(number, 700)) + will + Bytes.binary(Self.text(number, 300))),
                &connection)
            // Up to 200 aliases (3.2.2.3.8).
            try reply(Bytes.packet(2, [0, 0, 3, 0x22, 0, 200]), &connection)
            var publishes: [UInt8] = []
            for alias in 1...6 {
                let topic = Bytes.binary(Self.text(number * 8 + alias, 150))
                publishes += Bytes.packet(
                    3, flags: alias & 1 == 0 ? 3 : 5, topic + [0, UInt8(alias)] + [3, 0x23, 0, UInt8(alias)] + [7])
            }
            try send(publishes, &connection)
            var filters: [UInt8] = []
            for filter in 0..<5 { filters += Bytes.binary(Self.text(filter, 100)) + [1] }
            try send(Bytes.packet(8, flags: 2, [0, 100, 0] + filters), &connection)
            try reply(Bytes.packet(9, [0, 100, 0, 1, 1, 1, 1, 1]), &connection)
            try send(Bytes.packet(8, flags: 2, [0, 101, 0] + filters), &connection)
            if number & 3 == 3 {
                try send(Bytes.packet(14, [4]), &connection)
                try write(connection.frame(0x11, connection.sequence, []))
            } else {
                try send([0x30] + Bytes.variable(60_000) + Bytes.binary(Self.text(number, 900)), &connection)
                try write(connection.frame(0x18, connection.sequence &+ 5000, Array(repeating: 7, count: 700)))
            }
        }
    }

    /// CoAP over UDP: observed requests for long paths, and bodies of which a later block comes first.
    mutating func addCoAP(_ requests: Int, bodies: Int) throws {
        for number in 0..<requests {
            let source: [UInt8] = [11, UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), UInt8(number & 255)]
            let token = Array(Build.u32(UInt32(number)))
            let path = (0..<3).map { (11, Self.text($0, 60)) }
            let isBody = number < bodies
            let options = isBody ? [(27, Build.coapBlock(2, more: true, 1024))] : [(6, [UInt8]())]
            let message = Build.coap(
                code: isBody ? 3 : 1, id: UInt16(number & 0xFFFF), token: token, options: path + options,
                payload: isBody ? Array(repeating: 9, count: 1024) : [])
            try write(Build.udpFrame(source: source, destination: [10, 255, 0, 2], message))
            if !isBody {
                let answer = Build.coap(
                    type: 2, code: 0x45, id: UInt16(number & 0xFFFF), token: token, options: [(6, [1])], payload: [1])
                try write(
                    Build.udpFrame(from: 5683, to: 40_000, source: [10, 255, 0, 2], destination: source, answer))
            }
        }
    }

    /// CoAP over TCP and over WebSocket, each with the beginning of a message.
    mutating func addCoAPStreams(_ connections: Int) throws {
        for number in 0..<connections {
            var connection = Connection(number, port: 5683, network: 12)
            try open(connection)
            try send(CoAPStream.csm(1 << 20), &connection)
            try reply(CoAPStream.csm(1 << 20), &connection)
            let message = CoAPStream(2, token: [1], path: "a", payload: Array(repeating: 1, count: 30_000)).bytes
            try send(Array(message.prefix(1200)), &connection)
        }
    }

    /// WebSocket: frames before the answer, heads that are cut, messages that are still inflated.
    mutating func addWebSocket(_ connections: Int) throws {
        for number in 0..<connections {
            var connection = Connection(number, port: 9001, network: 13)
            try open(connection)
            let isCompressed = number & 1 == 0
            let extensions = isCompressed ? "permessage-deflate" : nil
            try send(WebSocketFrames.request(extensions: extensions), &connection)
            let frames = WebSocketFrames.client(Bytes.packet(3, Bytes.text("a") + Array(repeating: 1, count: 900)))
            if isCompressed {
                try reply(WebSocketFrames.answer(extensions: extensions), &connection)
                // A stored block that goes on (RFC 1951, 3.2.4), behind the beginning of an MQTT message.
                let block: [UInt8] = [0, 0xFF, 0xFF, 0, 0] + [0x30, 0xFF, 0x7F] + Array(repeating: 0, count: 400)
                let frame = WebSocketFrames.frame(2, reserved: 4, key: [1, 2, 3, 4], length: 60_000, block)
                try send(Array(frame.prefix(5)), &connection)
                try send(Array(frame.dropFirst(5)), &connection)
            } else {
                try send(frames, &connection)
                try send(frames, &connection)
            }
        }
    }

    /// First pieces of datagrams, datagrams on strange ports that look like CoAP, and streams that begin in the middle.
    mutating func addUnfinished(_ flows: Int) throws {
        for number in 0..<flows {
            let source: [UInt8] = [14, UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), UInt8(number & 255)]
            var piece = Build.ipv4(
                from: source, to: [10, 255, 0, 3], proto: 17, fragment: 0x2000,
                Build.udp(from: 1, to: 2, Array(repeating: 3, count: 1200)))
            piece.replaceSubrange(4..<6, with: Build.u16(number & 0xFFFF))
            try write(Build.ethernet(0x0800, piece))
            let request = Build.coap(
                code: 2, id: UInt16(number & 0xFFFF), token: [1, 2], options: [(11, [97])],
                payload: Array(repeating: 5, count: 1200))
            try write(
                Build.udpFrame(from: 9000, to: 7000, source: source, destination: [10, 255, 0, 4], request))
            let middle = Connection(number, port: 1883, network: 15)
            try write(middle.frame(0x18, 1000, Array(repeating: 0x31, count: 1400)))
        }
    }
}

extension [UInt8] {
    /// The same Ethernet frame with another sequence number of TCP.
    fileprivate func replacingSequence(_ number: UInt32) -> [UInt8] {
        var frame = self
        frame.replaceSubrange(38..<42, with: Build.u32(number))
        return frame
    }
}
