import Bytes
import Flows
import Network
import Packets
import Tables

/// Urgent data (RFC 9293, 3.8.5): one byte that most receivers take out of the stream, unless they ask for it in line.
///
/// Linux does, and no broker asks; lwIP leaves it where it is. The stream is read without the byte, and with it beside that.
/// No client of MQTT or CoAP sends urgent data, so it is told.
extension Worker where Protocols: ~Copyable, Sink: ~Copyable {
    /// Takes the next bytes of a stream, `range` of `bytes`, but for the one at `urgent`.
    mutating func receive(
        _ slot: Int, _ side: Side, _ bytes: RawSpan, _ range: ByteRange, without urgent: Int,
        of packet: borrowing Packet, _ frame: FrameRef
    ) {
        let before = ByteRange(offset: range.offset, count: urgent - range.offset)
        let behind = ByteRange(offset: urgent + 1, count: range.end - urgent - 1)
        if !before.isEmpty { receive(slot, side, bytes.slice(before), frame) }
        if !behind.isEmpty { receive(slot, side, bytes.slice(behind), frame) }
        core.streams.noteUrgent(
            bytes.slice(packet.payload), at: urgent - packet.payload.offset, packet.tcp.sequence, frame, slot, side)
    }
}

extension Packet {
    /// Where the urgent byte of the segment lies in the frame; `nil` where it has none.
    ///
    /// The pointer is taken as in BSD and Linux, as behind the byte; RFC 6093 (2.1) has it so. Of 0 the first one is meant.
    var urgentByte: Int? {
        guard tcp.flags.contains(.urg) else { return nil }
        let place = max(Int(tcp.urgentPointer), 1) - 1
        return place < payload.count ? payload.offset + place : nil
    }
}
