import Events
import Packets
import WebSocket

/// The frames behind what the layer between TCP and the protocols keeps back: the beginning of a frame of its own, a
/// message that is still inflated.
///
/// Bounded in sum; where the room is taken, frames are counted but not kept.
struct CarrierFrames: ~Copyable {
    private struct Stream: Hashable {
        var carrier: Int64
        var direction: Direction
    }

    /// What a stream takes in the table beside the buffers of its frames, and what those take beside their bytes.
    private static let bytesPerStream = 192

    private var kept: [Stream: KeptFrames] = [:]
    private var totalBytes = 0
    private let byteLimit: Int

    /// Keeps frames up to `byteLimit` bytes of memory.
    init(byteLimit: Int) { self.byteLimit = byteLimit }

    /// Moves the frames of one direction of a carrier out; `put` takes them back.
    mutating func take(_ carrier: Int64, _ direction: Direction) -> KeptFrames {
        guard !kept.isEmpty, let frames = kept.removeValue(forKey: Stream(carrier: carrier, direction: direction))
        else {
            return KeptFrames()
        }
        totalBytes -= frames.memory + Self.bytesPerStream
        return frames
    }

    /// Adds a frame to those that `take` gave; what it brought ends at `end`, counted from the first byte that is kept back.
    func keep(_ frame: FrameRef, upTo end: Int, in frames: inout KeptFrames) {
        let room = KeptFrames.memory(ofFrame: frame.bytes.byteCount) + Self.bytesPerStream
        if totalBytes + frames.memory + room <= byteLimit {
            frames.keep(frame, upTo: end)
        } else {
            frames.passOver(frame, upTo: end)
        }
    }

    /// Takes frames back.
    mutating func put(_ frames: consuming KeptFrames, of carrier: Int64, _ direction: Direction) {
        guard !frames.isEmpty else { return }
        totalBytes += frames.memory + Self.bytesPerStream
        kept[Stream(carrier: carrier, direction: direction)] = frames
    }

    /// Forgets what is kept of a carrier.
    mutating func drop(_ carrier: Int64) {
        _ = take(carrier, .toServer)
        _ = take(carrier, .toClient)
    }
}

/// The frames that brought what a carrier was given, from the first byte that it kept back on; none where it kept back
/// nothing, and all came in the current frame.
struct CarriedInput {
    var frames: KeptFrames
    /// Where the carrier begins to count the input of its latest step.
    var base = 0
}

/// Goes through what came out of a carrier, in pieces that the same frames brought.
struct CarriedPieces {
    private var offset = 0
    private var index = 0

    /// A stretch of the output, and the input that it came of.
    struct Piece {
        var output: Range<Int>
        var input: Range<Int>
    }

    /// The next piece of the output before `end`; `nil` where there is no more.
    mutating func next(
        _ output: borrowing WebSocketOutput, upTo end: Int, _ input: borrowing CarriedInput
    ) -> Piece? {
        guard offset < end else { return nil }
        let start = offset
        offset = end
        if input.frames.isEmpty { return Piece(output: start..<end, input: 0..<0) }
        while index < output.origins.count, output.origins[index].outputEnd <= start { index += 1 }
        guard index < output.origins.count else { return Piece(output: start..<end, input: 0..<0) }
        let origin = output.origins[index]
        offset = min(end, origin.outputEnd)
        let (first, last) = (origin.input.lowerBound + input.base, origin.input.upperBound + input.base)
        guard origin.isVerbatim else { return Piece(output: start..<offset, input: first..<last) }
        // Its bytes are the last ones of the input.
        let shift = last - origin.outputEnd
        let originStart = index > 0 ? output.origins[index - 1].outputEnd : 0
        if let pieceEnd = input.frames.end(ofPieceWith: start + shift) { offset = min(offset, pieceEnd - shift) }
        var needed = start + shift
        if start == originStart, first < needed {
            // What stands before it may have come in other frames, which are not those of the messages behind.
            if let headEnd = input.frames.end(ofPieceWith: first), headEnd <= needed { offset = start + 1 }
            needed = first
        }
        return Piece(output: start..<offset, input: needed..<offset + shift)
    }
}
