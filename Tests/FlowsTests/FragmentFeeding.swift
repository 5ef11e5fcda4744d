import Bytes
import Flows
import Network
import Packets

/// What became of a fragment, as a value that tests can compare.
enum FragmentOutcome: Equatable {
    case waiting
    case dropped(FragmentDrop)
    case complete([UInt8], FragmentOddities, protocolNumber: UInt8)

    /// The payload of a datagram that was completed.
    var bytes: [UInt8]? {
        if case .complete(let bytes, _, _) = self { return bytes }
        return nil
    }

    /// What was odd about it.
    var oddities: FragmentOddities? {
        if case .complete(_, let oddities, _) = self { return oddities }
        return nil
    }
}

/// A fragment with its bytes.
struct FragmentSample {
    var fragment: Fragment
    var bytes: [UInt8]

    init(
        at offset: Int, more: Bool, _ bytes: [UInt8], id: UInt32 = 7, source: UInt32 = 1, number: UInt8 = 17,
        v6: Bool = false, missing: Int = 0
    ) {
        self.bytes = bytes
        fragment = Fragment(
            source: v6 ? IPAddress(high: 0xFD00 << 48, low: UInt64(source)) : IPAddress(v4: source),
            destination: v6 ? IPAddress(high: 0xFD00 << 48, low: 2) : IPAddress(v4: 2), identification: id,
            protocolNumber: number, isIPv4: !v6, offset: offset, hasMore: more,
            payload: ByteRange(offset: 3, count: bytes.count), missing: missing)
    }
}

extension FragmentTable {
    /// Inserts a fragment whose frame has bytes of something else around the payload, and gives the buffer back.
    mutating func feed(_ sample: FragmentSample, at seconds: Double = 0) -> FragmentOutcome {
        let frame = [0xE1, 0xE2, 0xE3] + sample.bytes + [0xE4]
        let time = Timestamp(nanoseconds: Int64(seconds * 1e9))
        switch insert(sample.fragment, from: FrameRef(.numbered(1), frame.span.bytes), at: time) {
        case .waiting: return .waiting
        case .dropped(let reason): return .dropped(reason)
        case .complete(let buffer):
            let outcome = FragmentOutcome.complete(
                buffer.bytes, buffer.oddities, protocolNumber: buffer.first.protocolNumber)
            recycle(buffer)
            return outcome
        }
    }

    /// Inserts fragments one after another; the last outcome.
    mutating func feed(_ samples: [FragmentSample], at seconds: Double = 0) -> FragmentOutcome {
        var outcome = FragmentOutcome.waiting
        for sample in samples { outcome = feed(sample, at: seconds) }
        return outcome
    }
}

/// A table whose hash repeats.
func fragmentTable(_ change: (inout FlowLimits) -> Void = { _ in }) -> FragmentTable {
    var limits = FlowLimits()
    change(&limits)
    return FragmentTable(limits: limits, hash: SeededHash(seed: 5))
}

/// Bytes that tell where they belong.
func payload(_ count: Int, salt: Int = 0) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8 &+ salt) }
}

/// A payload cut at the given places.
func cut(
    _ bytes: [UInt8], _ cuts: [Int], id: UInt32 = 7, source: UInt32 = 1, number: UInt8 = 17, v6: Bool = false
) -> [FragmentSample] {
    zip([0] + cuts, cuts + [bytes.count]).map { start, end in
        FragmentSample(
            at: start, more: end < bytes.count, Array(bytes[start..<end]), id: id, source: source, number: number,
            v6: v6)
    }
}
