import Packets

/// What a source has to say when asked for a frame.
public enum FrameStep: Hashable, Sendable {
    /// A frame; its bytes are the `bytes` of the source until the next step.
    case frame(FrameHeader)
    /// Nothing for now: time to write out what waits, and to look around.
    case idle
    /// No frame will come any more.
    case end
}

/// Frames one after another: a capture file or live interfaces.
///
///     while true {
///         switch try source.step() {
///         case .frame(let header): read(header, source.bytes)
///         case .idle: flush()
///         case .end: return
///         }
///     }
public protocol FrameSource: ~Copyable {
    /// Moves to the next frame.
    mutating func step() throws(CaptureError) -> FrameStep

    /// The captured bytes of the current frame, borrowed until the next step; empty where there is none.
    var bytes: RawSpan { @_lifetime(borrow self) get }
}

/// The longest frame that is believed, in bytes: the greatest snap length that capture tools use.
public let maximumFrameLength = 262_144
