import Bytes

extension IPAddress: CustomStringConvertible {
    /// Dotted decimal, or the text of RFC 5952.
    public var description: String {
        var text: [UInt8] = []
        text.reserveCapacity(isIPv4 ? 16 : 48)
        write(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends dotted decimal, or the text of RFC 5952 (lower case, longest run of zeros shortened, the IPv4 address in
    /// ::ffff:0:0/96 dotted).
    public func write(to text: inout [UInt8]) {
        if isIPv4 {
            for index in 0..<4 {
                if index > 0 { text.append(UInt8(ascii: ".")) }
                text.append(decimal: octet(index))
            }
            return
        }
        if high == 0, low >> 32 == 0xFFFF {
            text.append(text: "::ffff:")
            return IPAddress(v4: UInt32(truncatingIfNeeded: low)).write(to: &text)
        }
        let zeros = longestZeroRun()
        var index = 0
        while index < 8 {
            if index == zeros.start, zeros.count > 1 {
                text.append(UInt8(ascii: ":"))
                text.append(UInt8(ascii: ":"))
                index += zeros.count
                continue
            }
            if index > 0, !(zeros.count > 1 && index == zeros.start + zeros.count) { text.append(UInt8(ascii: ":")) }
            appendHexadecimal(group(index), to: &text)
            index += 1
        }
    }

    private func group(_ index: Int) -> UInt16 {
        let word = index < 4 ? high : low
        return UInt16(truncatingIfNeeded: word >> UInt64(48 - 16 * (index & 3)))
    }

    private func longestZeroRun() -> (start: Int, count: Int) {
        var best = (start: -1, count: 0)
        var index = 0
        while index < 8 {
            var end = index
            while end < 8, group(end) == 0 { end += 1 }
            if end - index > best.count { best = (index, end - index) }
            index = max(end, index + 1)
        }
        return best
    }
}

/// Appends without leading zeros.
private func appendHexadecimal(_ value: UInt16, to text: inout [UInt8]) {
    var started = false
    for shift in [UInt16(12), 8, 4, 0] {
        let digit = UInt8(truncatingIfNeeded: value >> shift & 15)
        if digit == 0, !started, shift > 0 { continue }
        started = true
        text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
}

extension IPAddress {
    /// Reads dotted decimal or IPv6 text (RFC 4291, 2.2, including a dotted tail); `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        if text.contains(":") {
            guard let address = IPAddress(v6Text: text) else { return nil }
            self = address
        } else {
            guard let value = parseDotted(text) else { return nil }
            self.init(v4: value)
        }
    }

    private init?(v6Text text: some StringProtocol) {
        var head: [UInt16] = []
        var tail: [UInt16] = []
        var compressed = false
        var rest = text[...]
        if rest.hasPrefix("::") {
            compressed = true
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let part = rest.prefix { $0 != ":" }
            rest = rest.dropFirst(part.count)
            var groups: [UInt16]
            if part.contains(".") {
                guard rest.isEmpty, let value = parseDotted(part) else { return nil }
                groups = [UInt16(value >> 16), UInt16(value & 0xFFFF)]
            } else {
                guard (1...4).contains(part.utf8.count), part.allSatisfy(\.isHexDigit),
                    let value = UInt16(part, radix: 16)
                else { return nil }
                groups = [value]
            }
            if compressed { tail += groups } else { head += groups }
            if rest.hasPrefix("::") {
                guard !compressed else { return nil }
                compressed = true
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix(":") {
                rest = rest.dropFirst()
                guard !rest.isEmpty else { return nil }
            }
        }
        let given = head.count + tail.count
        guard compressed ? given <= 7 : given == 8 else { return nil }
        let groups = head + Array(repeating: 0, count: 8 - given) + tail
        self.init(
            high: groups[0..<4].reduce(0) { $0 << 16 | UInt64($1) },
            low: groups[4..<8].reduce(0) { $0 << 16 | UInt64($1) })
    }
}

private func parseDotted(_ text: some StringProtocol) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var value: UInt32 = 0
    for part in parts {
        // A leading zero is refused: some programs take such a number as octal.
        guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let octet = UInt8(part), part.utf8.count == 1 || part.utf8.first != UInt8(ascii: "0")
        else { return nil }
        value = value << 8 | UInt32(octet)
    }
    return value
}
