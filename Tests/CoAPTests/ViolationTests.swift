import CoAP
import Network
import Tables
import Testing

/// A broken message, made by hand from the text of the section.
private let broken: [(String, String, Bool)] = [
    // RFC 7252, 3: token length 9 to 15; token past the datagram; marker without payload; reserved classes.
    ("49 01 1234 000102030405060708", "RFC7252-3", true),
    ("4f 01 1234 00", "RFC7252-3", true),
    ("44 01 1234 0001", "RFC7252-3", true),
    ("40 01 1234 ff", "RFC7252-3", false),
    ("40 21 1234", "RFC7252-3", false),
    ("40 61 1234", "RFC7252-3", false),
    ("40 c0 1234", "RFC7252-3", false),
    ("40 e1 1234", "RFC7252-3", false),
    // RFC 7252, 3.1.
    ("40 01 1234 f1", "RFC7252-3.1", true),
    ("40 01 1234 1f", "RFC7252-3.1", true),
    ("40 01 1234 b5 61", "RFC7252-3.1", true),
    ("40 01 1234 d0", "RFC7252-3.1", true),
    ("40 01 1234 e0 00", "RFC7252-3.1", true),
    ("40 01 1234 be 00", "RFC7252-3.1", true),
    // RFC 7252, 3.2.
    ("40 01 1234 b2 c328", "RFC7252-3.2", false),
    // RFC 7252, 4.1, 4.2 and 4.3.
    ("41 00 1234 aa", "RFC7252-4.1", false),
    ("60 00 1234 ff61", "RFC7252-4.1", false),
    ("60 01 1234", "RFC7252-4.2", false),
    ("70 45 1234", "RFC7252-4.2", false),
    ("50 00 1234", "RFC7252-4.3", false),
    // RFC 7252, 5.9.1.3: 2.03 without an ETag.
    ("60 43 1234", "RFC7252-5.9.1.3", false),
    // RFC 7252, 5.4: Uri-Path in a response; Location-Path in a request.
    ("60 45 1234 b1 61", "RFC7252-5.4", false),
    ("40 01 1234 81 61", "RFC7252-5.4", false),
    // RFC 7252, 5.4.1: option 13; 5.4.3: Content-Format of three bytes, Uri-Host of none; 5.4.5: Content-Format twice.
    ("40 01 1234 d0 00", "RFC7252-5.4.1", false),
    ("40 02 1234 c3 000032", "RFC7252-5.4.3", false),
    ("40 01 1234 30", "RFC7252-5.4.3", false),
    ("40 02 1234 c1 32 01 32", "RFC7252-5.4.5", false),
    // RFC 7252, 5.5: payload in a GET, in a 2.03; 5.5.2: diagnostic payload.
    ("40 01 1234 ff 61", "RFC7252-5.5", false),
    ("60 43 1234 41 01 ff 61", "RFC7252-5.5", false),
    ("60 84 1234 ff c3", "RFC7252-5.5.2", false),
    // RFC 7252, 5.10.
    ("40 01 1234 b1 2e", "RFC7252-5.10.1", false),
    ("40 01 1234 b2 2e2e", "RFC7252-5.10.1", false),
    ("40 01 1234 b1 61 d1 0b 62", "RFC7252-5.10.2", false),
    ("60 45 1234 41 01 01 02", "RFC7252-5.10.6.1", false),
    ("60 41 1234 81 2e", "RFC7252-5.10.7", false),
    // RFC 7252, 12.1.1 and 12.1.2; 12.2: number 65536, number 0, number 65000.
    ("40 08 1234", "RFC7252-12.1.1", false),
    ("60 5e 1234", "RFC7252-12.1.2", false),
    ("40 01 1234 e0 fef3", "RFC7252-12.2", true),
    ("40 01 1234 00", "RFC7252-12.2", false),
    ("40 01 1234 e0 fcdb", "RFC7252-12.2", false),
    // RFC 7959, 2.2: SZX 7; M in a request's Block2; 2.3: 16 bytes announced, one sent; Block2 beside Block1 with M.
    ("40 01 1234 d1 0a 07", "RFC7959-2.2", false),
    ("40 01 1234 d1 0a 08", "RFC7959-2.2", false),
    ("40 03 1234 d1 0e 08 ff 61", "RFC7959-2.3", false),
    ("60 44 1234 d1 0a 00 41 08", "RFC7959-2.3", false),
    // A block without bytes and more to follow.
    ("60 45 1234 d1 0a 08", "RFC7959-2.3", false),
    // RFC 7641, 2: Observe in a PUT; 2 in a GET.
    ("40 03 1234 60", "RFC7641-2", false),
    ("40 01 1234 61 02", "RFC7641-2", false),
    // RFC 8768, 3.
    ("40 01 1234 d1 03 00", "RFC8768-3", false),
    // RFC 9177, 4.1: Q-Block2 beside Block2; 4.3: Q-Block1 without Request-Tag and Size1.
    ("40 01 1234 d1 0a 00 81 00", "RFC9177-4.1", false),
    ("40 03 1234 d1 06 00 ff 61", "RFC9177-4.3", false),
    // RFC 9177, 4.6: block 1 of 16 bytes of a body of 16, by Size1 and by Size2.
    ("40 03 1234 d1 06 10 d1 1c 10 d1 db 07 ff 61", "RFC9177-4.6", false),
    ("60 45 1234 d1 0f 10 31 10 ff 61", "RFC9177-4.6", false),
]

@Test("Broken message", arguments: broken)
func brokenMessage(text: String, id: String, isFatal: Bool) throws {
    let event = try #require(Listener().hear(hex(text)))
    #expect(event["violation.id"] == id)
    #expect(event["violation.fatal"] == isFatal.description)
    #expect(CoAPProbe.verdict(hex(text).span.bytes) == .other)
}

/// Messages near the broken ones that keep the rules.
@Test(
    "Unbroken message",
    arguments: [
        "40 00 1234", "60 00 1234", "70 00 1234",  // ping, Empty ACK, RST
        "40 01 1234 b3 2e2e2e",  // Uri-Path of three dots
        "60 84 1234 c1 2a ff c3",  // 4.04 with bytes, not a diagnostic payload
        "40 01 1234 e0 1bf7",  // unknown elective option of the vendors' range
        "60 43 1234 41 01", "50 43 1234 41 01 21 05",  // 2.03 with an ETag, and as a notification
        "60 45 1234 d0 00",  // unknown critical option in a response
        "40 01 1234 41 01 01 02",  // several ETags in a request
        "40 03 1234 d1 0e 00 ff 61",  // last block shorter than its size
        "40 03 1234 d1 0e 08 ff 61616161616161616161616161616161",  // 16 bytes announced and sent
        "60 5f 1234 d1 0e 08",  // 2.31 with Block1 in control usage
        "40 05 1234 60 ff 61",  // Observe in a FETCH (RFC 8132, 2.4)
        "40 01 1234 d1 03 01",  // Hop-Limit 1
        "40 03 1234 d1 06 00 d1 1c 01 d1 db 07 ff 61",  // Q-Block1 with Size1 and Request-Tag
        "40 03 1234 d1 0e 10 d1 14 10 ff 61", "60 45 1234 d1 0a 10 51 10",  // a block beyond the size, an estimate
        "40 03 1234 d1 0e 00 ff 6161616161616161616161616161616161",  // the last block of 16 bytes with 17
        "40 03 1234 d1 06 10 d1 1c 11 d1 db 07 ff 61",  // Q-Block1 with the last byte of 17
        "40 01 1234 d0 08",  // EDHOC
    ])
func unbrokenMessage(text: String) throws {
    #expect(try #require(Listener().hear(hex(text))).list("violation.id") == [])
}

/// RFC 7252, 8.1 and 8.2.1.
@Test("Multicast requests") func multicastRequests() throws {
    let group = Endpoint(IPAddress(v4: 0xE000_01BB), 5683)  // 224.0.1.187, All CoAP Nodes (12.8)
    func ids(_ message: CoAPBuilder) throws -> [String] {
        try #require(Listener().hear(message, to: group)).list("violation.id")
    }
    #expect(try ids(CoAPBuilder(.confirmable, .get)) == ["RFC7252-8.1"])
    #expect(try ids(CoAPBuilder(.nonConfirmable, .get)) == [])
    #expect(try ids(CoAPBuilder(.nonConfirmable, .get, options: [(4, [1])])) == ["RFC7252-8.2.1"])
}

/// Several broken rules are all named, each section once, in the order of the table.
@Test("Several violations") func severalViolations() throws {
    // ACK with a GET, Uri-Path `..`, Content-Format twice, payload marker without payload.
    let event = try #require(Listener().hear(hex("60 01 1234 b2 2e2e 11 32 01 32 ff")))
    #expect(event.list("violation.id") == ["RFC7252-3", "RFC7252-4.2", "RFC7252-5.4.5", "RFC7252-5.10.1"])
}

@Test("Table of violations") func tableOfViolations() {
    #expect(CoAPViolation.allCases.count <= 64)
    var seen: [CoAPSection] = []
    for violation in CoAPViolation.allCases {
        var set = CoAPViolations()
        set.insert(violation)
        #expect(set.isFatal == violation.isFatal && set.contains(violation) && !set.isEmpty)
        #expect(set.popFirst() == violation && set.isEmpty)
        #expect(violation.summary.utf8CodeUnitCount > 0)
        // Statements of a section stand side by side.
        if seen.last != violation.section {
            #expect(!seen.contains(violation.section))
            seen.append(violation.section)
        }
    }
}
