import Bytes
import Flows
import FuzzSupport
import Network
import Packets

/// A script of fragments: those of the model, which tells what each must lead to, or any at all in a small table.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var script = Script(data, count)
    let mode = script.byte()
    if mode & 1 == 0 {
        compareWithModel(&script, pieceLimit: mode & 2 == 0 ? 128 : 3)
    } else {
        keepBounds(&script, pieceLimit: mode & 2 == 0 ? 128 : 4)
    }
    return 0
}

/// Outcomes, payloads and counters are those of a plain model, as long as nobody has to give way.
private func compareWithModel(_ script: inout Script, pieceLimit: Int) {
    var model = FragmentModel(pieceLimit: pieceLimit)
    var table = fragmentTable { $0.fragmentPieces = pieceLimit }
    var time = 0.0
    while !script.isOver {
        let kind = script.byte()
        let place = script.byte()
        let length = Int(script.byte())
        time += [0, 0.25, 8, 45][Int(place >> 6)]
        var sample = FragmentSample(
            at: 8 * Int(place & 31), more: kind & 1 != 0, script.take(length & 127), id: UInt32(kind >> 1 & 1),
            source: UInt32(kind >> 2 & 1), number: kind & 8 == 0 ? 6 : 17, v6: kind & 16 != 0,
            missing: kind >> 5 == 7 ? length >> 4 : 0)
        if kind >> 5 == 6 { sample.fragment.offset += 4 }
        let outcome = table.feed(sample, at: time)
        let expected = model.feed(sample, at: time)
        require(outcome == expected, "\(outcome) instead of \(expected)")
    }
    time += 20
    table.expire(at: Timestamp(nanoseconds: Int64(time * 1e9)))
    model.expire(at: time)
    let counters = table.counters
    require(counters.completed == model.completed, "completed")
    require(counters.duplicates == model.duplicates, "duplicates")
    require(counters.overlaps == model.overlaps, "overlaps")
    require(counters.conflicts == model.conflicts, "conflicts")
    require(counters.timedOut == model.timedOut, "timed out")
    require(counters.datagramsWaiting == model.datagrams.count, "datagrams waiting")
    require(counters.bytesWaiting == model.bytesWaiting, "bytes waiting")
}

/// What all fragments that need not make sense are parts of.
private let frame = payload(70_000)

/// Memory stays within small limits, and every fragment is counted once.
private func keepBounds(_ script: inout Script, pieceLimit: Int) {
    var table = fragmentTable {
        $0.fragmentedDatagrams = 5
        $0.fragmentBytesTotal = 1 << 17
        $0.fragmentPieces = pieceLimit
    }
    var time = Int64(0)
    var tally = Tally()
    while !script.isOver {
        let kind = script.byte()
        let fragment = anyFragment(&script, kind)
        let step = script.byte()
        time = step == 255 ? Int64(bitPattern: script.uint64()) : time &+ (Int64(step) - 16) * 500_000_000
        tally.fragments += 1
        switch table.insert(fragment, from: FrameRef(.numbered(1), frame.span.bytes), at: Timestamp(nanoseconds: time))
        {
        case .complete(let buffer):
            tally.completed += 1
            require(buffer.bytes.count <= 65_535, "datagram of \(buffer.bytes.count)")
            require(buffer.first.payload == ByteRange(offset: 0, count: buffer.bytes.count), "payload of the first")
            if kind & 0x80 == 0 { table.recycle(buffer) }
        case .dropped: tally.dropped += 1
        case .waiting: break
        }
        require(table.counters.datagramsWaiting <= 5, "datagrams waiting")
        require(table.reservedBytes <= 1 << 17, "reserved")
        require(table.idleBytes <= 1 << 15, "idle")
        require(table.counters.bytesWaiting <= table.reservedBytes, "bytes waiting")
    }
    tally.check(table.counters)
    // However time ran, it comes to an end.
    table.expire(at: Timestamp(nanoseconds: time &+ .max))
    table.expire(at: Timestamp(nanoseconds: time &+ .max / 2))
    require(table.counters.datagramsWaiting == 0, "a datagram waits for ever")
    require(table.counters.bytesWaiting == 0 && table.reservedBytes == 0, "memory without a datagram")
}

/// A fragment whose numbers come from the script.
private func anyFragment(_ script: inout Script, _ kind: UInt8) -> Fragment {
    let isIPv4 = kind & 1 == 0
    var fragment = Fragment(
        source: isIPv4 ? IPAddress(v4: 1) : IPAddress(high: 1, low: 1),
        destination: isIPv4 ? IPAddress(v4: 2) : IPAddress(high: 1, low: 2),
        identification: UInt32(script.byte() & 7), protocolNumber: kind & 2 == 0 ? 6 : 17, isIPv4: isIPv4,
        offset: 8 * Int(script.uint16()), hasMore: kind & 4 != 0,
        payload: ByteRange(offset: Int(script.byte()), count: Int(script.uint16())), missing: 0)
    if fragment.hasMore, kind & 8 == 0 { fragment.payload.count &= ~7 }
    if kind & 0x10 != 0 { fragment.offset &= 0xFFF }
    if kind & 0x60 == 0x60 {
        // Numbers that no decoder gives.
        fragment.missing = Int(truncatingIfNeeded: script.uint64())
        fragment.payload.offset = Int(truncatingIfNeeded: script.uint64())
        fragment.offset &+= Int(truncatingIfNeeded: script.uint64())
    }
    return fragment
}

/// What the table said, counted from outside.
private struct Tally {
    var fragments: UInt64 = 0
    var completed: UInt64 = 0
    var dropped: UInt64 = 0

    func check(_ counters: FragmentCounters) {
        require(counters.fragments == fragments, "\(counters.fragments) of \(fragments) fragments counted")
        require(counters.completed == completed, "\(counters.completed) of \(completed) datagrams counted")
        // A fragment that is cut to whole units is counted among the unaligned and kept.
        let sum =
            counters.malformed + counters.tooLong + counters.cutShort + counters.tooManyPieces + counters.noRoom
        require(sum >= dropped, "\(sum) of \(dropped) dropped fragments counted")
    }
}

extension Provenance {
    /// That of a frame of which only its number matters.
    static func numbered(_ number: UInt64) -> Provenance {
        Provenance(
            FrameHeader(timestamp: .zero, number: number, originalLength: 0, linkType: .ethernet), Packet(),
            arrival: number)
    }
}
