import Bytes
import Events
import FuzzSupport
import MQTT
import Network
import Payload
import Tables

private let unused = EventCheck(
    registry: FieldRegistry(blocks: [CommonField.block, MQTTField.block, PayloadField.block, ViolationField.block]))

private let knowledge: PayloadKnowledge = {
    let words = WordList(name: "kinds.words", text: "[password]\npw\n[latitude]\nlat")
    do { return try PayloadKnowledge([words]) } catch { fatalError("\(error)") }
}()

/// One packet in a session of its version. The first two bytes choose type, version, side, flags and how the length is
/// written; the others are what follows the fixed header. So one target reaches every type in every version from either
/// side.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var script = Script(data, count)
    let choice = script.byte()
    let form = script.byte()
    let version = Version(rawValue: choice >> 4 & 3) ?? .unknown
    let direction: Direction = choice & 0x40 == 0 ? .toServer : .toClient
    let body = script.rest
    let packet = [choice << 4 | form & 15] + length(of: body, form) + body
    let whole = read(packet, packet.count, version, direction)
    require(whole == read(packet, packet.count, version, direction), "read otherwise the second time")
    require(!whole.isFatal || whole.violations != MQTTViolations(), "fatal without a violation")
    // The head of a packet shows no fault that the whole does not have. Of a packet of unknown version it may show less.
    guard choice & 0x80 != 0, version != .unknown, packet.count > 8 else { return 0 }
    let cut = packet.count / 2
    let head = read(Array(packet.prefix(cut)), packet.count, version, direction)
    require(head.type == whole.type, "another type by its head")
    require(!head.isFatal || whole.isFatal, "fatal by its head only")
    // What cannot be read to its end is not held against the conversation.
    if whole.isFatal { return 0 }
    head.violations.forEach { violation in
        require(whole.violations.contains(violation), "\(violation) by its head only")
    }
    return 0
}

/// The remaining length as it should be, off by one, in more bytes than it needs, or in five.
private func length(of body: [UInt8], _ form: UInt8) -> [UInt8] {
    switch form >> 4 & 7 {
    case 4: variable(body.count + 1)
    case 5: variable(max(0, body.count - 1))
    case 6: [UInt8(body.count & 127) | 0x80, UInt8(body.count >> 7 & 127) | 0x80, 0]
    case 7: [0xFF, 0xFF, 0xFF, 0xFF, 0x7F]
    default: variable(body.count)
    }
}

private func variable(_ value: Int) -> [UInt8] {
    value < 128 ? [UInt8(value)] : [UInt8(value & 127) | 0x80] + variable(value >> 7)
}

private enum Version: UInt8 {
    case unknown, three, four, five

    /// A CONNECT and the CONNACK to it; nothing for a session that was taken up midstream.
    var handshake: [[UInt8]] {
        switch self {
        case .unknown: []
        case .three: [[0x10, 15, 0, 6] + Array("MQIsdp".utf8) + [3, 2, 0, 60, 0, 1, 0x63], [0x20, 2, 0, 0]]
        case .four: [[0x10, 13, 0, 4] + Array("MQTT".utf8) + [4, 2, 0, 60, 0, 1, 0x63], [0x20, 2, 0, 0]]
        // With an authentication method and topic aliases.
        case .five:
            [
                [0x10, 21, 0, 4] + Array("MQTT".utf8) + [5, 2, 0, 60, 7, 0x22, 0, 9, 0x15, 0, 1, 0x6D, 0, 1, 0x63],
                [0x20, 10, 0, 0, 7, 0x22, 0, 9, 0x15, 0, 1, 0x6D],
            ]
        }
    }
}

/// What came of a packet.
private struct Reading: Equatable {
    var line: [UInt8] = []
    var violations = MQTTViolations()
    var isFatal = false
    var type: UInt8 = 0
}

private func read(_ packet: [UInt8], _ wholeLength: Int, _ version: Version, _ direction: Direction) -> Reading {
    var analyzer = MQTTAnalyzer(limits: MQTTLimits(), hash: SeededHash(seed: 7))
    analyzer.inspector = PayloadInspector(knowledge, remembering: 64)
    let time = Timestamp(nanoseconds: 1_000_000_000)
    let client = Endpoint(IPAddress(v4: 0x0A00_0001), 50_000)
    let server = Endpoint(IPAddress(v4: 0x0A00_00FE), 1883)
    func context(_ direction: Direction) -> EventContext {
        EventContext(
            timestamp: time, frameNumber: 1, source: direction == .toServer ? client : server,
            destination: direction == .toServer ? server : client, transport: .tcp, direction: direction)
    }
    let session = analyzer.openSession(client: client, server: server, at: time, isFromStart: version != .unknown)
    // A CONNECT begins the session itself, a CONNACK answers one.
    let type = packet.first.map { $0 >> 4 } ?? 0
    for (index, message) in version.handshake.prefix(type == 1 ? 0 : type == 2 ? 1 : 2).enumerated() {
        let way: Direction = index == 0 ? .toServer : .toClient
        analyzer.dissect(session, message: message.span.bytes, wholeLength: message.count, context: context(way))
        require(analyzer.violations.isEmpty, "the handshake breaks something")
    }
    analyzer.dissect(session, message: packet.span.bytes, wholeLength: wholeLength, context: context(direction))
    var check = unused
    check.values(analyzer, message: packet.span.bytes)
    var names = 0
    analyzer.forEachViolation { _ in names += 1 }
    require(analyzer.violations.isEmpty == (names == 0), "violations without a name")
    return Reading(
        line: check.line(analyzer, context(direction), message: packet.span.bytes), violations: analyzer.violations,
        isFatal: analyzer.isFatal, type: analyzer.messageType)
}
