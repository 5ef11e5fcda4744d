/// A frame that is lent for a call, with where it came from: the one that brought the bytes beside which it is passed.
///
/// Of bytes that came in several frames, such as the fragments of an IP datagram, it is the one that completed them; the
/// others stand before it. Whoever lets bytes wait keeps a copy of it (`KeptFrames`).
public struct FrameRef: ~Escapable {
    /// Of the frame that completed the bytes.
    public let provenance: Provenance
    /// That frame, as far as it was captured.
    public let bytes: RawSpan
    let earlier: Span<KeptFrames.Frame>
    let earlierBytes: RawSpan

    /// Whether there is one: bytes may be looked at again because time passed.
    public var isFrame: Bool { provenance.arrival > 0 }

    /// A frame that brought its bytes alone.
    @_lifetime(copy bytes)
    public init(_ provenance: Provenance, _ bytes: RawSpan) {
        self.provenance = provenance
        self.bytes = bytes
        earlier = Span()
        earlierBytes = RawSpan()
    }

    /// A frame that completed what `earlier` frames had begun.
    @_lifetime(copy bytes, borrow earlier)
    public init(_ provenance: Provenance, _ bytes: RawSpan, after earlier: borrowing KeptFrames) {
        self.provenance = provenance
        self.bytes = bytes
        self.earlier = earlier.frames.span
        earlierBytes = earlier.bytes.span.bytes
    }

    /// The frames that brought bytes that waited: all of them, or those in `indices`.
    @_lifetime(borrow kept)
    public init(_ kept: borrowing KeptFrames, _ indices: Range<Int>? = nil) {
        let indices = indices ?? 0..<kept.frames.count
        earlierBytes = kept.bytes.span.bytes
        guard let last = indices.last else {
            provenance = .none
            bytes = RawSpan()
            earlier = Span()
            return
        }
        provenance = kept.frames[last].provenance
        bytes = kept.bytes.span.bytes.extracting(kept.frames[last].range)
        earlier = kept.frames.span.extracting(indices.lowerBound..<last)
    }

    /// No frame: for what is looked at again because time passed. Nothing comes of it that did not come in kept frames.
    @_lifetime(immortal)
    public init() {
        provenance = .none
        bytes = RawSpan()
        earlier = Span()
        earlierBytes = RawSpan()
    }
}
