extension SeededGenerator {
    /// Text of letters, digits and signs of one to four bytes, without `/`, `+`, `#`, `$` and control characters.
    public mutating func plainText(_ length: ClosedRange<Int>) -> String {
        let letters: [Character] = ["a", "Z", "0", "9", " ", "-", "_", ".", "=", "ä", "ß", "水", "\u{FEFF}", "🙂"]
        let count = Int.random(in: length, using: &self)
        return String((0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &self)] })
    }

    /// Bytes of any kind.
    public mutating func bytes(_ length: ClosedRange<Int>) -> [UInt8] {
        (0..<Int.random(in: length, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    /// A topic name of one to five levels; the inner ones may be empty.
    public mutating func topicName() -> String {
        let levels = Int.random(in: 1...5, using: &self)
        return (0..<levels).map { plainText($0 == 0 ? 1...6 : 0...6) }.joined(separator: "/")
    }

    /// A lawful filter, shared now and then in 5.0.
    public mutating func topicFilter(_ version: UInt8) -> String {
        var levels = (0..<Int.random(in: 1...4, using: &self)).map { _ in
            Bool.random(using: &self) ? plainText(1...5) : "+"
        }
        if Bool.random(using: &self) { levels.append("#") }
        let share = version == 5 && Int.random(in: 0..<4, using: &self) == 0 ? "$share/\(plainText(1...6))/" : ""
        return share + levels.joined(separator: "/")
    }

    /// A number that is not 0.
    public mutating func packetID() -> UInt16 { UInt16.random(in: 1...65_535, using: &self) }

    /// One of some values; 0 where there is none.
    mutating func pick(_ values: [UInt8]) -> UInt8 {
        values.isEmpty ? 0 : values[Int.random(in: 0..<values.count, using: &self)]
    }
}
