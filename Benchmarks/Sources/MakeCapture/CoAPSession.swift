/// A device that speaks CoAP over UDP with a server: requests of many kinds, one after the other.
final class CoAPSession: Session {
    let kind = SessionKind.coap
    var isOver: Bool { turnsLeft == 0 }
    private var datagrams: Datagrams
    private let path: [String]
    private let isVisitor: Bool
    private var turnsLeft: Int
    private var messageID: Int
    private var token: [UInt8] = []
    private var notification = 0
    private var device: Int { datagrams.ends.device }

    private static let links =
        "</sensors/temperature>;rt=\"temperature-c\";if=\"sensor\",</sensors/humidity>;rt=\"humidity-p\";"
        + "if=\"sensor\";obs,</actuators/relay>;rt=\"relay\";if=\"actuator\",</fw>;ct=42;sz=65536,</3303/0/5700>;obs,"
        + "</rd>;rt=\"core.rd\";ct=40"

    /// A visitor asks once.
    init(_ datagrams: Datagrams, isVisitor: Bool = false, turns: ClosedRange<Int>, _ traffic: inout Traffic) {
        self.datagrams = datagrams
        self.isVisitor = isVisitor
        turnsLeft = isVisitor ? 1 : traffic.chance.among(turns)
        messageID = traffic.chance.below(1 << 16)
        let device = datagrams.ends.device
        path =
            [
                ["sensors", device & 8 == 0 ? "humidity" : "temperature"], ["rd", hexadecimal(device)],
                ["actuators", "relay", "\(device % 16)"], ["3303", "0", "5700"],
            ][device % 4]
    }

    func hurry() { turnsLeft = min(turnsLeft, 2) }

    func turn(_ traffic: inout Traffic) {
        turnsLeft -= 1
        let length = device % 9
        let number = traffic.chance.next()
        token = (0..<length).map { UInt8(truncatingIfNeeded: number >> UInt64($0 * 8)) }
        switch isVisitor ? 0 : traffic.chance.pick([300, 250, 130, 170, 50, 40, 25, 20, 15]) ?? 0 {
        case 0: get(&traffic)
        case 1: post(&traffic)
        case 2: write(&traffic)
        case 3: observe(&traffic)
        case 4: getLater(&traffic)
        case 5: download(&traffic)
        case 6: discover(&traffic)
        case 7: ping(&traffic)
        default: delete(&traffic)
        }
    }

    private func nextID() -> Int {
        messageID = (messageID + 1) & 0xFFFF
        return messageID
    }

    private func message(_ type: CoAPMessageType, _ code: UInt8, _ id: Int) -> CoAPMessageWriter {
        CoAPMessageWriter(type, code: code, id: id, token: code == Code.empty ? [] : token[...])
    }

    private func send(
        _ side: Int, _ type: CoAPMessageType, _ code: UInt8, id: Int, _ traffic: inout Traffic,
        _ compose: (inout CoAPMessageWriter, inout Traffic) -> Void = { _, _ in }
    ) {
        var writer = message(type, code, id)
        compose(&writer, &traffic)
        traffic.truth.coap.messages += 1
        traffic.truth.coap.byType[type.name, default: 0] += 1
        traffic.truth.coap.byCode[Code.name(code), default: 0] += 1
        datagrams.write(writer.bytes, from: side, &traffic)
    }

    private func appendPath(_ writer: inout CoAPMessageWriter) {
        for part in path { writer.option(Option.uriPath, text: part) }
    }

    private func appendQuery(_ writer: inout CoAPMessageWriter, _ traffic: inout Traffic) {
        guard traffic.chance.happens(250) else { return }
        writer.option(Option.uriQuery, text: "unit=C")
        if traffic.chance.happens(300) { writer.option(Option.uriQuery, text: "since=1700000000") }
    }

    private func appendReport(_ writer: inout CoAPMessageWriter, _ traffic: inout Traffic) {
        traffic.truth.coap.payloadBytes += writer.payload { traffic.appendReport(of: device, to: &$0) }
    }

    /// A request that the acknowledgement answers; some are sent again meanwhile.
    private func get(_ traffic: inout Traffic) {
        let id = nextID()
        let accepts = traffic.chance.happens(300)
        let query = traffic.chance.happens(250)
        let isRepeated = traffic.chance.happens(15)
        for _ in 0..<(isRepeated ? 2 : 1) {
            send(0, .con, Code.get, id: id, &traffic) { writer, _ in
                appendPath(&writer)
                if query { writer.option(Option.uriQuery, text: "unit=C") }
                if accepts { writer.option(Option.accept, integer: Format.json) }
            }
        }
        if isRepeated { traffic.truth.coap.repeatedRequests += 1 }
        let isMissing = traffic.chance.happens(40)
        send(1, .ack, isMissing ? Code.notFound : Code.content, id: id, &traffic) { writer, traffic in
            guard !isMissing else { return }
            writer.option(Option.contentFormat, integer: Format.json)
            writer.option(Option.maxAge, integer: 60)
            appendReport(&writer, &traffic)
        }
    }

    /// A report that nobody answers.
    private func post(_ traffic: inout Traffic) {
        send(0, .non, Code.post, id: nextID(), &traffic) { writer, traffic in
            appendPath(&writer)
            writer.option(Option.contentFormat, integer: Format.json)
            appendQuery(&writer, &traffic)
            appendReport(&writer, &traffic)
        }
    }

    private func write(_ traffic: inout Traffic) {
        let (id, isPut) = (nextID(), traffic.chance.happens(600))
        send(0, .con, isPut ? Code.put : Code.post, id: id, &traffic) { writer, traffic in
            appendPath(&writer)
            writer.option(Option.contentFormat, integer: Format.json)
            appendReport(&writer, &traffic)
        }
        send(1, .ack, isPut ? Code.changed : Code.created, id: id, &traffic) { writer, _ in
            if !isPut { writer.option(Option.locationPath, text: "rd") }
        }
    }

    /// A registration, and what the server notifies of (RFC 7641).
    private func observe(_ traffic: inout Traffic) {
        let id = nextID()
        send(0, .con, Code.get, id: id, &traffic) { writer, _ in
            writer.option(Option.observe, integer: 0)
            appendPath(&writer)
        }
        notify(.ack, id: id, &traffic)
        let count = traffic.chance.among(1...8)
        for place in 1...count {
            let isConfirmable = traffic.chance.happens(250)
            let id = nextID() ^ 0x8000
            notify(isConfirmable ? .con : .non, id: id, &traffic)
            traffic.truth.coap.notifications += 1
            if isConfirmable {
                send(0, .ack, Code.empty, id: id, &traffic)
            } else if place == count, traffic.chance.happens(200) {
                send(0, .rst, Code.empty, id: id, &traffic)
            }
        }
    }

    private func notify(_ type: CoAPMessageType, id: Int, _ traffic: inout Traffic) {
        notification += 1
        send(1, type, Code.content, id: id, &traffic) { writer, traffic in
            writer.option(Option.observe, integer: notification)
            writer.option(Option.contentFormat, integer: Format.json)
            appendReport(&writer, &traffic)
        }
    }

    /// A request that is acknowledged at once and answered later (RFC 7252, 5.2.2).
    private func getLater(_ traffic: inout Traffic) {
        let (id, later) = (nextID(), nextID() ^ 0x4000)
        send(0, .con, Code.get, id: id, &traffic) { writer, _ in appendPath(&writer) }
        send(1, .ack, Code.empty, id: id, &traffic)
        send(1, .con, Code.content, id: later, &traffic) { writer, traffic in
            writer.option(Option.contentFormat, integer: Format.json)
            appendReport(&writer, &traffic)
        }
        send(0, .ack, Code.empty, id: later, &traffic)
    }

    /// A file in blocks of 256 to 1024 bytes (RFC 7959).
    private func download(_ traffic: inout Traffic) {
        let exponent = traffic.chance.among(4...6)
        let count = traffic.chance.among(3...24)
        for block in 0..<count {
            let id = nextID()
            let isLast = block == count - 1
            send(0, .con, Code.get, id: id, &traffic) { writer, _ in
                writer.option(Option.uriPath, text: "fw")
                writer.option(Option.block2, integer: block << 4 | exponent)
            }
            send(1, .ack, Code.content, id: id, &traffic) { writer, traffic in
                var tag: [UInt8] = []
                tag.append32(UInt32(device))
                writer.option(Option.eTag, tag)
                writer.option(Option.contentFormat, integer: Format.octetStream)
                writer.option(Option.block2, integer: block << 4 | (isLast ? 0 : 8) | exponent)
                let size = isLast ? traffic.chance.among(1...16 << exponent) : 16 << exponent
                traffic.truth.coap.payloadBytes += writer.payload { traffic.appendNoise(size, to: &$0) }
            }
            traffic.truth.coap.blocks += 2
        }
    }

    private func discover(_ traffic: inout Traffic) {
        let id = nextID()
        send(0, .con, Code.get, id: id, &traffic) { writer, traffic in
            writer.option(Option.uriPath, text: ".well-known")
            writer.option(Option.uriPath, text: "core")
            if traffic.chance.happens(300) { writer.option(Option.uriQuery, text: "rt=core.rd") }
        }
        send(1, .ack, Code.content, id: id, &traffic) { writer, traffic in
            writer.option(Option.contentFormat, integer: Format.linkFormat)
            traffic.truth.coap.payloadBytes += writer.payload { $0.append(Self.links) }
        }
        traffic.truth.coap.discoveries += 1
    }

    /// RFC 7252, 4.3.
    private func ping(_ traffic: inout Traffic) {
        let id = nextID()
        send(0, .con, Code.empty, id: id, &traffic)
        send(1, .rst, Code.empty, id: id, &traffic)
    }

    private func delete(_ traffic: inout Traffic) {
        let id = nextID()
        send(0, .con, Code.delete, id: id, &traffic) { writer, _ in appendPath(&writer) }
        send(1, .ack, traffic.chance.happens(500) ? Code.deleted : Code.notAllowed, id: id, &traffic)
    }
}
