import Events
import Packets

/// The frames behind what the layer between TCP and the protocols keeps back: the beginning of a frame of its own, a
/// message that is still inflated.
///
/// Bounded in sum; where the room is taken, frames are counted but not kept.
struct CarrierFrames: ~Copyable {
    private struct Stream: Hashable {
        var carrier: Int64
        var direction: Direction
    }

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
        totalBytes -= frames.memory
        return frames
    }

    /// Keeps frames that `take` gave, and one more.
    mutating func put(_ frames: consuming KeptFrames, and frame: FrameRef, of carrier: Int64, _ direction: Direction) {
        var frames = frames
        if totalBytes + frames.memory + KeptFrames.memory(ofFrame: frame.bytes.byteCount) <= byteLimit {
            frames.keep(frame, upTo: 0)
        } else {
            frames.passOver(frame)
        }
        totalBytes += frames.memory
        kept[Stream(carrier: carrier, direction: direction)] = frames
    }

    /// Forgets what is kept of a carrier.
    mutating func drop(_ carrier: Int64) {
        _ = take(carrier, .toServer)
        _ = take(carrier, .toClient)
    }
}
