import CoAP
import Network
import TestSupport
import Testing

/// The rules of RFC 7252, 4.4, 5.3.2 and 8.2 over dictionaries, without limits and within one EXCHANGE_LIFETIME.
private struct Model {
    struct Exchange {
        var path: String
        var id: UInt16
        var asked: Int
        var returned = 0
    }

    struct Ends: Hashable {
        var one: Endpoint
        var other: Endpoint
    }

    struct Sent: Hashable {
        var ends: Ends
        var id: UInt16
        var echo: UInt8
    }

    struct Key: Hashable {
        var client: Endpoint
        var server: Endpoint?
        var token: [UInt8]
    }

    var exchanges: [Key: Exchange] = [:]
    var sent: [Sent: (type: CoAPType, request: Key?)] = [:]
    /// Requests to groups, by client and message id: a member that resets one does so from its own address.
    var groups: [Sent: (type: CoAPType, request: Key?)] = [:]

    /// What is expected of the fields: retransmitted, and path and amplification of the request that a response
    /// answers.
    mutating func hear(
        _ message: CoAPBuilder, _ source: Endpoint, _ destination: Endpoint
    ) -> (isCopy: Bool, path: String?, amplification: Double?) {
        let echo: UInt8 = message.type.rawValue >= 2 ? message.type.rawValue : 0
        let own = Sent(ends: Ends(one: source, other: destination), id: message.messageID, echo: echo)
        let isCopy = sent[own]?.type == message.type
        let size = message.bytes.count
        var answered = sent[Sent(ends: Ends(one: destination, other: source), id: message.messageID, echo: 0)]
        let group = Sent(ends: Ends(one: destination, other: destination), id: message.messageID, echo: 0)
        if answered == nil, message.type == .reset { answered = groups[group] }
        defer { if !isCopy { sent[own] = (message.type, requestKey(message, source, destination)) } }
        if let key = requestKey(message, source, destination) {
            if key.server == nil {
                let name = Sent(ends: Ends(one: source, other: source), id: message.messageID, echo: 0)
                groups[name] = (message.type, key)
            }
            if isCopy, exchanges[key]?.id == message.messageID {
                exchanges[key]?.asked += size
            } else {
                let path =
                    "/" + message.options.map { String(decoding: $0.value, as: UTF8.self) }.joined(separator: "/")
                exchanges[key] = Exchange(path: path, id: message.messageID, asked: size)
            }
            return (isCopy, nil, nil)
        }
        guard message.code.isResponse else {
            if echo > 0, let key = answered?.request { exchanges[key]?.returned += size }
            return (isCopy, nil, nil)
        }
        var key = Key(client: destination, server: source, token: message.token)
        if let exchange = exchanges[key] {
            guard echo == 0 || exchange.id == message.messageID || answered?.request == key else {
                return (isCopy, nil, nil)
            }
        } else {
            key.server = nil
            guard echo == 0, exchanges[key] != nil else { return (isCopy, nil, nil) }
        }
        exchanges[key]?.returned += size
        guard let exchange = exchanges[key] else { return (isCopy, nil, nil) }
        return (isCopy, exchange.path, Double(exchange.returned) / Double(exchange.asked))
    }

    private func requestKey(_ message: CoAPBuilder, _ source: Endpoint, _ destination: Endpoint) -> Key? {
        guard message.code.isRequest else { return nil }
        return Key(
            client: source, server: destination.address.isMulticastOrBroadcast ? nil : destination,
            token: message.token)
    }
}

/// Few ends, tokens and message ids, so that everything meets everything.
@Test("random exchanges are matched as a plain model matches them") func conversationAgainstModel() {
    let seed = testSeed()
    var random = SeededGenerator(seed: seed)
    let listener = Listener(seed: seed)
    var model = Model()
    let ends = (0..<3).map { Endpoint(IPAddress(v4: 0x0A00_0001 + UInt32($0)), 5683) }
    let group = Endpoint(IPAddress(v4: 0xE000_01BB), 5683)
    for round in 0..<6000 {
        let source = ends[Int.random(in: 0..<3, using: &random)]
        var destination = ends[Int.random(in: 0..<3, using: &random)]
        let id = UInt16.random(in: 0..<40, using: &random)
        let token = [[], [0], [1], [0, 0]][Int.random(in: 0..<4, using: &random)] as [UInt8]
        var message: CoAPBuilder
        switch Int.random(in: 0..<5, using: &random) {
        case 0, 1:
            message = CoAPBuilder(
                Bool.random(using: &random) ? .confirmable : .nonConfirmable, .post, id, token: token,
                path: "r/\(round)")
            if Int.random(in: 0..<5, using: &random) == 0 { destination = group }
        case 2:
            message = CoAPBuilder(.acknowledgement, .content, id, token: token, payload: "\(round)")
        case 3:
            message = CoAPBuilder(.nonConfirmable, .changed, id, token: token)
        default:
            message = CoAPBuilder(Bool.random(using: &random) ? .acknowledgement : .reset, .empty, id)
        }
        let expected = model.hear(message, source, destination)
        let event = listener.hear(message, from: source, to: destination, at: Double(round) / 100)
        #expect(event?["coap.retransmitted"] == expected.isCopy.description, "seed \(seed), round \(round)")
        #expect(event?["coap.request.uri_path"] == expected.path, "seed \(seed), round \(round)")
        #expect(event?["coap.amplification"] == expected.amplification?.description, "seed \(seed), round \(round)")
    }
}
