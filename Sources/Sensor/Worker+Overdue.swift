import Flows
import Packets

extension Worker where Sink: ~Copyable {
    /// Takes what has waited too long for lost octets, in flows of which nothing more may come: whoever watches the
    /// alerts does not wait for the next segment of a silent client.
    mutating func drainOverdue() {
        streams.findOverdue(at: now)
        var index = 0
        while index < streams.overdue.count {
            let name = streams.overdue[index]
            drainQueues(Int(name.slot), name.side, force: false)
            index += 1
        }
    }
}
