/// Writing numbers and text as they stand on the wire: big-endian.
extension [UInt8] {
    mutating func append16(_ value: Int) {
        append(UInt8(truncatingIfNeeded: value >> 8))
        append(UInt8(truncatingIfNeeded: value))
    }

    mutating func append32(_ value: UInt32) {
        append16(Int(value >> 16))
        append16(Int(value & 0xFFFF))
    }

    mutating func set16(_ value: Int, at offset: Int) {
        self[offset] = UInt8(truncatingIfNeeded: value >> 8)
        self[offset + 1] = UInt8(truncatingIfNeeded: value)
    }

    mutating func append(_ text: String) { append(contentsOf: text.utf8) }

    /// A string of MQTT: two bytes of length, then the text.
    mutating func append(string: String) {
        append16(string.utf8.count)
        append(contentsOf: string.utf8)
    }

    /// A number in decimal, with zeros in front up to `digits`.
    mutating func append(decimal value: Int, digits: Int = 1) {
        var left = value
        let start = count
        repeat {
            append(UInt8(ascii: "0") + UInt8(left % 10))
            left /= 10
        } while left > 0 || count - start < digits
        self[start...].reverse()
    }

    /// The Internet checksum of some of the bytes, added to what `initial` has of others.
    func internetChecksum(from start: Int = 0, initial: UInt64 = 0) -> Int {
        let bytes = span.bytes
        var sum = initial
        var offset = start
        while offset + 4 <= count {
            sum &+= UInt64(bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self).bigEndian)
            offset += 4
        }
        while offset < count {
            // What is left stands at the top of a word of four bytes.
            sum &+= UInt64(self[offset]) << UInt64(24 - (offset - start) % 4 * 8)
            offset += 1
        }
        while sum >> 16 != 0 { sum = sum & 0xFFFF + sum >> 16 }
        return Int(~sum & 0xFFFF)
    }
}

/// A number as six hexadecimal digits: how devices are named.
func hexadecimal(_ number: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: max(0, 6 - text.utf8.count)) + text
}
