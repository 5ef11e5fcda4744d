/// The checksum of ISO 3309 and zlib: reflected polynomial 0xEDB88320, begun and ended with all ones.
func crc32(_ bytes: [UInt8]) -> UInt32 {
    var state: UInt32 = 0xFFFF_FFFF
    for byte in bytes { state = crcTable[Int((state ^ UInt32(byte)) & 0xFF)] ^ state >> 8 }
    return ~state
}

private let crcTable: [UInt32] = (0..<256).map { start in
    (0..<8).reduce(UInt32(start)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
}
