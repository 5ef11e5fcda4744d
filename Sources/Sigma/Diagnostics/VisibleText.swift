/// Text in which nothing acts on a terminal, and how many columns of a terminal it takes.
struct VisibleText {
    private(set) var text = ""
    private(set) var width = 0

    init(_ string: String) { self.init(string.unicodeScalars) }

    init(_ scalars: some Sequence<Unicode.Scalar>) {
        for scalar in scalars { append(scalar) }
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x09: append("    ", width: 4)
        // The pictures of the control characters stand in the same order as the characters.
        case 0x00..<0x20: append(Unicode.Scalar(0x2400 + scalar.value).map { String($0) } ?? "?", width: 1)
        case 0x20..<0x7F: append(String(scalar), width: 1)
        case 0x7F: append("\u{2421}", width: 1)
        default:
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                let number = String(scalar.value, radix: 16, uppercase: true)
                let shown = "<U+\(String(repeating: "0", count: max(0, 4 - number.count)))\(number)>"
                append(shown, width: shown.count)
            case .nonspacingMark, .enclosingMark: append(String(scalar), width: 0)
            default: append(String(scalar), width: Self.isWide(scalar.value) ? 2 : 1)
            }
        }
    }

    private mutating func append(_ shown: String, width columns: Int) {
        text += shown
        width += columns
    }

    /// Whether terminals give the character two columns: the blocks of Unicode's East Asian Width "W" and "F".
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
            0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
