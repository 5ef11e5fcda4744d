import Bytes
import Events
import Tables

@testable import MQTT

/// What one packet gives when it is read on its own, without a conversation around it.
struct PacketReading {
    let message: MQTTMessage
    let violations: MQTTViolations
    let version: MQTTVersion
    /// The names of the broken statements, each once.
    let names: Set<String>
    let illFormed: MQTTTextSet
    let oddText: MQTTOddText

    init(_ bytes: [UInt8], _ level: UInt8, _ direction: Direction, whole: Int? = nil) {
        let version: MQTTVersion = bytes.first.map { $0 >> 4 } == 1 ? .unknown : MQTTVersion(level: level)
        var notes = MQTTNotes(version: version, direction: direction)
        message = MQTTMessage(bytes.span.bytes, wholeLength: whole ?? bytes.count, &notes)
        violations = notes.violations
        self.version = notes.version
        var names: Set<String> = []
        notes.violations.forEachName(notes.version, message.type) { names.insert($0.description) }
        self.names = names
        illFormed = notes.illFormed
        oddText = notes.oddText
    }

    /// The broken statements.
    var cases: Set<MQTTViolation> {
        var all: Set<MQTTViolation> = []
        violations.forEach { all.insert($0) }
        return all
    }
}
