import Bytes
import Network
import Packets

/// The block types of pcapng (draft-ietf-opsawg-pcapng, section 11.1) that are read; others are passed over.
struct PcapngBlockType: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt32

    /// Describes an interface.
    static let interfaceDescription = PcapngBlockType(rawValue: 1)
    /// A frame, in the obsolete form.
    static let packet = PcapngBlockType(rawValue: 2)
    /// A frame of interface 0 without a time.
    static let simplePacket = PcapngBlockType(rawValue: 3)
    /// Counters of an interface.
    static let interfaceStatistics = PcapngBlockType(rawValue: 5)
    /// A frame.
    static let enhancedPacket = PcapngBlockType(rawValue: 6)
    /// Begins a section; reads the same in both byte orders.
    static let sectionHeader = PcapngBlockType(rawValue: 0x0A0D_0D0A)

    /// Whether the block holds a frame.
    var isFrame: Bool { self == .enhancedPacket || self == .simplePacket || self == .packet }
}

/// The head of a block, read but not used up yet.
struct PcapngBlock {
    var type: PcapngBlockType
    /// The whole length in bytes, as the block says it.
    var length: Int
    /// Where the block begins in the stream.
    var position: UInt64
}

extension FileReader {
    /// Moves to the next frame, over the blocks between; `nil` at the end of the file.
    mutating func readPcapngFrame() throws(CaptureError) -> FrameHeader? {
        while let block = try readBlockHead() {
            switch block.type {
            case .enhancedPacket: return try readEnhancedPacket(block)
            case .simplePacket: return try readSimplePacket(block)
            case .packet: return try readObsoletePacket(block)
            case .sectionHeader: try readSection(block)
            case .interfaceDescription: try readInterface(block)
            case .interfaceStatistics: try readStatistics(block)
            default: try skipBlock(block)
            }
        }
        return nil
    }

    private mutating func readBlockHead() throws(CaptureError) -> PcapngBlock? {
        let position = window.position
        guard try fill(8) else {
            if window.available == 0 { return nil }
            throw cutShort("a block", at: position)
        }
        let isSwapped = section.isSwapped
        let type = PcapngBlockType(rawValue: window.unused.native32(at: 0, swapped: isSwapped))
        let length = Int(window.unused.native32(at: 4, swapped: isSwapped))
        // The byte order of a new section, and so its length, is not known yet.
        if type == .sectionHeader { return PcapngBlock(type: type, length: 0, position: position) }
        let block = PcapngBlock(type: type, length: length, position: position)
        guard length >= 12, length & 3 == 0 else {
            throw blockDamaged(block, "says it is \(sizeText(UInt64(length))) long")
        }
        return block
    }

    /// Waits for a block that must be there as a whole; checks the length behind it.
    mutating func fillBlock(_ block: PcapngBlock, minimum: Int) throws(CaptureError) {
        guard block.length >= minimum, block.length <= Window.maximumSize else {
            throw blockDamaged(block, "says it is \(sizeText(UInt64(block.length))) long")
        }
        guard try fill(block.length) else { throw blockCutShort(block) }
        try checkTrailer(block, window.unused.native32(at: block.length &- 4, swapped: section.isSwapped))
    }

    private func checkTrailer(_ block: PcapngBlock, _ trailer: UInt32) throws(CaptureError) {
        guard Int(trailer) == block.length else {
            throw blockDamaged(block, "says at its head that it is \(block.length) bytes long, at its end \(trailer)")
        }
    }

    /// Moves over a block of any length.
    private mutating func skipBlock(_ block: PcapngBlock) throws(CaptureError) {
        let isThere: Bool
        do throws(CaptureError) {
            isThere = try window.skip(UInt64(block.length - 4), from: &stream)
        } catch {
            throw located(error)
        }
        guard isThere, try fill(4) else { throw blockCutShort(block) }
        try checkTrailer(block, window.unused.native32(at: 0, swapped: section.isSwapped))
        _ = window.consume(4)
    }

    func blockDamaged(_ block: PcapngBlock, _ what: String) -> CaptureError {
        block.type.isFrame
            ? frameDamaged(at: block.position, what)
            : damaged("the block of type \(block.type.rawValue)", at: block.position, what)
    }

    private func blockCutShort(_ block: PcapngBlock) -> CaptureError {
        block.type.isFrame ? frameCutShort(at: block.position) : cutShort("a block", at: block.position)
    }
}
