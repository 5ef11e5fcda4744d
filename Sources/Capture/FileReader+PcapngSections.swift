import Bytes
import Network
import Packets

extension FileReader {
    /// Reads the block that begins the file.
    mutating func readFirstSection() throws(CaptureError) {
        try readSection(PcapngBlock(type: .sectionHeader, length: 0, position: window.position))
    }

    /// Section Header Block (draft-ietf-opsawg-pcapng, section 4.1): byte order and version.
    mutating func readSection(_ head: PcapngBlock) throws(CaptureError) {
        guard try fill(12) else { throw cutShort("a section header", at: head.position) }
        let magic = window.unused.native32(at: 8, swapped: false)
        guard magic == 0x1A2B_3C4D || magic == 0x4D3C_2B1A else {
            throw damaged("the section header", at: head.position, "has no byte-order magic")
        }
        let isSwapped = magic == 0x4D3C_2B1A
        var block = head
        block.length = Int(window.unused.native32(at: 4, swapped: isSwapped))
        section.begin(isSwapped: isSwapped)
        guard block.length & 3 == 0 else {
            throw blockDamaged(block, "says it is \(sizeText(UInt64(block.length))) long")
        }
        try fillBlock(block, minimum: 28)
        let major = window.unused.native16(at: 12, swapped: isSwapped)
        let minor = window.unused.native16(at: 14, swapped: isSwapped)
        // Version 1.2 is what some writers put for 1.0 (section 4.1).
        guard major == 1, minor == 0 || minor == 2 else {
            throw CaptureError(
                .unsupported, source: stream.name, "is of version \(major).\(minor) of pcapng; only 1.0 can be read",
                frame: count &+ 1, byte: block.position)
        }
        _ = window.consume(block.length)
    }

    /// Interface Description Block (draft-ietf-opsawg-pcapng, section 4.2).
    mutating func readInterface(_ block: PcapngBlock) throws(CaptureError) {
        try fillBlock(block, minimum: 20)
        // The obsolete Packet Block has 16 bits for the number.
        guard section.interfaces.count < 65_536 else {
            throw blockDamaged(block, "describes one interface more than 65,536")
        }
        let linkType = LinkType(inFile: UInt32(window.unused.native16(at: 8, swapped: section.isSwapped)))
        var interface = PcapngInterface(
            linkType: linkType, snapLength: window.unused.native32(at: 12, swapped: section.isSwapped))
        var name: String?
        var offset = 16
        while let option = try readOption(block, at: &offset) {
            let value = window.unused.slice(option.value)
            switch (option.code, value.byteCount) {
            case (2, _): name = String(decoding: [UInt8](copying: value.extracting(first: 64)), as: UTF8.self)
            case (9, 1...):
                guard interface.clock.setResolution(value.byte(at: 0)) else {
                    throw blockDamaged(block, "counts time in a unit that cannot be read (\(value.byte(at: 0)))")
                }
            case (14, 8...):
                interface.clock.offset = Int64(bitPattern: value.native64(at: 0, swapped: section.isSwapped))
            default: break
            }
        }
        section.interfaces.append(interface)
        section.names.append(name)
        _ = window.consume(block.length)
    }

    /// Interface Statistics Block (draft-ietf-opsawg-pcapng, section 4.6): the latest counters stand.
    mutating func readStatistics(_ block: PcapngBlock) throws(CaptureError) {
        try fillBlock(block, minimum: 24)
        let number = Int(window.unused.native32(at: 8, swapped: section.isSwapped))
        if number < section.interfaces.count {
            var counters = section.interfaces[number].counters
            var offset = 20
            while let option = try readOption(block, at: &offset) {
                guard option.value.count == 8 else { continue }
                let value = window.unused.native64(at: option.value.offset, swapped: section.isSwapped)
                switch option.code {
                case 4: counters.received = value
                case 5: counters.droppedByInterface = value
                case 7: counters.droppedByKernel = value
                default: break
                }
            }
            section.interfaces[number].counters = counters
        }
        _ = window.consume(block.length)
    }

    /// The option at `offset` from the head of the block, or `nil` behind the last (section 3.5).
    private func readOption(
        _ block: PcapngBlock, at offset: inout Int
    ) throws(CaptureError) -> (code: UInt16, value: ByteRange)? {
        let end = block.length - 4
        guard end - offset >= 4 else { return nil }
        let code = window.unused.native16(at: offset, swapped: section.isSwapped)
        let length = Int(window.unused.native16(at: offset + 2, swapped: section.isSwapped))
        if code == 0 { return nil }
        guard length <= end - offset - 4 else { throw blockDamaged(block, "has an option that reaches past its end") }
        let value = ByteRange(offset: offset + 4, count: length)
        offset += 4 + (length + 3) & ~3
        return (code, value)
    }
}

extension [UInt8] {
    fileprivate init(copying bytes: RawSpan) {
        self = []
        append(copying: bytes)
    }
}
