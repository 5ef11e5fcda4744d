/// Swift source with the texts and comments taken out, as far as the rules of the house need it: a string literal becomes
/// `""`, of which the code between `\(` and `)` stays; lines stay where they are.
///
/// Regular expression literals are not known; `Sources` has none.
struct SwiftCode {
    let text: String

    init(_ source: String) {
        var reader = SwiftReader(source: Array(source.utf8))
        reader.read()
        text = String(decoding: reader.code, as: UTF8.self)
    }

    /// The code by line.
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
}

/// Goes through source byte by byte: all that counts in it is ASCII.
private struct SwiftReader {
    let source: [UInt8]
    private(set) var code: [UInt8] = []
    private var offset = 0

    init(source: [UInt8]) {
        self.source = source
        code.reserveCapacity(source.count)
    }

    mutating func read() { while offset < source.count { readCode() } }

    private static let quote = UInt8(ascii: "\"")
    private static let hash = UInt8(ascii: "#")
    private static let slash = UInt8(ascii: "/")
    private static let star = UInt8(ascii: "*")
    private static let newline = UInt8(ascii: "\n")

    private func byte(_ place: Int) -> UInt8 { place < source.count ? source[place] : 0 }

    private func count(_ wanted: UInt8, at place: Int) -> Int {
        var count = 0
        while byte(place + count) == wanted { count += 1 }
        return count
    }

    private mutating func readCode() {
        let byte = source[offset]
        if byte == Self.slash, self.byte(offset + 1) == Self.slash {
            while offset < source.count, source[offset] != Self.newline { offset += 1 }
        } else if byte == Self.slash, self.byte(offset + 1) == Self.star {
            readComment()
        } else if byte == Self.quote {
            readLiteral(hashes: 0)
        } else if byte == Self.hash, self.byte(offset + count(Self.hash, at: offset)) == Self.quote {
            readLiteral(hashes: count(Self.hash, at: offset))
        } else {
            code.append(byte)
            offset += 1
        }
    }

    /// Leaves out a byte of a text or comment, unless it ends a line.
    private mutating func skip() {
        if byte(offset) == Self.newline { code.append(Self.newline) }
        offset += 1
    }

    /// Comments in blocks may hold others.
    private mutating func readComment() {
        var depth = 0
        repeat {
            if byte(offset) == Self.slash, byte(offset + 1) == Self.star {
                depth += 1
                offset += 2
            } else if byte(offset) == Self.star, byte(offset + 1) == Self.slash {
                depth -= 1
                offset += 2
            } else {
                skip()
            }
        } while depth > 0 && offset < source.count
        code.append(UInt8(ascii: " "))
    }

    private mutating func readLiteral(hashes: Int) {
        offset += hashes
        let quotes = count(Self.quote, at: offset) >= 3 ? 3 : 1
        offset += quotes
        code += [Self.quote, Self.quote]
        while offset < source.count {
            if count(Self.quote, at: offset) >= quotes, count(Self.hash, at: offset + quotes) >= hashes {
                offset += quotes + hashes
                return
            }
            guard byte(offset) == UInt8(ascii: "\\"), count(Self.hash, at: offset + 1) >= hashes else {
                skip()
                continue
            }
            // What is escaped ends nothing, and what is interpolated is code.
            offset += 1 + hashes
            if byte(offset) == UInt8(ascii: "(") { readInterpolation() } else { skip() }
        }
    }

    private mutating func readInterpolation() {
        var depth = 0
        repeat {
            if source[offset] == UInt8(ascii: "(") { depth += 1 }
            if source[offset] == UInt8(ascii: ")") { depth -= 1 }
            readCode()
        } while depth > 0 && offset < source.count
    }
}

extension SwiftCode {
    /// A place that a rule is about.
    struct Finding: Hashable {
        /// The word that names what was found.
        var word: String
        /// From 1.
        var line: Int
    }

    /// The modules that it imports, or imports something of.
    var imports: [String] {
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var"]
        return lines.compactMap { line in
            let words = line.split(separator: " ")
            guard let index = words.firstIndex(of: "import"), index <= 2 else { return nil }
            return words[(index + 1)...].first { !kinds.contains($0) }?.split(separator: ".").first.map(String.init)
        }
    }

    /// What traps: by its name, or a `!` behind a value or a type. `assert` is of debug builds only.
    var traps: [Finding] {
        find { word in
            ["fatalError", "precondition", "preconditionFailure", "unsafelyUnwrapped"].contains(word)
        } + forcedUnwraps
    }

    /// What the compiler does not hold to the rules of memory or of concurrency.
    var unsafeties: [Finding] {
        find { word in
            ["Unsafe", "withUnsafe", "unsafe", "_unsafe"].contains(where: word.hasPrefix)
                || ["OpaquePointer", "Unmanaged", "unchecked"].contains(word)
        }
    }

    private func find(_ isWanted: (String) -> Bool) -> [Finding] {
        lines.enumerated().flatMap { number, line in
            line.utf8.split { !isOfName($0) }.map { String(decoding: $0, as: UTF8.self) }.filter(isWanted)
                .map { Finding(word: $0, line: number + 1) }
        }
    }

    /// `!` right behind a name, a literal or a closing bracket, where it is not the first sign of `!=`.
    private var forcedUnwraps: [Finding] {
        lines.enumerated().flatMap { number, line -> [Finding] in
            let bytes = Array(line.utf8)
            return bytes.indices.dropFirst().filter { index in
                guard bytes[index] == UInt8(ascii: "!") else { return false }
                let before = bytes[index - 1]
                let next = index + 1 < bytes.count ? bytes[index + 1] : 0
                return (isOfName(before) || Array(")]}?>\"".utf8).contains(before)) && next != UInt8(ascii: "=")
            }.map { _ in Finding(word: "!", line: number + 1) }
        }
    }
}

/// Whether a byte may stand in a name.
private func isOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "_"), 0x80...:
        true
    default: false
    }
}
