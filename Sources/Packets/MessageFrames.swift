/// The frames that the bytes of a message came in, lent for a call: its evidence.
///
/// Those that waited are kept copies; the last one is mostly the frame that is being processed.
public struct MessageFrames: ~Escapable {
    private let kept: Span<KeptFrames.Frame>
    private let keptBytes: RawSpan
    private let current: FrameRef
    private let hasCurrent: Bool
    /// Where the message was completed: by the frame that came last of all that brought its bytes.
    ///
    /// The anomalies are those of all of them.
    public let completion: Provenance

    /// A message that came in one frame, or in those before it that completed its packet.
    @_lifetime(copy current)
    public init(_ current: FrameRef) {
        kept = Span()
        keptBytes = RawSpan()
        self.current = current
        hasCurrent = true
        completion = Self.completion(current)
    }

    /// The provenance of the frame that came last of those that brought the same bytes: segments are given out in the order
    /// of the stream, which need not be that in which they came.
    private static func completion(_ current: FrameRef) -> Provenance {
        var completion = current.provenance
        for index in current.earlier.indices {
            let earlier = current.earlier[index].provenance
            let anomalies = completion.anomalies.union(earlier.anomalies)
            if earlier.arrival > completion.arrival { completion = earlier }
            completion.anomalies = anomalies
        }
        return completion
    }

    /// A message whose bytes waited, in part or all of them.
    ///
    /// `range` is where it lies among the bytes that wait and those behind them. The frames of the bytes that wait are
    /// in `kept`; `current` brought the bytes behind them, from `start` on.
    @_lifetime(borrow kept, copy current)
    public init(of range: Range<Int>, _ kept: borrowing KeptFrames, _ current: FrameRef, from start: Int) {
        let indices = kept.indices(of: range)
        self.kept = kept.frames.span.extracting(indices)
        keptBytes = kept.bytes.span.bytes
        self.current = current
        hasCurrent = range.upperBound > start
        var completion = Self.completion(current)
        var isFirst = !hasCurrent
        for index in indices {
            let provenance = kept.frames[index].provenance
            let anomalies = isFirst ? provenance.anomalies : completion.anomalies.union(provenance.anomalies)
            if isFirst || provenance.arrival > completion.arrival { completion = provenance }
            completion.anomalies = anomalies
            isFirst = false
        }
        self.completion = completion
    }

    /// How many frames there are of which no bytes were kept.
    public var leftOut: Int {
        var count = 0
        for index in kept.indices { count += kept[index].leftOut }
        for index in current.earlier.indices where hasCurrent { count += current.earlier[index].leftOut }
        return count
    }

    /// Gives each frame of which bytes were kept, once, in the order in which they came.
    public func forEach(_ body: (FrameHeader, RawSpan) -> Void) {
        var last: UInt64 = 0
        // They are few: looking for the next one each time is quicker than sorting.
        while true {
            let inKept = Self.next(in: kept, after: last)
            var arrival = inKept >= 0 ? kept[inKept].provenance.arrival : UInt64.max
            var inEarlier = -1
            if hasCurrent {
                inEarlier = Self.next(in: current.earlier, after: last)
                if inEarlier >= 0 { arrival = min(arrival, current.earlier[inEarlier].provenance.arrival) }
                let own = current.provenance.arrival
                if own > last, own <= arrival, !current.bytes.isEmpty {
                    body(current.provenance.frame, current.bytes)
                    last = own
                    continue
                }
            }
            if arrival == .max { return }
            last = arrival
            if inKept >= 0, kept[inKept].provenance.arrival == arrival {
                body(kept[inKept].provenance.frame, keptBytes.extracting(kept[inKept].range))
            } else {
                body(
                    current.earlier[inEarlier].provenance.frame,
                    current.earlierBytes.extracting(current.earlier[inEarlier].range))
            }
        }
    }

    /// The index of the frame with bytes that came first after `last`; -1 where there is none.
    private static func next(in frames: Span<KeptFrames.Frame>, after last: UInt64) -> Int {
        var found = -1
        var least = UInt64.max
        for index in frames.indices {
            let arrival = frames[index].provenance.arrival
            if arrival > last, arrival < least, !frames[index].range.isEmpty {
                least = arrival
                found = index
            }
        }
        return found
    }
}
