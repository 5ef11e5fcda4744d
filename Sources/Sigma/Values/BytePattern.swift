/// What a text value asks for once it is encoded: bytes and wildcards.
public struct BytePattern: Hashable, Sendable {
    /// A stretch of bytes or a wildcard.
    public enum Part: Hashable, Sendable {
        case literal([UInt8])
        /// `*`: any number of characters.
        case anyRun
        /// `?`: exactly one character.
        case anyOne
    }

    /// No two `*` in a row.
    ///
    /// Empty for the empty text.
    public var parts: [Part]

    /// Makes a pattern.
    public init(_ parts: [Part]) { self.parts = parts }

    /// The pattern of a text, in UTF-8.
    public init(_ text: SigmaString) {
        parts = text.parts.map { part in
            switch part {
            case .literal(let text): .literal(Array(text.utf8))
            case .anyRun: .anyRun
            case .anyOne: .anyOne
            }
        }
    }

    /// All patterns that `modifiers` make of this one: encodings and `windash`, in their order.
    ///
    /// Others are passed over.
    ///
    /// - Returns: `nil` where there would be more than `maximumVariants`, or where text with wildcards would have to be
    ///   encoded in Base64.
    public func applying(_ modifiers: [SigmaModifier]) -> [BytePattern]? {
        var patterns = [self]
        for modifier in modifiers {
            var next: [BytePattern] = []
            for pattern in patterns {
                guard let made = pattern.applying(modifier) else { return nil }
                next += made
                guard next.count <= Self.maximumVariants else { return nil }
            }
            patterns = next
        }
        return patterns
    }

    /// The most patterns that one value can stand for.
    public static let maximumVariants = 4096

    private func applying(_ modifier: SigmaModifier) -> [BytePattern]? {
        switch modifier {
        case .utf16le, .wide: [mapped { utf16($0, bigEndian: false) }]
        case .utf16be: [mapped { utf16($0, bigEndian: true) }]
        case .utf16: [BytePattern([.literal([0xFF, 0xFE])] + mapped { utf16($0, bigEndian: false) }.parts).joined]
        case .base64: literal.map { [BytePattern([.literal(base64($0))])] }
        case .base64offset: literal.map { bytes in (0..<3).map { BytePattern([.literal(base64(bytes, offset: $0))]) } }
        case .windash: dashed
        default: [self]
        }
    }

    /// The bytes, where no wildcard is in it.
    private var literal: [UInt8]? {
        guard parts.count == 1, case .literal(let bytes) = parts[0] else { return nil }
        return bytes
    }

    private func mapped(_ encode: ([UInt8]) -> [UInt8]) -> BytePattern {
        BytePattern(parts.map { if case .literal(let bytes) = $0 { .literal(encode(bytes)) } else { $0 } })
    }

    /// The same with neighbouring literals made one.
    private var joined: BytePattern {
        var result: [Part] = []
        for part in parts {
            if case .literal(let bytes) = part, case .literal(let before) = result.last {
                result[result.count - 1] = .literal(before + bytes)
            } else {
                result.append(part)
            }
        }
        return BytePattern(result)
    }

    // MARK: - Dashes

    /// What one dash before a word can be written as (appendix *Sigma Modifiers*, `windash`).
    private static let dashes: [[UInt8]] = ["-", "/", "\u{2013}", "\u{2014}", "\u{2015}"].map { Array($0.utf8) }

    /// Every way of writing the `-` and `/` that stand before a word and not behind one; `nil` where there are too many.
    private var dashed: [BytePattern]? {
        var variants: [[Part]] = [[]]
        for part in parts {
            guard case .literal(let bytes) = part else {
                variants = variants.map { $0 + [part] }
                continue
            }
            var texts: [[UInt8]] = [[]]
            for stretch in Self.stretches(of: bytes) {
                texts =
                    stretch.isDash
                    ? texts.flatMap { text in Self.dashes.map { text + $0 } } : texts.map { $0 + stretch.bytes }
                guard texts.count <= Self.maximumVariants else { return nil }
            }
            variants = variants.flatMap { variant in texts.map { variant + [.literal($0)] } }
            guard variants.count <= Self.maximumVariants else { return nil }
        }
        return variants.map { BytePattern($0) }
    }

    private static func stretches(of bytes: [UInt8]) -> [(isDash: Bool, bytes: [UInt8])] {
        var result: [(isDash: Bool, bytes: [UInt8])] = []
        var start = 0
        for index in bytes.indices where bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "/") {
            guard index + 1 < bytes.count, isWord(bytes[index + 1]), index == 0 || !isWord(bytes[index - 1]) else {
                continue
            }
            if start < index { result.append((false, Array(bytes[start..<index]))) }
            result.append((true, [bytes[index]]))
            start = index + 1
        }
        if start < bytes.count { result.append((false, Array(bytes[start...]))) }
        return result
    }

    /// A letter, a digit or `_`; a byte of a character outside ASCII counts as one.
    private static func isWord(_ byte: UInt8) -> Bool {
        byte | 0x20 &- 0x61 < 26 || byte &- 0x30 < 10 || byte == UInt8(ascii: "_") || byte >= 0x80
    }
}
