import CoAP
import TestSupport
import Testing

private func links(_ text: String, code: CoAPCode = .content) -> HeardEvent? {
    Listener().hear(CoAPBuilder(.acknowledgement, code, 1, options: [(12, [40])], payload: text))
}

/// The documents of RFC 6690, 5: targets, rt, if, ct, obs.
private let documents: [(String, [String], [String], [String])] = [
    ("</sensors>;ct=40", ["/sensors"], [], []),
    (
        "</sensors/temp>;if=\"sensor\",</sensors/light>;if=\"sensor\"", ["/sensors/temp", "/sensors/light"], [],
        ["sensor", "sensor"]
    ),
    (
        "</sensors>;ct=40;title=\"Sensor Index\",</sensors/temp>;rt=\"temperature-c\";if=\"sensor\","
            + "</sensors/light>;rt=\"light-lux\";if=\"sensor\","
            + "<http://www.example.com/sensors/t123>;anchor=\"/sensors/temp\";rel=\"describedby\","
            + "</t>;anchor=\"/sensors/temp\";rel=\"alternate\"",
        ["/sensors", "/sensors/temp", "/sensors/light", "http://www.example.com/sensors/t123", "/t"],
        ["temperature-c", "light-lux"], ["sensor", "sensor"]
    ),
    ("</sensors/light>;rt=\"light-lux\";if=\"sensor\"", ["/sensors/light"], ["light-lux"], ["sensor"]),
    (
        "</sensors/light>;rt=\"light-lux core.sen-light\";if=\"sensor\"", ["/sensors/light"],
        ["light-lux", "core.sen-light"], ["sensor"]
    ),
]

@Test("Links of the examples", arguments: documents)
func linksOfTheExamples(text: String, targets: [String], types: [String], interfaces: [String]) throws {
    let event = try #require(links(text))
    #expect(event.list("coap.link.target") == targets)
    #expect(event["coap.link.count"] == "\(targets.count)")
    #expect(event.list("coap.link.rt") == types)
    #expect(event.list("coap.link.if") == interfaces)
}

/// RFC 7252, 7.2.1 and RFC 7641, 6: ct and obs; commas and semicolons in quotation marks part nothing.
@Test("Attributes of links") func attributesOfLinks() throws {
    let event = try #require(links(#"</a>;ct="40 41";obs;title="x,y;obs\"", </b>;ct=0 ,</c>;obs;rt=d"#))
    #expect(event.list("coap.link.target") == ["/a", "/b", "/c"])
    #expect(event.list("coap.link.ct") == ["40", "41", "0"])
    #expect(event.list("coap.link.obs") == ["/a", "/c"])
    #expect(event.list("coap.link.rt") == ["d"])
}

/// What is no link format gives what could be read.
@Test(
    "Broken links",
    arguments: [
        ("", 0), ("</a", 0), ("a", 0), ("</a>", 1), ("</a>,", 1), ("</a>;", 1), ("</a>;rt=\"x", 1), ("<>", 1),
    ])
func brokenLinks(text: String, count: Int) throws {
    let event = try #require(links(text))
    #expect(event["coap.link.count"] == (count > 0 ? "\(count)" : nil))
}

/// Every prefix of a document is read without harm.
@Test("Truncated links") func truncatedLinks() throws {
    let text = documents[2].0
    for length in 1...text.utf8.count { #expect(links(String(text.prefix(length))) != nil) }
}

@Test("Other formats have no links") func otherFormatsHaveNoLinks() {
    let event = Listener().hear(CoAPBuilder(.acknowledgement, .content, 1, options: [(12, [])], payload: "</a>"))
    #expect(event?["coap.link.count"] == nil)
}

/// Links that span blocks are read when the body is whole.
@Test("Links in blocks") func linksInBlocks() throws {
    let listener = Listener()
    let text = Array("</sensors/temp>;rt=\"temperature-c\",</sensors/light>;obs".utf8)
    var event: HeardEvent?
    for number in 0..<4 {
        let part = Array(text.dropFirst(number * 16).prefix(16))
        let asked = number == 0 ? [] : [(23, Build.coapBlock(number, more: false, 16))]
        let id = UInt16(number)
        listener.hear(
            Build.coap(code: 1, id: id, options: [(11, Array(".well-known".utf8)), (11, Array("core".utf8))] + asked))
        event = listener.hear(
            Build.coap(
                type: 2, code: 0x45, id: id,
                options: [(12, [40]), (23, Build.coapBlock(number, more: number < 3, 16))], payload: part),
            from: Listener.server, to: Listener.client)
        #expect(event?["coap.link.count"] == (number < 3 ? nil : "2"))
    }
    #expect(event?.list("coap.link.target") == ["/sensors/temp", "/sensors/light"])
    #expect(event?.list("coap.link.obs") == ["/sensors/light"])
}

/// RFC 9176, 5 (register), 5.3.1 (update), 5.3.2 (remove), 6.2 (look up), 5.1 (simple).
@Test(
    "Directory requests",
    arguments: [
        (2, "rd", ["ep=node1", "lt=60", "d=floor-3", "base=coap://local-proxy.example.com"], "register"),
        (2, "rd/4521", ["lt=600"], "update"), (4, "rd/4521", [], "remove"),
        (1, "rd-lookup/res", ["rt=tag:x"], "lookup"),
        (2, ".well-known/rd", ["lt=6000", "ep=node1"], "simple"), (1, "rd/4521", [], "read"), (1, "sensors", [], nil),
        (2, "rdx", ["ep=a"], nil),
    ])
func directoryRequests(code: UInt8, path: String, query: [String], operation: String?) throws {
    let options = path.split(separator: "/").map { (11, Array($0.utf8)) } + query.map { (15, Array($0.utf8)) }
    let event = try #require(Listener().hear(Build.coap(code: code, options: options)))
    #expect(event["coap.rd.operation"] == operation)
    func argument(_ name: String) -> String? {
        operation == nil ? nil : query.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
    }
    for name in ["ep", "d", "lt", "base"] { #expect(event["coap.rd." + name] == argument(name)) }
}
