import Bytes
import CoAP
import Events
import Network
import Testing

@Test("Names and numbers are unique") func namesAndNumbersAreUnique() {
    let infos = CoAPField.block.fields
    #expect(Set(infos.map(\.name)).count == infos.count)
    #expect(infos.allSatisfy { $0.name.hasPrefix("coap.") && !$0.summary.isEmpty })
    for field in CoAPField.allCases { #expect(CoAPField(field.fieldID) == field) }
    #expect(CoAPField(FieldID(rawValue: CoAPField.base - 1)) == nil)
    #expect(CoAPField(FieldID(rawValue: CoAPField.base + UInt16(infos.count))) == nil)
}

/// One option of a request or response, and what its field shows.
private let optionFields: [(CoAPCode, Int, String, String, String)] = [
    (.get, 3, "6578616d706c652e6e6574", "coap.opt.uri_host", "example.net"),
    (.get, 35, "636f61703a2f2f612f", "coap.opt.proxy_uri", "coap://a/"),
    (.get, 39, "636f6170", "coap.opt.proxy_scheme", "coap"),
    (.get, 7, "1633", "coap.opt.uri_port", "5683"),
    (.get, 7, "", "coap.opt.uri_port", "0"),
    (.get, 15, "613d31", "coap.opt.uri_query", "a=1"),
    (.created, 8, "7264", "coap.opt.location_path", "rd"),
    (.created, 20, "78", "coap.opt.location_query", "x"),
    (.post, 12, "32", "coap.opt.ctype", "50"),
    (.post, 12, "32", "coap.opt.ctype_name", "application/json"),
    (.post, 12, "", "coap.opt.ctype", "0"),
    (.post, 12, "2d16", "coap.opt.ctype_name", "application/vnd.oma.lwm2m+tlv"),
    (.get, 17, "3c", "coap.opt.accept", "60"),
    (.get, 6, "", "coap.opt.observe", "0"),
    (.content, 6, "ffffff", "coap.opt.observe", "16777215"),
    (.content, 14, "ffffffff", "coap.opt.max_age", "4294967295"),
    (.put, 60, "0400", "coap.opt.size1", "1024"),
    (.content, 28, "00000010", "coap.opt.size2", "16"),
    (.get, 16, "01", "coap.opt.hop_limit", "1"),
    (.get, 258, "1a", "coap.opt.no_response", "26"),
    (.content, 4, "deadbeef", "coap.opt.etag", "deadbeef"),
    (.put, 1, "", "coap.opt.if_match", ""),
    (.get, 252, "0102", "coap.opt.echo", "0102"),
    (.put, 292, "07", "coap.opt.request_tag", "07"),
    (.post, 9, "0914", "coap.opt.oscore", "0914"),
    (.put, 5, "", "coap.opt.if_none_match", "true"),
    // RFC 7959, 3: value 33 is 2/0/32, value 59 is 3/1/128.
    (.content, 23, "21", "coap.opt.block2", "2/0/32"),
    (.put, 27, "3b", "coap.opt.block1", "3/1/128"),
    (.put, 27, "", "coap.opt.block1", "0/0/16"),
    (.put, 27, "fffff6", "coap.opt.block1", "1048575/0/1024"),
    (.put, 19, "3b", "coap.opt.q_block1", "3/1/128"),
    (.content, 31, "21", "coap.opt.q_block2", "2/0/32"),
    (.get, 2048, "00", "coap.opt.unknown", "2048"),
]

@Test("Option field", arguments: optionFields)
func optionField(code: CoAPCode, number: Int, value: String, name: String, text: String) throws {
    let type: CoAPType = code.isRequest ? .confirmable : .acknowledgement
    let event = try #require(Listener().hear(CoAPBuilder(type, code, options: [(number, hex(value))])))
    #expect(event[name] == text)
    let without = try #require(Listener().hear(CoAPBuilder(type, code)))
    #expect(without[name] == nil)
}

@Test("Lists keep their order") func listsKeepTheirOrder() throws {
    let options = [(15, "b=2"), (15, "a=1"), (4, "z"), (4, "y")].map { ($0.0, Array($0.1.utf8)) }
    let event = try #require(Listener().hear(CoAPBuilder(.get, options: options)))
    #expect(event.list("coap.opt.uri_query") == ["b=2", "a=1"])
    #expect(event.list("coap.opt.etag") == ["7a", "79"])
}

/// oneM2M (TS-0008, 6.2.2.4) puts 256, 257, 265 and 267 into its messages: unknown to us, no fault of theirs.
@Test("One M2 m options") func oneM2MOptions() throws {
    let request = CoAPBuilder(.get, path: "cse", options: [(256, [0x43]), (257, [0x31]), (267, [2])])
    let event = try #require(Listener().hear(request))
    #expect(event.list("coap.opt.unknown") == ["256", "257", "267"])
    #expect(event["violation.id"] == nil)
    #expect(CoAPProbe.verdict(request.bytes.span.bytes) == .plausible)
}

/// The payload's length is a field of every request and response, and of what an Empty message must not carry.
@Test("Payload bytes") func payloadBytes() {
    #expect(Listener().hear(CoAPBuilder(.get))?["payload.bytes"] == "0")
    #expect(Listener().hear(CoAPBuilder(.post, payload: "abc"))?["payload.bytes"] == "3")
    #expect(Listener().hear(CoAPBuilder(.empty))?["payload.bytes"] == nil)
    #expect(Listener().hear(hex("40001234ff61"))?["payload.bytes"] == "1")
}

/// What cannot be read is absent: no token of nine bytes, no options behind it.
@Test("what could not be read of a message is absent") func fieldsOfWhatCannotBeRead() throws {
    let event = try #require(Listener().hear(hex("49 02 1234 000102030405060708 b161")))
    #expect(event["coap.code"] == "0.02" && event["coap.mid"] == String(0x1234))
    #expect(event["coap.token"] == nil && event["coap.uri_path"] == nil)
    #expect(event["violation.fatal"] == "true")
}

/// The analyzer as the source of an event: category, code, and silence on fields that are others' to answer.
@Test("Event source") func eventSource() {
    var analyzer = CoAPAnalyzer(limits: CoAPLimits(), hash: SeededHash(seed: 3))
    var context = EventContext(
        timestamp: .zero, frameNumber: 1, source: Listener.server, destination: Listener.client, transport: .udp,
        direction: .toServer)
    let bytes = CoAPBuilder(.acknowledgement, .content).bytes
    #expect(analyzer.dissect(bytes.span.bytes, context: &context))
    #expect(analyzer.category == .coap && analyzer.messageType == 0x45 && context.direction == .toClient)
    #expect(analyzer.message.code == .content && context.server == Listener.server)
    // A datagram that is refused changes nothing.
    let refused = hex("80 ff 1234")
    #expect(!analyzer.dissect(refused.span.bytes, context: &context))
    #expect(analyzer.messageType == 0x45 && context.direction == .toClient)
    var values = FieldValues()
    for field in CommonField.allCases { analyzer.read(field.id, message: bytes.span.bytes, into: &values) }
    analyzer.read(FieldID(rawValue: .max), message: bytes.span.bytes, into: &values)
    #expect(values.count == 0)
}

@Test("The first bytes as sent") func firstBytes() {
    #expect(Listener().hear(hex("64fff5063106fd400606fa29"))?["coap.head"] == "64fff5063106fd40")
    #expect(Listener().hear(hex("40000001"))?["coap.head"] == "40000001")
}
