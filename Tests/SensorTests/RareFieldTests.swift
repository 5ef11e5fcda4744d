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

/// Asks each event for every rare field of which it says that it does not have it.
private struct RareFieldSink: EventSink, ~Copyable {
    var wantsPayloads: Bool { false }
    /// Fields that were there all the same.
    var found: Set<String> = []
    /// How often each field was rightly said to be there.
    var present: [String: Int] = [:]
    private var values = FieldValues()

    mutating func receive(_ part: PayloadPart, _ bytes: RawSpan) {}

    mutating func receive(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan,
        frames: MessageFrames
    ) {
        let has = event.rareFields
        for rare in Protocols.rareFields where rare.category == event.category {
            values.removeAll()
            event.read(rare.field, message: message, into: &values)
            guard !values.values.isEmpty, let name = Protocols.registry.field(rare.field)?.info.name else { continue }
            if has.isDisjoint(with: rare.bit) { found.insert(name) } else { present[name, default: 0] += 1 }
        }
    }
}

/// Rules that need a field are passed over where an event says that it lacks it: a bit that is forgotten hides attacks.
@Test("no event has a rare field that it says it lacks") func noEventHidesAField() throws {
    var worker = SensorWorker(hash: SeededHash(seed: 1), sink: RareFieldSink())
    let shipped = samples.deletingLastPathComponent().appendingPathComponent("Rules").path
    let rules = try RuleSet.load(RuleSources(onlyRules: [shipped]), withTests: false)
    worker.dissectors.serve(rules, key: nil, inspecting: 4096)
    for folder in ["mqtt", "coap", "network", "payload"] {
        let path = samples.appendingPathComponent(folder).path
        for name in try FileManager.default.contentsOfDirectory(atPath: path).sorted() where name.contains(".pcap") {
            var file = try CaptureFile.open("\(path)/\(name)")
            worker.beginSource()
            while let frame = try file.next() { worker.process(frame, file.bytes) }
        }
    }
    worker.finish()
    #expect(worker.sink.found.sorted() == [])
    // The test would say little of samples that have few of them.
    let missing = Set(Protocols.rareFields.compactMap { Protocols.registry.field($0.field)?.info.name })
        .subtracting(worker.sink.present.keys)
    #expect(missing.count <= 27, "\(missing.sorted())")
}
