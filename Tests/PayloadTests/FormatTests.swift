import Payload
import Testing

/// Formats by content. The examples of CBOR are those of RFC 8949, appendix A; those of SenML of RFC 8428, 5.
@Suite("Formats") struct FormatTests {
    @Test(
        "Text",
        arguments: [
            ("", "empty"), ("{}", "json"), ("[]", "json"), (#" {"a":[1,{"b":null}]} "#, "json"),
            (#"{"a":1}}"#, "text"), (#"{"a":1"#, "text"), ("{'a':1}", "text"), (#"["a",]"#, "text"), (#""a""#, "text"),
            ("true", "text"), ("12", "number"), (" -1.5e3\n", "number"), ("+3", "number"), ("1,5", "text"),
            ("0x1F", "text"), (".", "text"), ("NaN", "text"), ("ON", "text"), ("Zähler läuft", "text"),
            ("<a><b c=\"1\"/>x</a>", "xml"), ("<a><b></a>", "text"), ("<?xml version=\"1.0\"?><a/>", "xml"),
            ("<5 bar", "text"), ("{{ value }}", "text"),
            (#"[{"n":"urn:dev:ow:10e2073a01080063","u":"Cel","v":23.1}]"#, "senml"),
            (#"[{"bn":"urn:dev:x:","u":"V","n":"v","v":1},{"n":"i","vs":"a"}]"#, "senml"), (#"[{"n":"a"}]"#, "json"),
            (#"[{"n":"a","v":1,"x":2}]"#, "json"),
        ])
    func text(_ payload: String, _ format: String) throws {
        var inspecting = try Inspecting()
        let look = inspecting.look(payload)
        #expect(look.format == format)
    }

    @Test(
        "Bytes",
        arguments: [
            ("a26161016162820203", "cbor"), ("bf6346756ef563416d7421ff", "cbor"), ("9f018202039f0405ffff", "cbor"),
            ("c074323031332d30332d32315432303a30343a30305a", "cbor"), ("a201020304", "cbor"),
            // The same with a byte too many, and one too few.
            ("a2616101616282020300", "binary"), ("a261610161628202", "binary"),
            // RFC 8428, 6: base name, name, unit, value.
            ("81a3216775726e3a6465760064766f6c74021878", "senml"),
            ("81a3006474656d70016343656c02f94d40", "senml"),
            ("89504e470d0a1a0a0000000d49484452000000100000001008060000001ff3ff61", "image"),
            ("ffd8ffe000104a46494600010101004800480000", "image"), ("47494638396101000100800000", "image"),
            ("1f8b0800000000000003", "archive"), ("504b0304140000000800", "archive"), ("28b52ffd2058", "archive"),
            ("377abcaf271c0004", "archive"), ("0061736d01000000", "executable"),
            ("7f454c460201010000000000000000000200b700", "executable"),
            ("27051956aabbccdd5f5e1000", "executable"), ("00", "binary"), ("00010203", "binary"),
            ("0a0474656d7015cdcc9a41", "protobuf"),
        ])
    func bytes(_ payload: String, _ format: String) throws {
        var inspecting = try Inspecting()
        let look = inspecting.look(hex(payload))
        #expect(look.format == format)
    }

    @Test("Sparkplug is told by topic and content together") func sparkplug() throws {
        var inspecting = try Inspecting()
        // timestamp 1, metric {name "Pump", double 2.5}, seq 0
        let payload = hex("0801 120f 0a0450756d70 690000000000000440 1800")
        #expect(inspecting.look(payload, topic: "spBv1.0/G/NDATA/E").format == "sparkplug")
        #expect(inspecting.look(payload, topic: "spBv1.0/G/NDATA/E")["payload.keys"] == ["Pump"])
        #expect(inspecting.look(payload, topic: "a/b").format != "sparkplug")
        #expect(inspecting.look(hex("ffff"), topic: "spBv1.0/G/NDATA/E").format == "binary")
    }

    @Test("Keys are listed once, numbers in them as templates") func keys() throws {
        var inspecting = try Inspecting()
        let look = inspecting.look(#"{"phase1":{"u":1},"phase2":{"u":2},"u":3}"#)
        #expect(look["payload.keys"] == ["phase#", "u"])
        #expect(inspecting.look(#"[{"bn":"dev/7/","n":"temp","v":1}]"#)["payload.keys"] == ["dev/#/", "temp"])
        #expect(inspecting.look(hex("a26161016162820203"))["payload.keys"] == ["a", "b"])
        #expect(inspecting.look("<a b=\"1\"><c>2</c></a>")["payload.keys"] == ["a", "b", "c"])
    }

    @Test("Number, entropy, digest and cut") func numbers() throws {
        var inspecting = try Inspecting(bytes: 64)
        #expect(inspecting.look("21.5")["payload.number"] == ["21.5"])
        #expect(inspecting.look(#"{"t":-3e2}"#)["payload.number"] == ["-300.0"])
        #expect(inspecting.look(#"{"t":1,"h":2}"#)["payload.number"] == [])
        // Two values of the same share: one bit.
        #expect(inspecting.look("abab")["payload.entropy"] == ["1.0"])
        #expect(inspecting.look((0...255).map { UInt8($0) })["payload.entropy"] == ["8.0"])
        // FIPS 180-4's example "abc".
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(inspecting.look("abc")["payload.sha256"] == [digest])
        let long = #"{"a":""# + String(repeating: "x", count: 100) + #""}"#
        let look = inspecting.look(long)
        #expect(look.format == "json" && look["payload.cut"] == ["true"])
        #expect(inspecting.look("short")["payload.cut"] == [])
    }

    @Test("Content has the first word, the protocol the second") func types() throws {
        var inspecting = try Inspecting()
        #expect(inspecting.look("12", type: .json).format == "number")
        #expect(inspecting.look(hex("19012c"), type: .cbor).format == "cbor")
        #expect(inspecting.look(hex("19012c")).format == "binary")
        #expect(inspecting.look(hex("c802ff"), type: .binary).format == "binary")
        #expect(PayloadType(contentFormat: 110) == .senml && PayloadType(contentFormat: 60) == .cbor)
        #expect(PayloadType(mediaType: "application/senml+json".utf8.span.bytes) == .senml)
    }
}
