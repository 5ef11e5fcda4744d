import Bytes
import Events
import Network

extension Matcher {
    /// Asks the event for a field, unless that was done already.
    mutating func fetch(
        _ slot: Int, _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan
    ) {
        guard fetched[slot].generation != generation else { return }
        let plan = slots[slot]
        if plan.source >= 0 {
            fetch(plan.source, event, context, message: message)
            makeText(slot, from: fetched[plan.source].range, message: message)
            return
        }
        let start = values.count
        if plan.isCommon {
            context.read(plan.field, category: event.category, into: &values)
        } else {
            event.read(plan.field, message: message, into: &values)
        }
        fetched[slot] = FetchedField(generation: generation, range: start..<values.count)
    }

    /// Appends values as they are shown.
    private mutating func makeText(_ slot: Int, from source: Range<Int>, message: RawSpan) {
        let start = values.count
        for index in source {
            textBuffer.removeAll(keepingCapacity: true)
            switch values.values[index] {
            case .address(let address): address.write(to: &textBuffer)
            case .time(let time): time.write(to: &textBuffer)
            case .bytes(let reference): appendHexadecimal(of: reference, message: message)
            case .int(let number): textBuffer.append(decimal: number)
            case .bool(let flag): textBuffer.append(text: flag ? "true" : "false")
            case .float: continue
            }
            Detection.append(textBuffer, to: &values)
        }
        fetched[slot] = FetchedField(generation: generation, range: start..<values.count)
    }

    private mutating func appendHexadecimal(of reference: ByteReference, message: RawSpan) {
        values.withBytes(reference, message: message) { textBuffer.append(hexOf: $0) }
    }
}

/// Appends a text to values.
///
/// Apart from the matcher, whose buffer and values cannot be lent at once from inside.
private func append(_ text: [UInt8], to values: inout FieldValues) {
    values.append(copying: text.span.bytes)
}
