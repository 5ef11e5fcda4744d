import Bytes
import Events
import Payload
import Testing

/// What is hidden, what is remembered of shapes, and what costs.
@Suite("Hiding and remembering") struct SecretTests {
    private static let keys = "[password]\npin, password\n[bearer_token]\ntoken\n[latitude]\nlat\n[longitude]\nlon"

    @Test("All of a payload with a secret is hidden, and of a long one what was not looked at") func hidden() throws {
        var inspecting = try Inspecting(["kinds": Self.keys], bytes: 64)
        let range = ByteRange(offset: 7, count: 40)
        _ = inspecting.look(#"{"password":"hunter2","x":"hunter3"}"#)
        #expect(inspecting.inspector.hidden(in: range)[0].range == range)
        _ = inspecting.look(#"{"x":1}"#)
        #expect(inspecting.inspector.hidden(in: range).count == 0)
        let long = inspecting.inspector.hidden(in: ByteRange(offset: 7, count: 100))
        #expect(long.count == 1 && long[0].range == ByteRange(offset: 71, count: 36))
    }

    @Test("What is hidden in part of a field does not hang or show") func partly() {
        var places = SecretPlaces()
        places.add(ByteRange(offset: 4, count: 10), kind: 1)
        let message = Array("abcdSECRETSECREThgf".utf8)
        var text: [UInt8] = []
        places.copy(message.span.bytes, ByteRange(offset: 0, count: 8), to: &text)
        #expect(String(decoding: text, as: UTF8.self) == "abcd<4 bytes>")
        text = []
        places.copy(message.span.bytes, ByteRange(offset: 6, count: 10), to: &text)
        #expect(String(decoding: text, as: UTF8.self) == "<8 bytes>ET")
    }

    @Test("A number or digest that is the secret is not shown") func numbers() throws {
        var inspecting = try Inspecting(["kinds": Self.keys])
        let look = inspecting.look(#"{"pin":4711}"#)
        #expect(look["payload.secret"] == ["password"] && look["payload.number"] == [] && look["payload.sha256"] == [])
        // CBOR {"pin": 4711}
        #expect(inspecting.look(hex("a16370696e191267"))["payload.secret"] == ["password"])
        #expect(inspecting.look(#"{"AKIAIOSFODNN7EXAMPLE":1}"#)["payload.keys"] == [])
    }

    /// The second of each pair has the shape of the first, and another finding.
    @Test(
        "Shapes do not carry findings over",
        arguments: [
            (#"{"pin":123}"#, #"{"pin":4711}"#, "payload.secret", "password"),
            (#"{"token":"123456789012"}"#, #"{"token":"1234567890ab"}"#, "payload.secret", "bearer_token"),
            ("512.12512,98.25012", "111.57512,48.13712", "payload.personal", "coordinates"),
            (
                #"{"lat":95.12345,"lon":193.12345}"#, #"{"lat":52.12345,"lon":113.12345}"#, "payload.personal",
                "coordinates"
            ),
            ("IBAN NL92 ABNA 0417 1643 00", "IBAN NL91 ABNA 0417 1643 00", "payload.personal", "iban"),
            (
                #"{"c":"Y8VybCAtcyBodHRwOi8vMjAzLjAuMTEzLjUveHxzaA=="}"#,
                #"{"c":"Y3VybCAtcyBodHRwOi8vMjAzLjAuMTEzLjUveHxzaA=="}"#, "payload.command", "base64_shell"
            ),
        ])
    func shapes(_ first: String, _ second: String, _ field: String, _ kind: String) throws {
        var inspecting = try Inspecting(["kinds": Self.keys])
        #expect(inspecting.look(first)[field] == [])
        #expect(inspecting.look(second)[field] == [kind])
        #expect(inspecting.look(first)[field] == [])
    }

    @Test("Numbers and identifiers are two shapes, and objects of LwM2M are told apart") func templates() throws {
        var inspecting = try Inspecting(["environment": "[object]\n3303"])
        #expect(inspecting.look("41").format == "number")
        #expect(inspecting.look("5f").format == "text")
        #expect(inspecting.look("21.50000", topic: "3303/0/5700")["payload.category"] == ["environment"])
        #expect(inspecting.look("48.13743", topic: "6/0/0")["payload.personal"] == ["coordinates"])
        #expect(inspecting.look("21.50000", topic: "/3303/0/5700")["payload.personal"] == [])
    }

    @Test("Payloads that make a search begin again and again cost little") func time() throws {
        var inspecting = try Inspecting(["kinds": Self.keys], bytes: PayloadInspector.mostBytes)
        let clock = ContinuousClock()
        for part in ["!", "eyJ", "a:b@", "$GPGGA,", "GB29", "-----BEGIN", "://a:", "4111 "] {
            let payload = "$GPGGA,1,2 eyJaaaaaa.aa. x@y.zz " + String(repeating: part, count: 64_000 / part.utf8.count)
            let spent = clock.measure { _ = inspecting.look(payload) }
            #expect(spent < .seconds(5), "\(part): \(spent)")
        }
    }
}
