import Bytes
import Events
import FuzzSupport
import Tables
import WebSocket

/// A table and what came out of its connections.
struct Player: ~Copyable {
    private var table: WebSocketTable
    private var ids: [WebSocketID] = []
    private var output = WebSocketOutput()
    private let cut: Int
    /// What came out, of each direction of each connection.
    private(set) var bytes: [[UInt8]] = Array(repeating: [], count: 4)
    private(set) var violations = CarrierViolations()

    private static let outputBytes = 64
    /// A protocol whose messages lie in the stream, and one whose messages are those of WebSocket.
    private static let uses = [
        ProtocolDescriptor.WebSocketUse(
            subprotocols: ["mqtt", "mqttv3.1"], isMessageEach: false, textMessage: .mqttText,
            notOffered: .mqttNotOffered, notChosen: .mqttNotChosen),
        ProtocolDescriptor.WebSocketUse(
            subprotocols: ["coap"], isMessageEach: true, textMessage: .coapText, notOffered: .coapSubprotocol,
            notChosen: .coapSubprotocol),
    ]

    /// - Parameters:
    ///   - kind: how the connections begin.
    ///   - cut: the longest piece in which bytes are given.
    init(kind: UInt8, cut: Int) {
        self.cut = cut
        var limits = WebSocketLimits()
        limits.connections = 2
        limits.headBytes = 512
        limits.waitingBytesPerStream = 2048
        limits.waitingBytesTotal = 16_384
        limits.inflaters = 3
        limits.outputBytes = Self.outputBytes
        table = WebSocketTable(limits: limits, uses: Self.uses)
        for number in 0..<2 {
            switch kind & 3 {
            case 0: ids.append(table.open(isClientFirst: true))
            case 1: ids.append(table.join(isClientFirst: true, atFrame: number == 0 ? .toServer : .toClient))
            default:
                ids.append(table.open(isClientFirst: true))
                let deflate = kind & 3 == 2 ? "" : "Sec-WebSocket-Extensions: permessage-deflate\r\n"
                feed(number, .toServer, Array("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\(deflate)\r\n".utf8))
                feed(number, .toClient, Array("HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\(deflate)\r\n".utf8))
            }
        }
    }

    /// Whether what comes out may depend on how it was cut: something gave way for the memory that it took up, or for
    /// what it had grown to at some step, or a frame was searched for in what was there.
    var mayDiffer: Bool {
        let counters = table.counters
        return counters.waitingEvicted > 0 || counters.inflatersEvicted > 0
            || counters.lost > 0 || counters.found > 0 || counters.searchesGivenUp > 0
    }

    mutating func play(_ script: consuming Script) {
        while !script.isOver {
            let control = script.byte()
            let number = Int(control & 1)
            let direction: Direction = control & 2 == 0 ? .toServer : .toClient
            if control & 12 == 12 { _ = table.noteMissing(ids[number], direction, Int(control >> 4) * 7) }
            if control & 28 == 4 {
                violations.formUnion(table.takeNotes(ids[number], direction, of: control & 64 == 0 ? 0 : 1))
            }
            feed(number, direction, script.take(Int(script.byte())))
        }
        for number in 0..<2 {
            for direction in [Direction.toServer, .toClient] { feed(number, direction, [], isLast: true) }
            violations.formUnion(table.close(ids[number]))
        }
        require(table.count == 0, "connections")
        require(table.counters.connectionsEvicted == 0, "evicted without need")
    }

    private mutating func feed(_ number: Int, _ direction: Direction, _ bytes: [UInt8], isLast: Bool = false) {
        var start = 0
        repeat {
            let end = start + min(cut, bytes.count - start)
            give(number, direction, Array(bytes[start..<end]), isLast)
            start = end
        } while start < bytes.count
    }

    private mutating func give(_ number: Int, _ direction: Direction, _ bytes: [UInt8], _ isLast: Bool) {
        var offset = 0
        var steps = 0
        while true {
            let before = table.bytesKeptBack(ids[number], direction) - offset
            let progress = table.feed(
                ids[number], direction, bytes.span.bytes, from: &offset, into: &output, isLast: isLast)
            take(number, direction)
            checkOrigins(before + offset)
            let keptBack = table.bytesKeptBack(ids[number], direction)
            require((0...before + offset).contains(keptBack), "\(keptBack) kept back of \(before + offset)")
            steps += 1
            require(steps < 100_000, "it does not end")
            require(offset <= bytes.count, "taken \(offset) of \(bytes.count)")
            switch progress {
            case .more: continue
            case .done, .gone: return
            case .refused:
                violations.formUnion(table.close(ids[number]))
                return
            case .answered: return give(number, direction == .toServer ? .toClient : .toServer, [], false)
            }
        }
    }

    /// Every byte that comes out has its origin among `count` bytes of the input.
    private func checkOrigins(_ count: Int) {
        var end = 0
        for origin in output.origins {
            let produced = origin.outputEnd - end
            require(produced > 0 && origin.input.upperBound <= count, "origin \(origin) of \(count)")
            require(origin.input.count >= (origin.isVerbatim ? produced : 1), "origin \(origin) of \(produced)")
            end = origin.outputEnd
        }
        require(end == output.bytes.count, "origins of \(end) of \(output.bytes.count)")
    }

    private mutating func take(_ number: Int, _ direction: Direction) {
        require(output.bytes.count <= Self.outputBytes, "output of \(output.bytes.count)")
        var previous = 0
        for mark in output.marks {
            require(mark.offset >= previous && mark.offset <= output.bytes.count, "mark at \(mark.offset)")
            previous = mark.offset
            violations.formUnion(mark.violations)
        }
        bytes[number * 2 + (direction == .toServer ? 0 : 1)] += output.bytes
    }
}
