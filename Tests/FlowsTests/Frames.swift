import Bytes
import Flows
import Network
import Packets

extension Provenance {
    /// That of a frame of which only its number matters, and when it came.
    static func numbered(_ number: UInt64, at time: Timestamp = .zero) -> Provenance {
        Provenance(
            FrameHeader(timestamp: time, number: number, originalLength: 0, linkType: .ethernet), Packet(),
            arrival: number)
    }
}

extension TCPStreams.QueuedChunk {
    /// The bytes that come next.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(copying: frames.slice(range))
        return bytes
    }
}
