/// Columns that a terminal takes for text in which nothing moves the cursor.
///
/// - Returns: 2 for each character that East Asian type sets wide, 0 for marks that join the one before, else 1.
public func displayWidth(_ text: String) -> Int {
    text.utf8.allSatisfy { $0 < 0x80 }
        ? text.utf8.count : text.unicodeScalars.reduce(0) { $0 + columns(of: $1) }
}

/// The text, cut to so many columns; what was cut ends in `...`.
///
/// - Returns: a text that is at most so wide.
public func fitted(_ text: String, _ width: Int) -> String {
    guard displayWidth(text) > width else { return text }
    guard width > 3 else { return String(repeating: ".", count: max(0, width)) }
    var result = String.UnicodeScalarView()
    var used = 3
    for scalar in text.unicodeScalars {
        used += columns(of: scalar)
        if used > width { break }
        result.append(scalar)
    }
    return String(result) + "..."
}

/// The text with blanks behind it, or before it where it stands at the right, so that it takes so many columns.
public func padded(_ text: String, _ width: Int, right: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - displayWidth(text)))
    return right ? space + text : text + space
}

private func columns(of scalar: Unicode.Scalar) -> Int {
    guard scalar.value >= 0x300 else { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }
}

/// Characters that take two columns (UAX #11, wide and fullwidth), in blocks.
private let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF,
    0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
    0x1F900...0x1F9FF, 0x20000...0x3FFFD,
]
