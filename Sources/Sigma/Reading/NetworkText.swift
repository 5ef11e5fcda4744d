/// What is wrong with a network in CIDR notation (RFC 4632, section 3.1; RFC 4291, section 2.3); `nil` if nothing is.
///
/// As in pySigma, bits behind the prefix must be zero: a rule that has them set means something else than it says.
func networkProblem(_ text: String) -> String? {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count == 2 else { return "there is no `/` with the length of the prefix" }
    guard let bytes = addressBytes(parts[0]) else { return "the address cannot be read" }
    guard let length = shortNumber(parts[1]), length <= bytes.count * 8 else {
        return "the length of the prefix must be a number from 0 to \(bytes.count * 8)"
    }
    for (index, byte) in bytes.enumerated() {
        let kept = min(max(length - index * 8, 0), 8)
        if byte & UInt8(truncatingIfNeeded: 0xFF >> kept) != 0 { return "bits behind the prefix are set" }
    }
    return nil
}

/// The 4 bytes of an IPv4 address or the 16 of an IPv6 address.
private func addressBytes(_ text: Substring.UTF8View) -> [UInt8]? {
    text.contains(UInt8(ascii: ":")) ? bytesOfVersion6(text) : bytesOfVersion4(text)
}

private func bytesOfVersion4(_ text: Substring.UTF8View) -> [UInt8]? {
    let numbers = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { shortNumber($0) }
    let bytes = numbers.compactMap { $0.flatMap { UInt8(exactly: $0) } }
    return numbers.count == 4 && bytes.count == 4 ? bytes : nil
}

/// Up to eight groups of hexadecimal digits, one `::` for groups of zeros, an IPv4 address in place of the last two
/// (RFC 4291, section 2.2).
private func bytesOfVersion6(_ text: Substring.UTF8View) -> [UInt8]? {
    let colon = UInt8(ascii: ":")
    var groups = text.split(separator: colon, omittingEmptySubsequences: false)
    guard groups.count >= 3, groups.count <= 9 else { return nil }
    var gap: Int?
    // A `::` at either end leaves two empty pieces there; elsewhere it leaves one.
    if groups[0].isEmpty {
        guard groups[1].isEmpty else { return nil }
        groups.removeFirst()
    }
    if groups[groups.count - 1].isEmpty {
        guard groups.count >= 2, groups[groups.count - 2].isEmpty else { return nil }
        groups.removeLast()
    }
    var bytes: [UInt8] = []
    for (index, group) in groups.enumerated() {
        if group.isEmpty {
            guard gap == nil else { return nil }
            gap = bytes.count
        } else if index == groups.count - 1, group.contains(UInt8(ascii: ".")) {
            guard let last = bytesOfVersion4(group) else { return nil }
            bytes += last
        } else {
            guard group.count <= 4, let value = UInt16(String(decoding: group, as: UTF8.self), radix: 16),
                group.first != UInt8(ascii: "+"), group.first != UInt8(ascii: "-")
            else { return nil }
            bytes += [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
        }
    }
    guard let gap else { return bytes.count == 16 ? bytes : nil }
    guard bytes.count <= 14 else { return nil }
    bytes.insert(contentsOf: [UInt8](repeating: 0, count: 16 - bytes.count), at: gap)
    return bytes
}

/// One to three decimal digits without a zero in front.
private func shortNumber(_ text: Substring.UTF8View) -> Int? {
    guard (1...3).contains(text.count), text.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
        text.count == 1 || text.first != UInt8(ascii: "0")
    else { return nil }
    return Int(String(decoding: text, as: UTF8.self))
}
