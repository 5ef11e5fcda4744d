import Bytes

// What a product tells of its own upkeep, under a topic that names it: its sessions, queues, settings and answers.
extension PayloadReader {
    /// Whether what is told is no record of what only the topic names.
    var isOfUpkeep: Bool {
        if isUpkeep { return true }
        // What saves lives tells much by a word that nobody knows.
        if score.onlyInTopic.contains(.emergency) { return false }
        let isMostlyUpkeep = healthy >= 2 && healthy + aside >= 3 && healthy + aside > telling
        return telling == 0 && aside > 0 || isMostlyUpkeep || isUnknown
    }

    /// Whether there is nothing but a value under a word that nobody knows, which may be anything of a product.
    private var isUnknown: Bool {
        isNameless && scalars <= 1 && (findings.format == .number || findings.format == .text)
    }

    /// Takes what the last level of a topic says, and what the last two say together.
    mutating func noteEnd(_ end: TextFacts, _ lastTwo: TextFacts, _ level: RawSpan) {
        isUpkeep = lastLevel.contains(.configuration) || lastLevels.contains(.aside)
        endClasses = RecordClasses(rawValue: UInt16(end.classes))
        isNameless = end.roles == 0 && end.classes == 0 && lastTwo.classes == 0 && !level.holdsDigit
    }

    /// Takes a text that says what sort of message it is in: `"type": "heartbeat"`.
    mutating func noteSort(_ text: RawSpan) {
        guard text.byteCount <= 48 else { return }
        if !KeyRoles(rawValue: facts(of: text).roles).isDisjoint(with: .ofUpkeep) { isUpkeep = true }
    }

    /// Takes the members of an array that may frame a call or its answer: `[2, "id", "Heartbeat", {}]` (OCPP-J 1.6, 4.2).
    mutating func noteFrame(_ value: Scalar, _ bytes: RawSpan) {
        switch value {
        case .digits(let range) where scalars == 1 && range.count == 1: frame = bytes.byte(at: range.offset)
        case .string where scalars == 2 && frame > 0:
            hangsOnDigits = true
            // An answer tells nothing but what is in it.
            if frame == Frame.result || frame == Frame.error { isUpkeep = true }
        case .string(let range) where scalars == 3 && frame == Frame.call:
            let facts = facts(of: bytes.slice(range))
            score.add(facts, .key)
            seen.formUnion(KeyRoles(rawValue: facts.roles))
            noteSort(bytes.slice(range))
        default: break
        }
    }

    /// The types of messages in such arrays, as digits of ASCII.
    private enum Frame {
        static let call = UInt8(ascii: "2")
        static let result = UInt8(ascii: "3")
        static let error = UInt8(ascii: "4")
    }
}

extension KeyRoles {
    /// Roles of what a message about its sender is called.
    fileprivate static let ofUpkeep: KeyRoles = [.quiet, .aside, .health]
}

extension RawSpan {
    /// Whether there is a digit in it.
    fileprivate var holdsDigit: Bool {
        for offset in 0..<byteCount where (0x30...0x39).contains(byte(at: offset)) { return true }
        return false
    }
}
