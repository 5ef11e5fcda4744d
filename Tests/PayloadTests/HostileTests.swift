import Bytes
import Events
import Payload
import TestSupport
import Testing

/// Payloads that are made to cost: each is looked at in bounded time, and something is said of it.
@Suite("Hostile payloads") struct HostileTests {
    @Test("Deep nesting, huge keys and numbers, ill-formed text") func shapes() throws {
        var inspecting = try Inspecting(bytes: PayloadInspector.mostBytes)
        let deep = String(repeating: "[", count: 30_000) + String(repeating: "]", count: 30_000)
        #expect(inspecting.look(deep)["payload.cut"] == ["true"])
        let object = String(repeating: #"{"a":"#, count: 12_000)
        #expect(inspecting.look(object).format == "json")
        let key = #"{""# + String(repeating: "k", count: 60_000) + #"":1}"#
        #expect(inspecting.look(key).format == "json")
        #expect(inspecting.look(#"{"n":"# + String(repeating: "9", count: 10_000) + "}").format == "json")
        #expect(inspecting.look(String(repeating: "9", count: 10_000)).format == "number")
        #expect(inspecting.look(#"{"e":1e99999999999}"#)["payload.number"] == [])
        #expect(inspecting.look([0x7B, 0x22, 0xFF, 0xC0, 0x22, 0x3A, 0x31, 0x7D]).format == "json")
        #expect(inspecting.look(Array(repeating: 0xFF, count: 60_000)).format == "binary")
    }

    @Test("CBOR of indefinite and of false length") func cbor() throws {
        var inspecting = try Inspecting(bytes: PayloadInspector.mostBytes)
        #expect(inspecting.look(Array(repeating: 0x9F, count: 60_000)).format != "")
        #expect(inspecting.look([0x9F] + Array(repeating: 0x5F, count: 60_000)).format == "binary")
        #expect(inspecting.look([0x9B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]).format == "binary")
        #expect(inspecting.look([0xBB, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]).format == "binary")
        #expect(inspecting.look([0xA1, 0x7B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x61]).format == "binary")
        #expect(inspecting.look(Array(repeating: 0xD8, count: 1000)).format == "binary")
    }

    @Test("Bombs of protobuf and of archives are not opened") func bombs() throws {
        var inspecting = try Inspecting(bytes: PayloadInspector.mostBytes)
        var nested: [UInt8] = [0x08, 0x01]
        while nested.count < 40_000 {
            var length: [UInt8] = []
            var rest = nested.count
            while rest >= 128 {
                length.append(UInt8(rest & 127) | 128)
                rest >>= 7
            }
            nested = [0x12] + length + [UInt8(rest)] + nested
        }
        #expect(inspecting.look(nested, topic: "spBv1.0/G/NDATA/E").format == "sparkplug")
        #expect(inspecting.look(hex("1f8b0800000000000003") + Array(repeating: 0, count: 9000)).format == "archive")
    }

    @Test("Whatever comes, places lie in the payload", arguments: 0..<3) func random(_ run: Int) throws {
        let seed = testSeed()
        var generator = SeededGenerator(seed: seed, run: run)
        var inspecting = try Inspecting(["kinds": "[password]\na, b\n[label]\nn\n[latitude]\nlat\n[wifi_key]\nk"])
        let parts = [
            #"{"a":"#, #""b""#, "[", "]", "}", ",", ":", "-----BEGIN PRIVATE KEY-----", "eyJhbGciOjF9.eyJ9.",
            "AKIA0123456789ABCDEF",
            "://u:passw@", "a=hunter2 ", "lat", "52.1234,", "@example.com", "+4930123456", "\u{FF}", "<a b='c'>",
            "</a>", "WIFI:S:a;P:bbbb;",
            "$GPGGA,1,2,3,4,5,6", "4111111111111111", "GB29NWBK60161331926819", "\n", "\0", "\\", "\"",
            "$6$saltsalt$01234567890123456789",
        ]
        for _ in 0..<3000 {
            var payload: [UInt8] = []
            for _ in 0..<Int.random(in: 0...12, using: &generator) {
                if Int.random(in: 0..<6, using: &generator) == 0 {
                    payload.append(UInt8.random(in: .min ... .max, using: &generator))
                } else {
                    payload += Array((parts.randomElement(using: &generator) ?? "").utf8)
                }
            }
            let look = inspecting.look(payload, topic: "n/a")
            #expect(look.format != "")
            let places = inspecting.inspector.findings.places
            for index in 0..<places.count {
                #expect(places[index].range.end <= payload.count, "seed \(seed): \(payload)")
            }
        }
    }
}
