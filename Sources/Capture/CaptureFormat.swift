import Bytes

/// The kinds of capture file, told by the first four bytes.
enum CaptureFormat: Hashable {
    /// pcap with the details that its magic number tells.
    case pcap(isSwapped: Bool, isNanosecond: Bool, isModified: Bool)
    /// pcapng: a Section Header Block begins the file.
    case pcapng

    /// Reads the magic number; `nil` for anything else and for fewer than four bytes.
    init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= 4 else { return nil }
        // Written in the byte order of the writer; "swapped" is the order that this machine does not have.
        let word = bytes.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt32.self)
        switch word {
        case 0x0A0D_0D0A: self = .pcapng
        case 0xA1B2_C3D4: self = .pcap(isSwapped: false, isNanosecond: false, isModified: false)
        case 0xD4C3_B2A1: self = .pcap(isSwapped: true, isNanosecond: false, isModified: false)
        case 0xA1B2_3C4D: self = .pcap(isSwapped: false, isNanosecond: true, isModified: false)
        case 0x4D3C_B2A1: self = .pcap(isSwapped: true, isNanosecond: true, isModified: false)
        case 0xA1B2_CD34: self = .pcap(isSwapped: false, isNanosecond: false, isModified: true)
        case 0x34CD_B2A1: self = .pcap(isSwapped: true, isNanosecond: false, isModified: true)
        default: return nil
        }
    }

    /// What a file is that begins in a way that people often take for a capture; `nil` where nothing is known.
    static func hint(_ bytes: RawSpan) -> String? {
        if bytes.starts(with: "snoop\0\0\0") { return "snoop" }
        if bytes.starts(with: "BZh") { return "bzip2" }
        if bytes.starts(with: "PK\u{3}\u{4}") { return "zip" }
        guard bytes.byteCount >= 6 else { return nil }
        if bytes.uint32(at: 0) == 0xFD37_7A58, bytes.uint16(at: 4) == 0x5A00 { return "xz" }
        if bytes.uint32(at: 0) == 0x0422_4D18 { return "lz4" }
        return nil
    }
}

extension RawSpan {
    /// Two bytes in this machine's order, or in the other.
    func native16(at offset: Int, swapped: Bool) -> UInt16 {
        let value = unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)
        return swapped ? value.byteSwapped : value
    }

    /// Four bytes in this machine's order, or in the other.
    func native32(at offset: Int, swapped: Bool) -> UInt32 {
        let value = unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return swapped ? value.byteSwapped : value
    }

    /// Eight bytes in this machine's order, or in the other.
    func native64(at offset: Int, swapped: Bool) -> UInt64 {
        let value = unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
        return swapped ? value.byteSwapped : value
    }
}
