import Foundation

/// Who made a network card, by the registries of the IEEE as Debian's package `ieee-data` holds them.
///
/// A vendor's number takes 24 bits of an address (MA-L), 28 (MA-M) or 36 (MA-S); the longest that fits counts.
public final class VendorTable: Sendable {
    /// Where Debian keeps the registries.
    public static let defaultFolder = "/usr/share/ieee-data"
    /// The files, with the words by which one of each registry begins.
    private static let files = ["oui.txt", "mam.txt", "oui36.txt"]

    /// The registries' text, one behind the other.
    private let text: [UInt8]
    /// Where in it the name of a number stands: the number in the high bits of 48, by its length.
    private let names: [Int: [UInt64: Range<Int>]]
    /// Registries that are not there.
    public let missing: [String]

    /// Reads what is there of the registries in a folder; without any of them no vendor is known.
    public init(folder: String = VendorTable.defaultFolder) {
        var text: [UInt8] = []
        var missing: [String] = []
        for name in Self.files {
            let path = "\(folder)/\(name)"
            if let data = FileManager.default.contents(atPath: path) {
                text += data
                text.append(UInt8(ascii: "\n"))
            } else {
                missing.append(path)
            }
        }
        names = RegistryReader.read(text)
        self.text = text
        self.missing = missing
    }

    /// What to tell people where no registry was found; `nil` where one was.
    public var notice: String? {
        guard names.allSatisfy({ $0.value.isEmpty }) else { return nil }
        return "vendors are not named: install Debian's package ieee-data (\(Self.defaultFolder))"
    }

    /// The vendor of an address of the link, such as `00:1b:21:0a:0b:0c`.
    ///
    /// - Returns: `nil` for one that says nothing about who made it (locally administered, or of a group: IEEE 802c, 2.1),
    ///   one that nobody registered or whose owner is not named, and a text that is no such address.
    public func vendor(of address: String) -> String? {
        guard let number = Self.number(address), number & 0x0300_0000_0000 == 0 else { return nil }
        for bits in [36, 28, 24] {
            let prefix = number & (UInt64.max << UInt64(48 - bits))
            guard let range = names[bits]?[prefix] else { continue }
            let name = String(decoding: text[range], as: UTF8.self)
            return ["Private", "IEEE Registration Authority"].contains(name) ? nil : name
        }
        return nil
    }

    /// Whether an address was not made but given: such as those that telephones make up anew for each network.
    public static func isLocallyAdministered(_ address: String) -> Bool {
        number(address).map { $0 & 0x0200_0000_0000 != 0 } ?? false
    }

    /// The 48 bits of an address with colons or hyphens between its octets.
    private static func number(_ address: String) -> UInt64? {
        let parts = address.split(omittingEmptySubsequences: false) { $0 == ":" || $0 == "-" }
        guard parts.count == 6 else { return nil }
        var number: UInt64 = 0
        for part in parts {
            guard part.utf8.count == 2, let octet = UInt8(part, radix: 16) else { return nil }
            number = number << 8 | UInt64(octet)
        }
        return number
    }
}

/// Reads the text form of the registries.
///
///     00-22-72   (hex)            American Micro-Fuel Device Corp.
///     002272     (base 16)        American Micro-Fuel Device Corp.
///
/// and, where a number is longer than three octets, the rest of it as a range on the second line:
///
///     70-B3-D5   (hex)            TELEPLATFORMS
///     F2F000-F2FFFF     (base 16) TELEPLATFORMS
private enum RegistryReader {
    static func read(_ text: [UInt8]) -> [Int: [UInt64: Range<Int>]] {
        var names: [Int: [UInt64: Range<Int>]] = [24: [:], 28: [:], 36: [:]]
        var block: UInt64?
        var start = 0
        while start < text.count {
            let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
            defer { start = end + 1 }
            // Lines of postal addresses begin with white space.
            guard let first = hexadecimal(text, start, end) else { continue }
            let after = text[start..<end].firstIndex(of: UInt8(ascii: ")")).map { $0 + 1 } ?? end
            let name = trimmed(text, after, end)
            if first.end < end, text[first.end] == UInt8(ascii: "-") {
                if first.digits == 2 {
                    // Three octets with hyphens.
                    guard let second = hexadecimal(text, first.end + 1, end),
                        let third = hexadecimal(text, second.end + 1, end)
                    else { continue }
                    block = first.value << 16 | second.value << 8 | third.value
                } else if first.digits == 6, let block, let last = hexadecimal(text, first.end + 1, end), !name.isEmpty
                {
                    let size = last.value &- first.value &+ 1
                    let bits = size == 0x10_0000 ? 28 : size == 0x1000 ? 36 : 0
                    names[bits]?[block << 24 | first.value] = name
                }
            } else if first.digits == 6, !name.isEmpty {
                names[24]?[first.value << 24] = name
            }
        }
        return names
    }

    /// The hexadecimal number that begins at an offset.
    private static func hexadecimal(_ text: [UInt8], _ start: Int, _ end: Int) -> (
        value: UInt64, digits: Int, end: Int
    )? {
        var (value, at): (UInt64, Int) = (0, start)
        while at < end, at - start < 6, let digit = digit(text[at]) {
            value = value << 4 | digit
            at += 1
        }
        return at > start ? (value, at - start, at) : nil
    }

    private static func digit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte) - 0x30
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte) - 0x41 + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte) - 0x61 + 10
        default: nil
        }
    }

    private static func trimmed(_ text: [UInt8], _ start: Int, _ end: Int) -> Range<Int> {
        var (start, end) = (start, end)
        while start < end, text[start] <= 0x20 { start += 1 }
        while end > start, text[end - 1] <= 0x20 { end -= 1 }
        return start..<end
    }
}
