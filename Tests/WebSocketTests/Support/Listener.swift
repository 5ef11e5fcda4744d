import Bytes
import Events
import Tables
import TestSupport
import Testing
import WebSocket

/// A table with one connection, and all that came out of it.
struct Listener: ~Copyable {
    var table: WebSocketTable
    let id: WebSocketID
    private var output = WebSocketOutput()
    /// The bytes of each direction.
    private(set) var bytes: [Direction: [UInt8]] = [.toServer: [], .toClient: []]
    /// The messages of each direction that ended, and whether they are text.
    private(set) var messages: [Direction: [(isText: Bool, bytes: [UInt8])]] = [.toServer: [], .toClient: []]
    /// The broken statements in the order in which they were marked, each direction for itself.
    private(set) var violations: [Direction: [String]] = [.toServer: [], .toClient: []]
    private(set) var holes = 0
    private(set) var overBudget = 0
    private(set) var dropped = 0
    private(set) var longestOutput = 0
    private(set) var refused = false
    private var current: [Direction: (isText: Bool, bytes: [UInt8])] = [:]

    init(limits: WebSocketLimits = WebSocketLimits()) {
        table = WebSocketTable(limits: limits, uses: uses)
        id = table.open(isClientFirst: true)
    }

    /// A connection whose handshake was made with these fields.
    init(
        _ subprotocol: String? = "mqtt", extensions: String? = nil, offers: String? = nil,
        limits: WebSocketLimits = WebSocketLimits()
    ) {
        self.init(limits: limits)
        feed(.toServer, WebSocketFrames.request(subprotocol, extensions: offers ?? extensions))
        feed(.toClient, WebSocketFrames.answer(subprotocol, extensions: extensions))
    }

    mutating func feed(_ direction: Direction, _ bytes: [UInt8], isLast: Bool = false) {
        var offset = 0
        while true {
            let progress = table.feed(id, direction, bytes.span.bytes, from: &offset, into: &output, isLast: isLast)
            take(direction)
            switch progress {
            case .more: continue
            case .done: return
            case .answered: return feed(direction == .toServer ? .toClient : .toServer, [])
            case .refused, .gone:
                refused = true
                return
            }
        }
    }

    /// Every byte that comes out has its origin: those of frames as they are as many bytes of the input.
    private func expectOrigins() {
        var start = 0
        for origin in output.origins {
            let count = origin.outputEnd - start
            #expect(count > 0)
            #expect(origin.input.count >= (origin.isVerbatim ? count : 1))
            start = origin.outputEnd
        }
        #expect(start == output.bytes.count)
    }

    private mutating func take(_ direction: Direction) {
        expectOrigins()
        var start = 0
        for mark in output.marks {
            append(output.bytes[start..<mark.offset], direction)
            start = mark.offset
            switch mark.kind {
            case .binaryBegins: current[direction] = (false, [])
            case .textBegins: current[direction] = (true, [])
            case .messageEnds:
                if let whole = current[direction] { messages[direction]?.append(whole) }
                current[direction] = nil
            case .hole: holes += 1
            case .overBudget: overBudget += 1
            case .violation: mark.violations.forEach { violations[direction]?.append($0.name.description) }
            }
        }
        append(output.bytes[start...], direction)
        dropped += output.dropped
        longestOutput = max(longestOutput, output.bytes.count)
    }

    private mutating func append(_ more: ArraySlice<UInt8>, _ direction: Direction) {
        bytes[direction]? += more
        current[direction]?.bytes += more
    }

    /// What is noted of the handshake.
    mutating func notes(_ direction: Direction, of number: UInt8 = mqtt) -> [String] {
        names(table.takeNotes(id, direction, of: number))
    }
}

/// What WebSocket carries, as the descriptors of the dissectors say it.
let uses: [ProtocolDescriptor.WebSocketUse?] = [
    ProtocolDescriptor.WebSocketUse(
        subprotocols: ["mqtt", "mqttv3.1"], isMessageEach: false, textMessage: .mqttText,
        notOffered: .mqttNotOffered, notChosen: .mqttNotChosen),
    nil,
    ProtocolDescriptor.WebSocketUse(
        subprotocols: ["coap"], isMessageEach: true, textMessage: .coapText, notOffered: .coapSubprotocol,
        notChosen: .coapSubprotocol),
]
let mqtt: UInt8 = 0
let datagramOnly: UInt8 = 1
let coap: UInt8 = 2

func names(_ violations: CarrierViolations) -> [String] {
    var names: [String] = []
    violations.forEach { names.append($0.name.description) }
    return names
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
