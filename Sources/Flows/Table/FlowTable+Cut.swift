import Network
import Tables

/// What tells that two captures belong together: conversations that one of them cuts off and the other goes on with.
extension FlowTable {
    /// A hash that is the same in every process, so that flows of captures that were read at different times compare.
    ///
    /// Who can choose a capture gains nothing by it: it only decides about a hint.
    private static let lasting = SeededHash(seed: 0x4561_7273_686F_7403)

    /// Flows that are open, at most so many.
    public func open(_ most: Int) -> [UInt64] { sample(most) { !$0.isClosed } }

    /// Flows first seen since `start` that may have begun before: TCP without any SYN, and all of UDP; at most so many.
    public func begunBefore(_ start: Timestamp, _ most: Int) -> [UInt64] {
        sample(most) { flow in
            flow.firstSeen >= start
                && (flow.key.transport == .udp || !flow[.first].hasSYN && !flow[.second].hasSYN)
        }
    }

    /// The least of the lasting hashes of flows that meet a condition.
    ///
    /// Of two large sets that share flows the least hashes share some, which any other choice of a few would not.
    private func sample(_ most: Int, where isWanted: (borrowing Flow) -> Bool) -> [UInt64] {
        var found: [UInt64] = []
        for slot in liveSlots where isWanted(self[slot]) {
            let hash = self[slot].key.hash(Self.lasting)
            if found.count == most {
                guard let largest = found.last, hash < largest else { continue }
                found.removeLast()
            }
            found.insert(hash, at: found.firstIndex { $0 > hash } ?? found.count)
        }
        return found
    }
}
