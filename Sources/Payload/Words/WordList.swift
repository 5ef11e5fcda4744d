import Bytes

/// A list of words as a file has it: which terms show which class of record, and which keys stand before which kind of value.
///
/// A file of a class is called after it, `environment.words`; `none.words` has the terms that belong to no class, and
/// `kinds.words` keys. Text in UTF-8, a `#` begins a comment, a section in square brackets says what its terms are, terms are
/// separated by commas or line ends.
public struct WordList: Sendable {
    /// A file with its text.
    public var name: String
    /// The text.
    public var text: String

    /// Takes a file, by its name without the folder.
    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    /// What is wrong with a list.
    public struct Fault: Error, Sendable {
        /// The name of the file.
        public var name: String
        /// From 1.
        public var line: Int
        /// What is wrong.
        public var reason: String
    }

    /// Where a term may stand in a token.
    enum Affix { case none, prefix, suffix }

    /// What a section makes of its terms.
    struct Section {
        var facts: TermFacts
        /// The terms are numbers of objects in a path (OMA LwM2M, IPSO).
        var isObject = false
    }

    /// Calls `body` with each term, in lower case, its words joined, and what it says.
    func forEachTerm(_ body: (Section, [UInt8], Affix) -> Void) throws(Fault) {
        let stem = name.hasSuffix(".words") ? String(name.dropLast(6)) : name
        let classes = RecordClasses(named: stem)
        guard classes != nil || stem == "none" || stem == "kinds" else {
            throw Fault(name: name, line: 1, reason: "a list of words is named after a class, 'none' or 'kinds'")
        }
        let bits = UInt8(truncatingIfNeeded: classes?.rawValue ?? 0)
        let bytes = text.utf8.span.bytes
        var section: Section?
        var (line, offset) = (1, 0)
        var term: [UInt8] = []
        while offset < bytes.byteCount {
            var end = offset
            while end < bytes.byteCount, bytes.byte(at: end) != 0x0A { end += 1 }
            var place = offset
            while place < end, bytes.byte(at: place) <= 0x20 { place += 1 }
            let first = place < end ? bytes.byte(at: place) : UInt8(ascii: "#")
            if first == UInt8(ascii: "[") {
                section = try self.section(bytes, place, end, stem: stem, classes: bits, line)
            } else if first != UInt8(ascii: "#") {
                guard let section else {
                    throw Fault(name: name, line: line, reason: "a term stands before the first section")
                }
                try terms(bytes, place, end, section, &term, line, body)
            }
            offset = end + 1
            line += 1
        }
    }

    private func section(
        _ bytes: RawSpan, _ start: Int, _ end: Int, stem: String, classes: UInt8, _ line: Int
    ) throws(Fault) -> Section {
        var close = start
        while close < end, bytes.byte(at: close) != UInt8(ascii: "]") { close += 1 }
        guard close < end else { throw Fault(name: name, line: line, reason: "a section has no ']'") }
        let title = String(copying: bytes.slice(ByteRange(offset: start + 1, count: close - start - 1)))
        var facts = TermFacts()
        if stem == "kinds" {
            guard let role = KeyRoles.sections.first(where: { $0.name == title })?.role else {
                let known = KeyRoles.sections.map(\.name).joined(separator: ", ")
                throw Fault(name: name, line: line, reason: "there is no section [\(title)]; there are \(known)")
            }
            facts.roles = role.rawValue
            return Section(facts: facts)
        }
        switch title {
        case "strong", "brand": facts.strong = classes
        case "hint": facts.hint = classes
        case "faint": facts.faint = classes
        case "value": facts.value = classes
        case "shy": facts.shy = classes
        case "mild": facts.mild = classes
        case "hub": (facts.faint, facts.isHub) = (classes, true)
        case "against": facts.against = classes
        case "veto": facts.veto = classes
        case "none": break
        case "quiet" where stem == "none": facts.roles = KeyRoles.quiet.rawValue
        case "health" where stem == "none": facts.roles = KeyRoles.health.rawValue
        case "quantity" where stem == "none": facts.roles = KeyRoles.quantity.rawValue
        case "aside" where stem == "none": facts.roles = KeyRoles.aside.rawValue
        case "object": return Section(facts: TermFacts(strong: classes), isObject: true)
        default:
            throw Fault(
                name: name, line: line,
                reason:
                    "there is no section [\(title)]; there are strong, brand, hint, faint, hub, value, shy, mild, against, veto, none, object"
            )
        }
        return Section(facts: facts)
    }

    /// The terms of a line.
    private func terms(
        _ bytes: RawSpan, _ start: Int, _ end: Int, _ section: Section, _ term: inout [UInt8], _ line: Int,
        _ body: (Section, [UInt8], Affix) -> Void
    ) throws(Fault) {
        var place = start
        while place < end {
            term.removeAll(keepingCapacity: true)
            var affix = Affix.none
            while place < end, bytes.byte(at: place) != UInt8(ascii: ",") {
                let byte = bytes.byte(at: place)
                place += 1
                if byte == UInt8(ascii: "#") {
                    place = end
                } else if byte == UInt8(ascii: "*") {
                    affix = term.isEmpty ? .suffix : .prefix
                } else if byte > 0x20 {
                    term.append(byte)
                }
            }
            place += 1
            guard !term.isEmpty else { continue }
            guard term.count <= TermHash.longest else {
                throw Fault(name: name, line: line, reason: "a term has more than \(TermHash.longest) bytes")
            }
            term.lowerCase()
            body(section, term, affix)
        }
    }
}

extension [UInt8] {
    /// Makes letters small: those of ASCII, and those with accents of Latin-1 in UTF-8.
    fileprivate mutating func lowerCase() {
        for index in indices {
            self[index] = lowerCased(self[index], after: index > 0 ? self[index - 1] : 0)
        }
    }
}

/// A byte of UTF-8 text with its letter made small: A to Z, and À to Þ (U+00C0 to U+00DE), which is C3 80 to C3 9E.
func lowerCased(_ byte: UInt8, after previous: UInt8) -> UInt8 {
    if byte >= 0x41, byte <= 0x5A { return byte | 0x20 }
    if previous == 0xC3, byte >= 0x80, byte <= 0x9E, byte != 0x97 { return byte | 0x20 }
    return byte
}
