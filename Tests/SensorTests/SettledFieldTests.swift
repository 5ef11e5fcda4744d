import Bytes
import Capture
import Engine
import Events
import Foundation
import Network
import Packets
import Sensor
import Testing

private let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("PcapSamples")

/// Compares the settled fields of each event with those of the event that had the same number first.
private struct SettledSink: EventSink, ~Copyable {
    var wantsPayloads: Bool { false }
    /// Fields whose values were others under the same number.
    var different: Set<String> = []
    /// How many events had a number that came before.
    var repeated = 0
    private var first: [UInt64: [FieldID: [String]]] = [:]
    private var values = FieldValues()
    private let fields = Protocols.settledFields.map { (id: $0, isCommon: $0.rawValue < ViolationField.base) }

    mutating func receive(_ part: PayloadPart, _ bytes: RawSpan) {}

    mutating func receive(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan,
        frames: MessageFrames
    ) {
        guard let number = event.settled(context, message: message) else { return }
        // Rare fields belong to the name of what is known.
        let name = number ^ UInt64(event.rareFields.rawValue) &* 0x9E37_79B9_7F4A_7C15
        var found: [FieldID: [String]] = [:]
        for field in fields {
            values.removeAll()
            if field.isCommon {
                context.read(field.id, category: event.category, into: &values)
            } else {
                event.read(field.id, message: message, into: &values)
            }
            found[field.id] = values.values.map { value in
                guard case .bytes(let reference) = value else { return "\(value)" }
                return values.withBytes(reference, message: message) { String(copying: $0) }
            }
        }
        guard let before = first[name] else {
            first[name] = found
            return
        }
        repeated += 1
        for (field, values) in found where before[field] != values {
            different.insert(Protocols.registry.field(field)?.info.name ?? "\(field)")
        }
    }
}

/// What rules ask of settled fields is not asked again of messages with the same number: a field that is told to be settled and
/// is not hides attacks.
@Test("settled fields are the same where their number is") func settledFieldsAreSettled() throws {
    let shipped = samples.deletingLastPathComponent().appendingPathComponent("Rules").path
    let rules = try RuleSet.load(RuleSources(onlyRules: [shipped]), withTests: false)
    var repeated = 0
    for folder in ["mqtt", "coap", "network", "payload"] {
        let path = samples.appendingPathComponent(folder).path
        for name in try FileManager.default.contentsOfDirectory(atPath: path).sorted() where name.contains(".pcap") {
            var worker = SensorWorker(hash: SeededHash(seed: 1), sink: SettledSink())
            worker.dissectors.serve(rules, key: nil, inspecting: 4096)
            var file = try CaptureFile.open("\(path)/\(name)")
            worker.beginSource()
            while let frame = try file.next() { worker.process(frame, file.bytes) }
            worker.finish()
            #expect(worker.sink.different.sorted() == [], "\(name)")
            repeated += worker.sink.repeated
        }
    }
    #expect(repeated > 10_000)
}
