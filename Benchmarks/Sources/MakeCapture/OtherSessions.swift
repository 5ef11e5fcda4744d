/// Requests and answers over TCP that are not ours: web pages, encrypted connections, a database.
final class StreamSession: Session {
    let kind: SessionKind
    private(set) var isOver = false
    private var connection: Connection
    private var turnsLeft: Int
    private var state = 0

    init(_ kind: SessionKind, _ connection: Connection, turns: ClosedRange<Int>, _ traffic: inout Traffic) {
        self.kind = kind
        self.connection = connection
        turnsLeft = traffic.chance.among(turns)
    }

    func hurry() { turnsLeft = min(turnsLeft, 2) }

    func turn(_ traffic: inout Traffic) {
        defer { state += 1 }
        if state == 0 { return connection.handshake(&traffic) }
        if state == 1, kind == .tls {
            hello(&traffic)
        } else if turnsLeft > 0 {
            turnsLeft -= 1
            switch kind {
            case .http: page(&traffic)
            case .tls: records(&traffic)
            default: query(&traffic)
            }
        } else {
            connection.goodbye()
            isOver = true
        }
        connection.flush(&traffic)
    }

    /// Sends what `write` appends.
    private func send(_ side: Int, _ traffic: inout Traffic, _ write: (inout [UInt8], inout Traffic) -> Void) {
        let start = connection.turn.bytes.count
        write(&connection.turn.bytes, &traffic)
        connection.send(side, from: start, &traffic)
    }

    private func page(_ traffic: inout Traffic) {
        let length =
            traffic.chance.happens(800) ? traffic.chance.among(200...20_000) : traffic.chance.among(20_000...120_000)
        send(0, &traffic) { bytes, traffic in
            bytes.append("GET /static/\(traffic.chance.word())/page-\(traffic.chance.below(1000)).html HTTP/1.1\r\n")
            bytes.append("Host: www\(traffic.chance.below(50)).example.com\r\n")
            bytes.append("User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\r\n")
            bytes.append("Accept: text/html,application/json;q=0.9,*/*;q=0.8\r\nAccept-Language: en-GB\r\n")
            bytes.append("Cookie: sid=\(traffic.chance.next())\r\nConnection: keep-alive\r\n\r\n")
        }
        send(1, &traffic) { bytes, traffic in
            bytes.append("HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html\r\nContent-Length: \(length)\r\n")
            bytes.append("ETag: \"\(traffic.chance.word())\"\r\nConnection: keep-alive\r\n\r\n")
            traffic.appendNoise(length, to: &bytes)
        }
        connection.acknowledge(0)
    }

    /// A ClientHello with the name of the server, and what answers it (RFC 8446, 4.1).
    private func hello(_ traffic: inout Traffic) {
        send(0, &traffic) { bytes, traffic in
            let name = "api\(traffic.chance.below(300)).example.net"
            var list: [UInt8] = [0]
            list.append(string: name)
            var extensions: [UInt8] = [0, 0]
            extensions.append16(list.count + 2)
            extensions.append16(list.count)
            extensions += list
            // supported_versions: 1.3 and 1.2; then padding to 512 bytes.
            extensions += [0, 43, 0, 5, 4, 3, 4, 3, 3]
            var body: [UInt8] = [3, 3]
            traffic.appendNoise(32, to: &body)
            body.append(32)
            traffic.appendNoise(32, to: &body)
            body += [0, 6, 0x13, 1, 0x13, 2, 0xC0, 0x2F, 1, 0]
            let padding = max(0, 512 - 4 - 2 - 4 - body.count - extensions.count)
            extensions += [0, 21]
            extensions.append16(padding)
            extensions += [UInt8](repeating: 0, count: padding)
            body.append16(extensions.count)
            body += extensions
            bytes += [22, 3, 1]
            bytes.append16(body.count + 4)
            bytes += [1, 0]
            bytes.append16(body.count)
            bytes += body
        }
        send(1, &traffic) { bytes, traffic in
            var body: [UInt8] = [3, 3]
            traffic.appendNoise(32, to: &body)
            body.append(32)
            traffic.appendNoise(32, to: &body)
            body += [0x13, 1, 0]
            bytes += [22, 3, 3]
            bytes.append16(body.count + 4)
            bytes += [2, 0]
            bytes.append16(body.count)
            bytes += body
            Self.appendRecord(traffic.chance.among(2500...4500), &bytes, &traffic)
        }
        connection.acknowledge(0)
    }

    private static func appendRecord(_ count: Int, _ bytes: inout [UInt8], _ traffic: inout Traffic) {
        bytes += [23, 3, 3]
        bytes.append16(count)
        traffic.appendNoise(count, to: &bytes)
    }

    private func records(_ traffic: inout Traffic) {
        send(0, &traffic) { Self.appendRecord($1.chance.among(100...900), &$0, &$1) }
        send(1, &traffic) { bytes, traffic in
            var left =
                traffic.chance.happens(700) ? traffic.chance.among(300...8000) : traffic.chance.among(8000...100_000)
            while left > 0 {
                Self.appendRecord(min(left, 16_000), &bytes, &traffic)
                left -= min(left, 16_000)
            }
        }
        connection.acknowledge(0)
    }

    private func query(_ traffic: inout Traffic) {
        for (side, tag, sizes) in [(0, UInt8(ascii: "Q"), 30...300), (1, UInt8(ascii: "T"), 100...6000)] {
            send(side, &traffic) { bytes, traffic in
                let count = traffic.chance.among(sizes)
                bytes.append(tag)
                bytes.append32(UInt32(count + 4))
                traffic.appendNoise(count, to: &bytes)
            }
        }
        connection.acknowledge(0)
    }
}

/// Datagrams that are not ours: names, time, QUIC.
final class DatagramSession: Session {
    let kind: SessionKind
    private(set) var isOver = false
    private var datagrams: Datagrams
    private var turnsLeft: Int
    private var hasBegun = false

    init(_ kind: SessionKind, _ datagrams: Datagrams, turns: ClosedRange<Int>, _ traffic: inout Traffic) {
        self.kind = kind
        self.datagrams = datagrams
        turnsLeft = traffic.chance.among(turns)
    }

    func hurry() { turnsLeft = min(turnsLeft, 2) }

    func turn(_ traffic: inout Traffic) {
        turnsLeft -= 1
        isOver = turnsLeft <= 0
        switch kind {
        case .dns: lookUp(&traffic)
        case .ntp: askTime(&traffic)
        default: streamQUIC(&traffic)
        }
    }

    private func lookUp(_ traffic: inout Traffic) {
        let name = "h\(traffic.chance.below(1 << 20))"
        var message: [UInt8] = []
        message.append16(traffic.chance.below(1 << 16))
        message += [1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        for label in [name, "example", "com"] {
            message.append(UInt8(label.utf8.count))
            message.append(label)
        }
        message += [0, 0, 1, 0, 1]
        datagrams.write(message, from: 0, &traffic)
        message.replaceSubrange(2..<8, with: [0x81, 0x80, 0, 1, 0, 1])
        message += [0xC0, 0x0C, 0, 1, 0, 1, 0, 0, 1, 0x2C, 0, 4]
        message.append32(traffic.chance.word())
        datagrams.write(message, from: 1, &traffic)
    }

    private func askTime(_ traffic: inout Traffic) {
        for (side, head) in [(0, [UInt8(0x23)]), (1, [UInt8(0x24), 2])] {
            var message = head
            traffic.appendNoise(48 - head.count, to: &message)
            datagrams.write(message, from: side, &traffic)
        }
    }

    /// An Initial packet of 1,200 bytes, then short headers (RFC 9000, 17.2.2).
    private func streamQUIC(_ traffic: inout Traffic) {
        guard hasBegun else {
            hasBegun = true
            var message: [UInt8] = [0xC3, 0, 0, 0, 1, 8]
            traffic.appendNoise(1194, to: &message)
            return datagrams.write(message, from: 0, &traffic)
        }
        for _ in 0..<traffic.chance.among(1...12) {
            var message: [UInt8] = [0x40 | UInt8(traffic.chance.below(64))]
            traffic.appendNoise(traffic.chance.among(60...1250), to: &message)
            datagrams.write(message, from: traffic.chance.happens(250) ? 0 : 1, &traffic)
        }
    }
}

/// What is over with its first turn: a ping, a question of ARP, a knock at a port.
final class BriefSession: Session {
    let kind: SessionKind
    private(set) var isOver = false
    private var ends: Ends

    init(_ kind: SessionKind, _ ends: Ends) {
        self.kind = kind
        self.ends = ends
    }

    func hurry() {}

    func turn(_ traffic: inout Traffic) {
        isOver = true
        switch kind {
        case .arp: ends.writeARP(to: &traffic)
        case .icmp: ping(&traffic)
        default: knock(&traffic)
        }
    }

    private func ping(_ traffic: inout Traffic) {
        for side in 0...1 {
            var packet: [UInt8] = [side == 0 ? 8 : 0, 0, 0, 0]
            packet.append16(ends.device & 0xFFFF)
            packet.append16(1)
            packet.append(contentsOf: traffic.noise[..<56])
            packet.set16(packet.internetChecksum(), at: 2)
            ends.write(packet, .icmp, from: side, to: &traffic)
        }
    }

    private func knock(_ traffic: inout Traffic) {
        var connection = Connection(ends, &traffic)
        connection.plan(0, .syn)
        if traffic.chance.happens(400) { connection.refuse() }
        connection.flush(&traffic)
    }
}
