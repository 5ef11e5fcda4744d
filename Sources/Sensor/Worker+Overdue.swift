import Bytes
import Capture
import Flows

extension Worker where Sink: ~Copyable {
    /// Takes what has waited too long for lost octets, in flows of which nothing more may come: whoever watches the
    /// alerts does not wait for the next segment of a silent client.
    mutating func drainOverdue() {
        streams.findOverdue(at: frame.timestamp)
        var index = 0
        while index < streams.overdue.count {
            let name = streams.overdue[index]
            let (slot, side) = (Int(name.slot), name.side)
            packet = packet(of: slot, side)
            let none: [UInt8] = []
            drainQueues(slot, side, none.span.bytes, force: false)
            index += 1
        }
    }
}
