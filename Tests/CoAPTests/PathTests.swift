import CoAP
import Testing

/// RFC 7252, appendix B: options given, path of the URI that they make.
@Test(
    "Appendix b",
    arguments: [
        ([], "/"),
        ([".well-known", "core"], "/.well-known/core"),
        (["こんにちは"], "/%E3%81%93%E3%82%93%E3%81%AB%E3%81%A1%E3%81%AF"),
        (["", "/", "", ""], "//%2F//"),
    ])
func appendixB(segments: [String], path: String) throws {
    let message = CoAPBuilder(.get, options: segments.map { (11, Array($0.utf8)) })
    #expect(try #require(Listener().hear(message))["coap.uri_path"] == path)
}

/// RFC 7252, 6.5, step 6, for each byte: unreserved, sub-delims, `:` and `@` stay.
@Test("Every byte of a path") func everyByteOfAPath() throws {
    let plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@"
    for byte in UInt8.min...UInt8.max {
        let event = try #require(Listener().hear(CoAPBuilder(.get, options: [(11, [0x61, byte])])))
        let digits = Array("0123456789ABCDEF")
        let isPlain = plain.utf8.contains(byte)
        let text = isPlain ? String(UnicodeScalar(byte)) : "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        #expect(event["coap.uri_path"] == "/a" + text)
    }
}

/// Only a request has a path; one whose options are out of reach has none.
@Test("Who has a path") func whoHasAPath() throws {
    #expect(Listener().hear(CoAPBuilder(.acknowledgement, .content))?["coap.uri_path"] == nil)
    #expect(Listener().hear(CoAPBuilder(.empty))?["coap.uri_path"] == nil)
    #expect(Listener().hear(hex("49 01 1234 b474657374"))?["coap.uri_path"] == nil)
    // As far as it can be read: the second segment runs past the datagram.
    #expect(Listener().hear(hex("40 01 1234 b474657374 0578"))?["coap.uri_path"] == "/test")
}
