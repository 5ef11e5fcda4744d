import Bytes
import Events
import FuzzSupport
import Network
import Payload

// Lists with each sort of section, so that an input can reach what keys and topics lead to.
private let lists = [
    WordList(
        name: "kinds.words",
        text: """
            [password]
            pw
            [bearer_token]
            tk
            [wifi_name]
            ssid
            [wifi_key]
            psk
            [phone]
            tel
            [name]
            nm
            [latitude]
            lat
            [longitude]
            lon
            [coordinates]
            loc
            [vital_signs]
            hr
            [plc]
            plc
            [alarm]
            al
            [update_command]
            up
            [firmware]
            fw
            """),
    WordList(
        name: "environment.words",
        text: "[strong]\ntemp, 温度\n[shy]\nair\n[against]\ncpu\n[hint]\nx, *tur, su*\n[object]\n3303"),
    WordList(name: "none.words", text: "[none]\ncpu temp\n[quiet]\nlog"),
]

nonisolated(unsafe) private var inspector = makeInspector()

private func makeInspector() -> PayloadInspector {
    do { return PayloadInspector(try PayloadKnowledge(lists), bytes: 512) } catch { fatalError("\(error)") }
}

/// A payload under a topic: the first byte says how long the topic is and how much of the payload is missing, the second what
/// the protocol says of it.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var script = Script(data, count)
    let (control, sort) = (script.byte(), script.byte())
    let topic = script.take(Int(control & 31))
    let payload = script.rest
    let total = payload.count + (control & 32 != 0 ? 100 : 0)
    let type = PayloadType(rawValue: sort % 8) ?? .unknown
    inspector.clear()
    require(inspector.rareFields.isEmpty, "found something in nothing")
    inspector.inspect(payload.span.bytes, total: total, topic: topic.span.bytes, type: type)
    let findings = inspector.findings
    require((findings.format == .empty) == payload.isEmpty, "format of \(payload.count) bytes: \(findings.format)")
    for index in 0..<findings.places.count {
        require(findings.places[index].range.end <= payload.count, "a secret reaches behind the payload")
    }
    for field in PayloadField.allCases {
        var values = FieldValues()
        inspector.read(field, payload.span.bytes, total: total, into: &values)
        for value in values.values {
            guard case .bytes(let reference) = value else { continue }
            let isThere = values.withBytes(reference, message: payload.span.bytes) {
                $0.byteCount == reference.range.count
            }
            require(isThere, "a value that is not there")
        }
    }
    // The same payload is remembered, and says the same.
    inspector.inspect(payload.span.bytes, total: total, topic: topic.span.bytes, type: type)
    require(
        inspector.findings.classes == findings.classes && inspector.findings.format == findings.format, "two answers")
    return 0
}
