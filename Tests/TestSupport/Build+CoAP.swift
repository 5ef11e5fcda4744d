/// CoAP messages as RFC 7252, 3 lays them out, encoded without anything of the sensor.
extension Build {
    /// A message over UDP. Options are sorted by number; the order among equals stays.
    public static func coap(
        type: UInt8 = 0, code: UInt8, id: UInt16 = 0, token: [UInt8] = [], options: [(Int, [UInt8])] = [],
        payload: [UInt8] = []
    ) -> [UInt8] {
        var bytes = [0x40 | type << 4 | UInt8(token.count), code, UInt8(id >> 8), UInt8(id & 0xFF)] + token
        bytes += coapOptions(options)
        if !payload.isEmpty { bytes += [0xFF] + payload }
        return bytes
    }

    /// Options one behind the other, RFC 7252, 3.1.
    public static func coapOptions(_ options: [(Int, [UInt8])]) -> [UInt8] {
        let sorted = options.enumerated().sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }
        var bytes: [UInt8] = []
        var previous = 0
        for (_, option) in sorted {
            bytes += coapOption(delta: option.0 - previous, option.1)
            previous = option.0
        }
        return bytes
    }

    /// One option in the shortest form.
    public static func coapOption(delta: Int, _ value: [UInt8]) -> [UInt8] {
        let (deltaNibble, deltaRest) = coapNumber(delta)
        let (lengthNibble, lengthRest) = coapNumber(value.count)
        return [deltaNibble << 4 | lengthNibble] + deltaRest + lengthRest + value
    }

    /// A number as `uint`, RFC 7252, 3.2: no leading zeros.
    public static func coapUnsigned(_ number: UInt32) -> [UInt8] {
        [UInt8(number >> 24), UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), UInt8(number & 255)]
            .drop { $0 == 0 }.map { $0 }
    }

    /// A block, RFC 7959, 2.2; `size` is a power of two from 16 to 1024.
    public static func coapBlock(_ number: Int, more: Bool, _ size: Int) -> [UInt8] {
        coapUnsigned(UInt32(number << 4 | (more ? 8 : 0) | (size.trailingZeroBitCount - 4)))
    }

    private static func coapNumber(_ number: Int) -> (UInt8, [UInt8]) {
        switch number {
        case 0..<13: (UInt8(number), [])
        case 13..<269: (13, [UInt8(number - 13)])
        default: (14, [UInt8((number - 269) >> 8), UInt8((number - 269) & 0xFF)])
        }
    }
}
