import Bytes
import Flows
import Network
import Packets

/// What the table is to do, written to be plain instead of fast: each datagram is an array of optional bytes.
struct FragmentModel {
    struct Key: Hashable {
        var source: IPAddress
        var destination: IPAddress
        var identification: UInt32
        var number: UInt8?
    }

    struct Datagram {
        var bytes: [UInt8?] = []
        /// Which fragment brought a byte.
        var owners: [Int] = []
        var end: Int?
        var oddities: FragmentOddities = []
        var number: UInt8 = 0
        var began: Double

        /// Bytes next to each other that one fragment brought.
        var runs: [Range<Int>] {
            var found: [Range<Int>] = []
            for place in bytes.indices where bytes[place] != nil {
                if let last = found.last, last.upperBound == place, owners[place - 1] == owners[place] {
                    found[found.count - 1] = last.lowerBound..<place + 1
                } else {
                    found.append(place..<place + 1)
                }
            }
            return found
        }
    }

    var pieceLimit: Int
    var datagrams: [Key: Datagram] = [:]
    var serial = 0
    var duplicates: UInt64 = 0
    var overlaps: UInt64 = 0
    var conflicts: UInt64 = 0
    var timedOut: UInt64 = 0
    var completed: UInt64 = 0

    var bytesWaiting: Int { datagrams.values.reduce(0) { $0 + $1.bytes.count { $0 != nil } } }

    mutating func expire(at time: Double) {
        let before = datagrams.count
        datagrams = datagrams.filter { time - $1.began <= ($0.number == nil ? 60 : 30) }
        timedOut += UInt64(before - datagrams.count)
    }

    mutating func feed(_ sample: FragmentSample, at time: Double) -> FragmentOutcome {
        serial += 1
        expire(at: time)
        let fragment = sample.fragment
        var bytes = sample.bytes
        let length = bytes.count + fragment.missing
        if fragment.offset % 8 != 0 { return .dropped(.invalid) }
        if fragment.offset + length > 65_535 { return .dropped(.tooLong) }
        if length == 0 { return .dropped(.empty) }
        let isUneven = fragment.hasMore && length % 8 != 0
        if isUneven, !fragment.isIPv4 || length < 8 { return .dropped(.unaligned) }
        if fragment.missing > 0 { return .dropped(.cutShort) }
        if isUneven { bytes.removeLast(length % 8) }
        if fragment.offset == 0, !fragment.hasMore {
            completed += 1
            return .complete(bytes, [], protocolNumber: fragment.protocolNumber)
        }
        let key = Key(
            source: fragment.source, destination: fragment.destination, identification: fragment.identification,
            number: fragment.isIPv4 ? fragment.protocolNumber : nil)
        var datagram = datagrams[key] ?? Datagram(began: time)
        defer { datagrams[key] = datagram.end == -1 ? nil : datagram }
        let stop = fragment.offset + bytes.count
        if let end = datagram.end {
            if !fragment.hasMore, stop != end { return .dropped(.contradictoryEnd) }
            if stop > end { return .dropped(.behindEnd) }
        } else if !fragment.hasMore, datagram.bytes.count > stop {
            return .dropped(.behindEnd)
        }

        while datagram.bytes.count < stop {
            datagram.bytes.append(nil)
            datagram.owners.append(0)
        }
        defer { while datagram.bytes.last == .some(nil) { datagram.bytes.removeLast() } }
        let range = fragment.offset..<stop
        let isEqual = range.allSatisfy {
            (datagram.bytes[$0] ?? bytes[$0 - range.lowerBound]) == bytes[$0 - range.lowerBound]
        }
        let hasMet = range.contains { datagram.bytes[$0] != nil }
        let endsAlike = fragment.hasMore ? datagram.end != stop : datagram.end == stop
        if !isEqual {
            conflicts += 1
            datagram.oddities.insert(.conflict)
        } else if datagram.runs.contains(range), endsAlike {
            duplicates += 1
        } else if hasMet {
            overlaps += 1
            datagram.oddities.insert(.overlap)
        }
        if isUneven { datagram.oddities.insert(.unaligned) }
        if fragment.offset == 0, fragment.protocolNumber == 6, stop < 20 { datagram.oddities.insert(.tinyFirst) }
        if fragment.offset == 8, fragment.protocolNumber == 6 { datagram.oddities.insert(.insideHeader) }

        var grown = datagram
        for place in range where datagram.bytes[place] == nil {
            grown.bytes[place] = bytes[place - range.lowerBound]
            grown.owners[place] = serial
            if place == 0 { grown.number = fragment.protocolNumber }
        }
        if grown.runs.count > max(pieceLimit, datagram.runs.count) { return .dropped(.tooManyPieces) }
        datagram = grown
        if !fragment.hasMore { datagram.end = stop }
        let whole = datagram.bytes.compactMap { $0 }
        guard whole.count == datagram.end else { return .waiting }
        let (oddities, number) = (datagram.oddities, datagram.number)
        completed += 1
        // Marks it as gone.
        datagram.end = -1
        return .complete(whole, oddities, protocolNumber: number)
    }
}
