import Bytes
import Detection
import TestSupport
import Testing

/// The ring of evidence against a list of events that forgets its first ones.
@Suite struct EvidenceRingTests {
    private struct Model {
        var events: [(token: UInt64, frames: [(header: UInt32, bytes: [UInt8])])] = []
        var evictions: UInt64 = 0

        /// The bytes that frames take: an empty one takes one.
        var bytes: Int { events.reduce(0) { $0 + $1.frames.reduce(0) { $0 + max(1, $1.bytes.count) } } }
        var frames: Int { events.reduce(0) { $0 + $1.frames.count } }

        mutating func removeFirst() {
            events.removeFirst()
            evictions += 1
        }
    }

    @Test("What is kept is the newest, whole, and within the bounds", arguments: 0..<20)
    func equalsAList(_ run: Int) {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed, run: run)
        let limits = (
            bytes: Int.random(in: 1...20_000, using: &random), events: Int.random(in: 1...60, using: &random),
            frames: Int.random(in: 1...120, using: &random)
        )
        var ring = EvidenceRing<UInt32>(bytes: limits.bytes, events: limits.events, frames: limits.frames)
        var model = Model()
        var token: UInt64 = 0
        var header: UInt32 = 0
        for step in 0..<2000 {
            if Int.random(in: 0..<3, using: &random) == 0 {
                token += UInt64.random(in: 1...5, using: &random)
                let isBegun = ring.begin(token)
                #expect(isBegun)
                if model.events.count == limits.events { model.removeFirst() }
                model.events.append((token, []))
            } else {
                header += 1
                let size = Int.random(in: 0...(step % 5 == 0 ? 1500 : 60), using: &random)
                let bytes = (0..<size).map { UInt8(truncatingIfNeeded: Int(header) &+ $0) }
                let isKept = ring.add(header, bytes.span.bytes)
                // Bytes lie in one piece, so that a ring may have to forget more than their sum tells: the model follows, but
                // never keeps more than fits.
                guard isKept else {
                    #expect(
                        model.events.isEmpty || max(1, size) > limits.bytes || ring.count == 1,
                        "seed \(seed), step \(step)")
                    while model.events.count > max(ring.count, 0) { model.removeFirst() }
                    continue
                }
                while model.events.count > ring.count { model.removeFirst() }
                model.events[model.events.count - 1].frames.append((header, bytes))
            }
            #expect(model.bytes <= limits.bytes && model.frames <= limits.frames, "seed \(seed), step \(step)")
            #expect(ring.count == model.events.count && ring.evictions == model.evictions, "seed \(seed), step \(step)")
            for probe in [1, token, UInt64.random(in: 0...token, using: &random)] {
                let known = model.events.first { $0.token == probe }
                let count = ring.frameCount(of: probe)
                #expect(count == known?.frames.count, "seed \(seed), step \(step), token \(probe)")
                for (index, frame) in (known?.frames ?? []).enumerated() {
                    let isSame = ring.withFrame(index, of: probe) { header, bytes in
                        header == frame.header && bytes.byteCount == frame.bytes.count
                            && frame.bytes.indices.allSatisfy { bytes.byte(at: $0) == frame.bytes[$0] }
                    }
                    #expect(isSame == true, "seed \(seed), step \(step), token \(probe), frame \(index)")
                }
            }
        }
        #expect(ring.memory < 2 * limits.bytes + 8192 + 64 * 2 * (limits.events + limits.frames + 16))
    }

    @Test("No more is forgotten than must be")
    func keepsWhatFits() {
        var ring = EvidenceRing<UInt32>(bytes: 100_000, events: 1000)
        let frame = [UInt8](repeating: 7, count: 1000)
        for token in 1...1037 as ClosedRange<UInt64> {
            ring.begin(token)
            ring.add(UInt32(token), frame.span.bytes)
        }
        let (count, evictions, refusals) = (ring.count, ring.evictions, ring.refusals)
        #expect((count, evictions, refusals) == (100, 937, 0))
        let kept = (1...1037).filter { ring.frameCount(of: UInt64($0)) != nil }
        #expect(kept == Array(938...1037))
    }

    @Test("A ring stays within its memory", arguments: [1 << 16, 1 << 20, 3_000_000])
    func staysWithinItsMemory(_ memory: Int) {
        var ring = EvidenceRing<UInt64>(memory: memory)
        let frame = [UInt8](repeating: 7, count: 1500)
        var token: UInt64 = 0
        for count in [1, 60, 1500, 300] {
            for _ in 0..<(memory / 16) {
                token += 1
                ring.begin(token)
                ring.add(token, frame.span.bytes.extracting(0..<count))
            }
        }
        let (taken, evictions) = (ring.memory, ring.evictions)
        #expect(taken <= memory + 256)
        #expect(taken > memory / 2)
        #expect(evictions > 0)
    }

    @Test("A token that does not ascend is not taken, and a frame needs an event and room")
    func refusals() {
        var ring = EvidenceRing<UInt32>(bytes: 10, events: 4)
        let frame = [UInt8](repeating: 7, count: 11)
        let early = ring.add(1, frame.span.bytes)
        #expect(!early)
        let answers = [5, 5, 4, 6].map { ring.begin($0) }
        #expect(answers == [true, false, false, true])
        let large = ring.add(1, frame.span.bytes)
        #expect(!large)
        let (count, refusals) = (ring.frameCount(of: 6), ring.refusals)
        #expect((count, refusals) == (0, 1))
        #expect(ring.frameCount(of: 5) == 0, "what does not fit at all pushes nothing out")
        ring.removeAll()
        #expect(ring.frameCount(of: 6) == nil)
    }
}
