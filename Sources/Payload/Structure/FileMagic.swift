import Bytes

/// What files begin with, where their headers hold.
struct FileMagic {
    let format: PayloadFormat
    var firmware: FirmwareKinds = []
    /// Whether it is a file of DICOM (PS3.10, 7.1).
    var isDICOM = false

    /// Looks at the first bytes of a payload of `total` bytes; `nil` where they are those of no file that is known.
    static func of(_ bytes: RawSpan, total: Int) -> FileMagic? {
        guard bytes.byteCount >= 4 else { return nil }
        return executable(bytes) ?? image(bytes, total: total) ?? archive(bytes)
            ?? (isDICOM(bytes) ? FileMagic(format: .binary, isDICOM: true) : nil)
    }

    private static func executable(_ bytes: RawSpan) -> FileMagic? {
        let word = bytes.uint32(at: 0)
        switch word {
        case 0x7F45_4C46
        where bytes.byteCount >= 6 && (1...2).contains(bytes.byte(at: 4))
            && (1...2).contains(bytes.byte(at: 5)):
            return FileMagic(format: .executable, firmware: .elf)
        case 0x2705_1956: return FileMagic(format: .executable, firmware: .uboot)
        case 0xD00D_FEED:
            // A flattened device tree (Devicetree Specification, 5.2) holds an image where it says so.
            guard bytes.byteCount >= 40, (16...17).contains(bytes.uint32(at: 20)), bytes.contains("images") else {
                return nil
            }
            return FileMagic(format: .executable, firmware: .uboot)
        case 0x0061_736D: return FileMagic(format: .executable)
        case 0xCAFE_BABE:
            guard bytes.byteCount >= 8, (45...80).contains(bytes.uint16(at: 6)) else { return nil }
            return FileMagic(format: .executable)
        default: break
        }
        if word >> 16 == 0x4D5A {
            guard bytes.byteCount >= 64 else { return nil }
            let header = Int(bytes.uint32(at: 60).byteSwapped)
            // The rest of the file may not be there; then the size of the old header has to do.
            guard header >= 64, header < 4096 else { return nil }
            if header + 4 <= bytes.byteCount, bytes.uint32(at: header) != 0x5045_0000 { return nil }
            return FileMagic(format: .executable)
        }
        return isESPImage(bytes) ? FileMagic(format: .executable, firmware: .espImage) : nil
    }

    /// The header of an application image of ESP8266 and ESP32 (Espressif, Firmware Image Format).
    private static func isESPImage(_ bytes: RawSpan) -> Bool {
        guard bytes.byteCount >= 24, bytes.byte(at: 0) == 0xE9, (1...16).contains(bytes.byte(at: 1)),
            bytes.byte(at: 2) <= 5
        else { return false }
        let entry = bytes.uint32(at: 4).byteSwapped
        guard (0x4000_0000..<0x5000_0000).contains(entry) else { return false }
        // ESP8266: the first segment follows at once; ESP32 and later: an extended header of 16 bytes with reserved zeros.
        let segment = bytes.uint32(at: 8).byteSwapped
        if (0x3FF0_0000..<0x4040_0000).contains(segment) { return true }
        return bytes.byte(at: 13) <= 0x20 && bytes.byte(at: 23) <= 1
    }

    private static func image(_ bytes: RawSpan, total: Int) -> FileMagic? {
        let word = bytes.uint32(at: 0)
        let isImage: Bool
        switch word {
        case 0x8950_4E47:
            isImage = bytes.byteCount >= 16 && bytes.uint32(at: 4) == 0x0D0A_1A0A && bytes.uint32(at: 12) == 0x4948_4452
        case 0x4749_4638: isImage = bytes.starts(with: "GIF87a") || bytes.starts(with: "GIF89a")
        case 0x5249_4646: isImage = bytes.byteCount >= 12 && bytes.uint32(at: 8) == 0x5745_4250
        case 0x4949_2A00, 0x4D4D_002A: isImage = true
        default:
            if word >> 8 == 0xFF_D8FF {
                isImage = bytes.byte(at: 3) >= 0xC0
            } else if word >> 16 == 0x424D {
                isImage = bytes.byteCount >= 18 && Int(bytes.uint32(at: 2).byteSwapped) == total
            } else if bytes.byteCount >= 12, bytes.uint32(at: 4) == 0x6674_7970 {
                let brand = bytes.uint32(at: 8)
                // heic, heix, mif1, avif, avis
                isImage = [0x6865_6963, 0x6865_6978, 0x6D69_6631, 0x6176_6966, 0x6176_6973].contains(brand)
            } else if word == 0x0000_0100 {
                isImage = bytes.byteCount >= 22 && (1...32).contains(bytes.byte(at: 4)) && bytes.byte(at: 5) == 0
            } else {
                isImage = false
            }
        }
        return isImage ? FileMagic(format: .image) : nil
    }

    private static func archive(_ bytes: RawSpan) -> FileMagic? {
        let word = bytes.uint32(at: 0)
        switch word {
        case 0x504B_0304, 0x504B_0506, 0x377A_BCAF, 0x28B5_2FFD, 0xFD37_7A58, 0x5261_7221, 0x6873_7173, 0x5542_4923:
            return FileMagic(format: .archive)
        default: break
        }
        if word >> 8 == 0x1F_8B08 { return FileMagic(format: .archive) }
        if word >> 8 == 0x42_5A68, bytes.byteCount >= 10, bytes.uint32(at: 4) == 0x3141_5926 {
            return FileMagic(format: .archive)
        }
        if bytes.starts(with: "070701") || bytes.starts(with: "070702") || bytes.starts(with: "070707") {
            return FileMagic(format: .archive)
        }
        guard bytes.byteCount >= 263, bytes.extracting(257..<262).elementsEqual("ustar") else { return nil }
        return FileMagic(format: .archive, firmware: isMender(bytes) ? .mender : [])
    }

    /// An artifact of Mender is a tar file whose first member, `version`, names the format (Mender Artifact, 3).
    private static func isMender(_ bytes: RawSpan) -> Bool {
        guard bytes.starts(with: "version"), bytes.byte(at: 7) == 0, bytes.byteCount > 512 else { return false }
        let member = bytes.extracting(512..<min(bytes.byteCount, 1024))
        return member.contains("\"mender\"")
    }

    private static func isDICOM(_ bytes: RawSpan) -> Bool {
        bytes.byteCount >= 132 && bytes.extracting(128..<132).elementsEqual("DICM")
    }

    /// Whether bytes begin with a record of TLS that holds a ClientHello or ServerHello shorter than 64 KiB (RFC 8446, 4 and 5.1).
    static func isTLSHandshake(_ bytes: RawSpan) -> Bool {
        bytes.byteCount >= 7 && bytes.uint16(at: 0) == 0x1603 && bytes.byte(at: 2) <= 4
            && (1...2).contains(bytes.byte(at: 5)) && bytes.byte(at: 6) == 0
    }

    /// Whether a payload is a manifest or envelope of SUIT: tag 107 or 1070, or the map of an envelope (keys 2 and 3, whose values are
    /// byte strings; draft-ietf-suit-manifest, 8.2).
    static func isSUIT(_ bytes: RawSpan) -> Bool {
        guard bytes.byteCount >= 8 else { return false }
        if bytes.byte(at: 0) == 0xD8, bytes.byte(at: 1) == 0x6B { return true }
        if bytes.byte(at: 0) == 0xD9, bytes.uint16(at: 1) == 1070 { return true }
        guard (0xA2...0xB7).contains(bytes.byte(at: 0)), bytes.byte(at: 1) == 2 else { return false }
        return (0x58...0x5A).contains(bytes.byte(at: 2))
    }
}

extension RawSpan {
    /// Whether `text` stands anywhere in the bytes.
    func contains(_ text: StaticString) -> Bool { firstIndex(of: text, from: 0) != nil }

    /// Where `text` stands first, from `start` on.
    func firstIndex(of text: StaticString, from start: Int) -> Int? {
        text.withUTF8Buffer { wanted in
            guard let first = wanted.first, byteCount >= wanted.count else { return nil }
            var offset = start
            while offset <= byteCount - wanted.count {
                if byte(at: offset) == first,
                    extracting(offset..<offset + wanted.count).elementsEqual(wanted.span.bytes)
                {
                    return offset
                }
                offset += 1
            }
            return nil
        }
    }
}

/// Records of hexadecimal digits, line by line, with a check sum each.
enum HexRecords {
    /// What the records of a text are; empty where a line is none of them.
    static func kind(_ text: RawSpan, isCut: Bool) -> FirmwareKinds {
        guard text.byteCount >= 10 else { return [] }
        switch text.byte(at: 0) {
        case UInt8(ascii: ":"): return areAll(text, isCut, intelHex) ? .intelHex : []
        case UInt8(ascii: "S"): return areAll(text, isCut, srec) ? .srec : []
        default: return []
        }
    }

    private static func areAll(_ text: RawSpan, _ isCut: Bool, _ check: (RawSpan) -> Bool) -> Bool {
        var (start, lines) = (0, 0)
        while start < text.byteCount {
            var end = start
            while end < text.byteCount, text.byte(at: end) != 0x0A, text.byte(at: end) != 0x0D { end += 1 }
            if end > start {
                if !check(text.extracting(start..<end)) { return lines > 0 && isCut && end == text.byteCount }
                lines += 1
            }
            start = end + 1
        }
        return lines > 0
    }

    private static func byte(_ line: RawSpan, _ place: Int) -> UInt8? {
        guard place + 2 <= line.byteCount, let high = hexValue(line.byte(at: place)),
            let low = hexValue(line.byte(at: place + 1))
        else { return nil }
        return high << 4 | low
    }

    /// `:LLAAAATT...CC`; all bytes add up to 0.
    private static func intelHex(_ line: RawSpan) -> Bool {
        guard line.byteCount >= 11, line.byte(at: 0) == UInt8(ascii: ":"), let length = byte(line, 1),
            line.byteCount == 11 + 2 * Int(length), let type = byte(line, 7), type <= 5
        else { return false }
        var sum: UInt8 = 0
        for place in stride(from: 1, to: line.byteCount, by: 2) {
            guard let value = byte(line, place) else { return false }
            sum &+= value
        }
        return sum == 0
    }

    /// `StLL...CC`; all bytes add up to 255.
    private static func srec(_ line: RawSpan) -> Bool {
        guard line.byteCount >= 10, line.byte(at: 0) == UInt8(ascii: "S"), (0x30...0x39).contains(line.byte(at: 1)),
            let length = byte(line, 2), line.byteCount == 4 + 2 * Int(length)
        else { return false }
        var sum: UInt8 = 0
        for place in stride(from: 2, to: line.byteCount, by: 2) {
            guard let value = byte(line, place) else { return false }
            sum &+= value
        }
        return sum == 0xFF
    }
}

/// The value of a hexadecimal digit.
func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
}
