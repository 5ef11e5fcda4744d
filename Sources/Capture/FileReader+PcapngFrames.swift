import Bytes
import Network
import Packets

extension FileReader {
    /// Enhanced Packet Block (draft-ietf-opsawg-pcapng, section 4.3).
    mutating func readEnhancedPacket(_ block: PcapngBlock) throws(CaptureError) -> FrameHeader {
        try fillBlock(block, minimum: 32)
        let number = Int(window.unused.native32(at: 8, swapped: section.isSwapped))
        return try readTimedPacket(block, interface: number)
    }

    /// Packet Block, which the Enhanced Packet Block replaced (draft-ietf-opsawg-pcapng, appendix A).
    mutating func readObsoletePacket(_ block: PcapngBlock) throws(CaptureError) -> FrameHeader {
        try fillBlock(block, minimum: 32)
        let number = Int(window.unused.native16(at: 8, swapped: section.isSwapped))
        return try readTimedPacket(block, interface: number)
    }

    /// Both blocks are alike but for the interface number: time at 12, lengths at 20 and 24, frame at 28.
    private mutating func readTimedPacket(
        _ block: PcapngBlock, interface number: Int
    ) throws(CaptureError) -> FrameHeader {
        let isSwapped = section.isSwapped
        let high = window.unused.native32(at: 12, swapped: isSwapped)
        let low = window.unused.native32(at: 16, swapped: isSwapped)
        let captured = Int(window.unused.native32(at: 20, swapped: isSwapped))
        let original = Int(window.unused.native32(at: 24, swapped: isSwapped))
        guard number < section.interfaces.count else { throw interfaceUnknown(block, number) }
        guard captured <= maximumFrameLength else {
            throw frameDamaged(at: block.position, "says it is \(sizeText(UInt64(captured))) long")
        }
        guard captured <= block.length &- 32 else {
            throw frameDamaged(
                at: block.position, "says it is \(captured) bytes long in a block of \(block.length) bytes")
        }
        let units = UInt64(high) << 32 | UInt64(low)
        let time = section.interfaces[number].clock.time(units)
        section.lastTime = time
        _ = window.consume(28)
        current = window.consume(captured)
        _ = window.consume(block.length &- 28 &- captured)
        return header(time, original, interface: number)
    }

    /// Simple Packet Block: interface 0, no time (draft-ietf-opsawg-pcapng, section 4.4).
    mutating func readSimplePacket(_ block: PcapngBlock) throws(CaptureError) -> FrameHeader {
        try fillBlock(block, minimum: 16)
        guard let snapLength = section.interfaces.first?.snapLength else { throw interfaceUnknown(block, 0) }
        let original = Int(window.unused.native32(at: 8, swapped: section.isSwapped))
        let limit = snapLength == 0 ? original : min(original, Int(snapLength))
        let captured = min(limit, block.length &- 16)
        guard captured <= maximumFrameLength else {
            throw frameDamaged(at: block.position, "is \(sizeText(UInt64(captured))) long")
        }
        _ = window.consume(12)
        current = window.consume(captured)
        _ = window.consume(block.length &- 12 &- captured)
        return header(section.lastTime, original, interface: 0)
    }

    private mutating func header(_ time: Timestamp, _ original: Int, interface number: Int) -> FrameHeader {
        count &+= 1
        return FrameHeader(
            timestamp: time, number: count, originalLength: original,
            linkType: section.interfaces[number].linkType,
            interface: section.firstInterface &+ UInt32(truncatingIfNeeded: number))
    }

    private func interfaceUnknown(_ block: PcapngBlock, _ number: Int) -> CaptureError {
        frameDamaged(
            at: block.position,
            "belongs to interface \(number), but its section describes \(section.interfaces.count) so far")
    }
}
