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

private let knowledge: PayloadKnowledge = {
    let words = WordList(name: "kinds.words", text: "[password]\npw\n[latitude]\nlat")
    do { return try PayloadKnowledge([words]) } catch { fatalError("\(error)") }
}()

/// Datagrams, two bytes of the script before each: between whom it goes and when, and how long it is; 0 is the rest.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var script = Script(data, count)
    var limits = CoAPLimits()
    limits.exchanges = 3
    limits.messageIDs = 4
    limits.pathBytes = 16
    limits.features.insert(.payloads)
    var analyzer = CoAPAnalyzer(limits: limits, hash: SeededHash(seed: 7))
    analyzer.inspector = PayloadInspector(knowledge, remembering: 64)
    var check = unused
    var time = Timestamp(nanoseconds: 1_000_000_000)
    var last: [UInt8] = []
    while !script.isOver {
        let control = script.byte()
        let length = Int(script.byte())
        let datagram = script.take(length == 0 ? .max : length)
        time = time.advanced(byNanoseconds: [1_000_000, 60_000_000_000, 300_000_000_000, -5][Int(control >> 6)])
        var context = context(control, time)
        _ = CoAPProbe.verdict(datagram.span.bytes)
        _ = CoAPProbe.isAnswer(datagram.span.bytes, to: last.span.bytes)
        if analyzer.dissect(datagram.span.bytes, context: &context) {
            check.line(analyzer, context, message: datagram.span.bytes)
            check.values(analyzer, message: datagram.span.bytes)
            checkRanges(analyzer.message, datagram)
        } else {
            require(datagram.count < 4 || datagram[0] >> 6 != 1, "refused, yet long enough and of version 1")
        }
        last = datagram
    }
    return 0
}

/// Three ends, a group among them.
private func context(_ control: UInt8, _ time: Timestamp) -> EventContext {
    let client = Endpoint(IPAddress(v4: 0xC000_0201), 40_000 + UInt16(control & 1))
    let address: UInt32 = control & 2 == 0 ? 0xC000_0202 : 0xE000_01BB
    let server = Endpoint(IPAddress(v4: address), control & 4 == 0 ? 5683 : 7000)
    let isToServer = control & 8 == 0
    return EventContext(
        timestamp: time, frameNumber: 1, source: isToServer ? client : server,
        destination: isToServer ? server : client,
        transport: .udp, direction: .toServer)
}

/// Token, options and payload lie behind each other in the datagram.
private func checkRanges(_ message: CoAPMessage, _ datagram: [UInt8]) {
    require(message.length == datagram.count, "length")
    for range in [message.token, message.options, message.payload] {
        require(range.offset >= 0 && range.count >= 0 && range.end <= datagram.count, "range \(range)")
    }
    if !message.options.isEmpty { require(message.options.offset >= 4 + message.token.count, "options in the token") }
    if !message.payload.isEmpty { require(message.payload.end == datagram.count, "bytes behind the payload") }
}
