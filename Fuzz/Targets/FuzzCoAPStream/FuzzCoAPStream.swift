import Bytes
import CoAP
import Events
import FuzzSupport
import Network
import Payload

private let unused = EventCheck(
    registry: FieldRegistry(blocks: [
        CommonField.block, CoAPField.block, CoAPStreamField.block, PayloadField.block, ViolationField.block,
    ]))

/// Messages of two connections, a byte of the script before each: it says which connection, which way, over what, and
/// what else happens.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var script = Script(data, count)
    probe(script.rest)
    var listener = Listener(isFromStart: script.byte() & 1 == 0)
    while !script.isOver {
        let control = script.byte()
        let rest = script.rest
        if control & 0x10 != 0 {
            // Over WebSocket a message is as long as its frame says.
            let message = script.take(Int(script.byte()))
            listener.take(message, message.count, control)
            continue
        }
        switch CoAPFraming.frame(rest.span.bytes) {
        case .message(let length):
            require(length >= 2 && length <= rest.count, "message of \(length) in \(rest.count)")
            listener.take(script.take(length), length, control)
        case .incomplete(let total):
            require(total.map { $0 > rest.count } ?? true, "incomplete, yet all of \(rest.count) is there")
            listener.take(script.take(rest.count), total ?? rest.count, control)
        case .lost:
            listener.take(script.take(CoAPFraming.longestHeader), min(rest.count, CoAPFraming.longestHeader), control)
        }
    }
    return 0
}

/// What looks at bytes without a connection.
private func probe(_ bytes: [UInt8]) {
    let own = CoAPStreamProbe.verdict(bytes.span.bytes, isOwnPort: true)
    if CoAPStreamProbe.verdict(bytes.span.bytes) == .beginning {
        require(own == .beginning, "believed on a strange port, yet not on CoAP's own")
    }
    _ = CoAPStreamProbe.answer(bytes.span.bytes)
    _ = DTLSRecord.begins(bytes.span.bytes)
    _ = DTLSRecord.mayBeUnified(bytes.span.bytes)
    var boundary = CoAPBoundary()
    _ = boundary.isProvenBeginning(bytes.span.bytes)
    switch boundary.find(bytes.span.bytes, startsSegment: true, isLast: bytes.count % 2 == 0) {
    case .proven(let offset): require(offset < max(1, bytes.count), "boundary at \(offset) of \(bytes.count)")
    case .open(let offset): require(offset <= bytes.count, "open at \(offset) of \(bytes.count)")
    }
}

/// An analyzer that can remember little.
private struct Listener: ~Copyable {
    var analyzer: CoAPAnalyzer
    var connections: [CoAPConnectionID] = []
    var time = Timestamp(nanoseconds: 1_000_000_000)
    var check = unused

    init(isFromStart: Bool) {
        var limits = CoAPLimits()
        limits.exchanges = 3
        limits.messageIDs = 3
        limits.connections = 2
        limits.partialIVs = 3
        limits.pathBytes = 16
        analyzer = CoAPAnalyzer(limits: limits, hash: SeededHash(seed: 7))
        for _ in 0..<2 { connections.append(analyzer.openConnection(isFromStart: isFromStart)) }
    }

    mutating func take(_ message: [UInt8], _ wholeLength: Int, _ control: UInt8) {
        let number = Int(control >> 1 & 1)
        switch control >> 2 & 3 {
        case 1: analyzer.noteGap(connections[number])
        case 2: analyzer.closeConnection(connections[number])
        case 3: connections[number] = analyzer.openConnection(isFromStart: control & 0x80 == 0)
        default: time = time.advanced(byNanoseconds: control & 0x80 == 0 ? 1_000_000 : 300_000_000_000)
        }
        let isToServer = control & 1 == 0
        let client = Endpoint(IPAddress(v4: 0x0A00_0001), UInt16(50_000 + number))
        let server = Endpoint(IPAddress(v4: 0x0A00_00FE), 5683)
        var context = EventContext(
            timestamp: time, frameNumber: 1, source: isToServer ? client : server,
            destination: isToServer ? server : client, transport: .tcp, direction: isToServer ? .toServer : .toClient)
        // A head alone, as of a message too long to hold.
        let head = control & 0x60 == 0x60 ? message.count * 3 / 4 : message.count
        let bytes = Array(message.prefix(head))
        let carrier = control & 0x10 != 0 ? CoAPCarrier.webSocket : .stream
        let isTaken = analyzer.dissect(
            connections[number], message: bytes.span.bytes, wholeLength: wholeLength, over: carrier, context: &context)
        require(isTaken || bytes.count < 6, "refused, yet long enough")
        guard isTaken else { return }
        check.line(analyzer, context, message: bytes.span.bytes)
        check.values(analyzer, message: bytes.span.bytes)
        checkRanges(analyzer.message, bytes, wholeLength)
        require(analyzer.connectionCount <= 2, "connections")
    }
}

/// Token, options and payload lie behind each other in what is there of the message.
private func checkRanges(_ message: CoAPMessage, _ bytes: [UInt8], _ wholeLength: Int) {
    require(message.length == max(wholeLength, bytes.count), "length")
    for range in [message.token, message.options, message.signalOptions, message.payload] {
        require(range.offset >= 0 && range.count >= 0, "range \(range)")
        require(range.isEmpty || range.end <= bytes.count, "range \(range) of \(bytes.count)")
    }
    require(message.payload.count <= message.payloadLength, "more payload than there is")
}
