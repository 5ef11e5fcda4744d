import Bytes
import Events

extension MQTTAnalyzer {
    /// Keeps the filters of a SUBSCRIBE or UNSUBSCRIBE until it is answered.
    mutating func keep(_ list: MQTTFilterList, _ packetID: UInt16?, _ index: Int, _ bytes: RawSpan) {
        guard let packetID, !event.message.isFatal else { return }
        table.sessions[index].pending.add(
            list, packetID, bytes, isWhole: !event.message.isCutShort && list.count > 0, limits, &counts)
    }

    /// Finds what a SUBACK or UNSUBACK answers and learns what was granted.
    mutating func take(_ answer: MQTTSubscribeAnswer, _ index: Int, _ bytes: RawSpan, _ notes: inout MQTTNotes) {
        guard let packetID = answer.packetID else { return }
        let isUnsubscribe = event.message.type == .unsuback
        guard table.sessions[index].pending.take(packetID, isUnsubscribe: isUnsubscribe, into: &answered) else {
            let isSure = table.sessions[index].isComplete && !table.sessions[index].pending.hasDropped
            notes.note(.subackUnasked, if: isSure && !isUnsubscribe)
            return
        }
        guard let codes = answer.codes else { return }
        if let asked = answered.filterCount, let given = answer.codeCount, asked != given {
            notes.note(isUnsubscribe ? .unsubackCount : .subackCount)
        }
        guard !isUnsubscribe else { return }
        event.hasAnswered = true
        for position in 0..<min(codes.count, answered.classes.count)
        where bytes.byte(at: codes.offset + position) < 0x80 {
            guard let granted = MQTTWildcard(rawValue: answered.classes[position]) else { continue }
            table.sessions[index].widest = max(table.sessions[index].widest ?? .none, granted)
        }
    }
}
