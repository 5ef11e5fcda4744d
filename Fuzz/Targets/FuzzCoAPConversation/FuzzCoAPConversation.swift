import Bytes
import CoAP
import Events
import FuzzSupport
import Network
import Payload
import TestSupport

private let unused = EventCheck(
    registry: FieldRegistry(blocks: [CommonField.block, CoAPField.block, PayloadField.block, ViolationField.block]))

/// A conversation in messages that are all well formed, so that what is reached lies behind the parser: requests and
/// answers, copies, observations, bodies in blocks out of order. Three bytes of the script a message, and a fourth for
/// a number. Tables are small, so that all of them overflow.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var script = Script(data, count)
    var limits = CoAPLimits()
    limits.exchanges = 6
    limits.messageIDs = 12
    limits.observations = 2
    limits.pairs = 2
    limits.bodies = 3
    limits.heldBytes = 100
    limits.heldBytesPerBody = 64
    limits.pathBytes = 16
    var analyzer = CoAPAnalyzer(limits: limits, hash: SeededHash(seed: 7))
    var check = unused
    var time = Timestamp(nanoseconds: 1_000_000_000)
    while !script.isOver {
        let (shape, control, number) = (script.byte(), script.byte(), script.byte())
        time = time.advanced(byNanoseconds: [1_000_000, 3_000_000_000, 150_000_000_000, -7_000_000][Int(control >> 6)])
        let bytes = message(shape, control, number, &script)
        var context = context(shape, control, time)
        guard analyzer.dissect(bytes.span.bytes, context: &context) else {
            require(false, "a well-formed message was refused")
            return 0
        }
        require(!analyzer.message.violations.isFatal, "a well-formed message could not be read")
        check.line(analyzer, context, message: bytes.span.bytes)
        check.values(analyzer, message: bytes.span.bytes)
    }
    return 0
}

private let codes: [UInt8] = [0x01, 0x03, 0x45, 0x44, 0x5F, 0x84, 0x05, 0x00]

/// `shape`: 3 bits of code, 2 of type, 2 of option set, 1 of direction. `control`: 2 bits of token, 2 of ends, 2 of path.
private func message(_ shape: UInt8, _ control: UInt8, _ number: UInt8, _ script: inout Script) -> [UInt8] {
    let code = codes[Int(shape & 7)]
    let type = shape >> 3 & 3
    guard code != 0 else { return Build.coap(type: type, code: 0, id: UInt16(number & 7)) }
    var options: [(Int, [UInt8])] = []
    let isRequest = code < 32
    if isRequest { options.append((11, [0x61 + (control >> 4 & 3)])) }
    var payload: [UInt8] = []
    switch shape >> 5 & 3 {
    case 1: options.append((6, Build.coapUnsigned(UInt32(script.byte()))))
    case 2, 3:
        let isQuick = shape >> 5 & 3 == 3
        let block = script.byte()
        let size = 16 << Int(block >> 6 & 1)
        let more = block & 1 != 0
        let option = isRequest && code != 0x01 ? (isQuick ? 19 : 27) : (isQuick ? 31 : 23)
        options.append((option, Build.coapBlock(Int(block >> 1 & 15), more: more, size)))
        if !isRequest { options.append((12, [40])) }
        if isQuick, isRequest { options += [(60, [255]), (292, [block >> 5])] }
        if !isRequest || code != 0x01 { payload = Array(repeating: 0x3C, count: more ? size : Int(number & 15)) }
    default: break
    }
    return Build.coap(
        type: type, code: code, id: UInt16(number & 7), token: [control & 3], options: options, payload: payload)
}

/// A client, two servers, and a group.
private func context(_ shape: UInt8, _ control: UInt8, _ time: Timestamp) -> EventContext {
    let client = Endpoint(IPAddress(v4: 0xC000_0201), 40_000)
    let addresses: [UInt32] = [0xC000_0202, 0xC000_0203, 0xE000_01BB, 0xC000_0202]
    let server = Endpoint(IPAddress(v4: addresses[Int(control >> 2 & 3)]), 5683)
    let isToServer = shape & 0x80 == 0
    return EventContext(
        timestamp: time, frameNumber: 1, source: isToServer ? client : server,
        destination: isToServer ? server : client, transport: .udp, direction: .toServer)
}
