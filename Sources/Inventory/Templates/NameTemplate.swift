import Bytes

/// Turns names of records and of clients into templates: numbers, addresses and identifiers become placeholders.
///
/// Only the shape of a name decides: classes of characters, lengths and where they change. Time and output are linear in
/// the name, whatever its bytes are. A brace that opens stands doubled, so that no name can pass for a placeholder.
public enum NameTemplate {
    /// What is collapsed.
    public enum Form: Sendable {
        /// A topic, a path or a filter: every number, address, date and identifier in a level; wildcards stay.
        case record
        /// The name of a client: identifiers, addresses and long numbers; numbers of up to four digits stay, so that
        /// pump-5 and pump-6 are two clients.
        case client
        /// The name of a kind of clients: short numbers too.
        case group
    }

    /// What is known of a name once its template is written.
    public struct Reading: Equatable, Sendable {
        /// Whether something of its own stays beside the placeholders: letters that are not the beginning of the names that
        /// a library invents.
        public var hasOwnPart = false
        /// Whether it may hold a secret, so that it must not be kept as it was: a value behind a word such as `token`, or a
        /// long identifier.
        public var mayHoldSecret = false
        /// Whether anything was collapsed.
        public var isCollapsed = false
    }

    /// The longest template, in bytes; of a longer one the beginning is kept, and `{id}` for the rest.
    public static let longest = 256

    /// Appends the template of a name to `output`, at most `longest` bytes and a placeholder.
    @discardableResult
    public static func write(_ name: RawSpan, as form: Form, to output: inout [UInt8]) -> Reading {
        var walk = TemplateWalk(form: form, start: output.count)
        walk.run(name, &output)
        return walk.reading
    }

    /// The template of a text.
    public static func text(_ name: String, as form: Form) -> String {
        var output: [UInt8] = []
        let bytes = Array(name.utf8)
        write(bytes.span.bytes, as: form, to: &output)
        return String(decoding: output, as: UTF8.self)
    }
}

/// One pass over a name.
private struct TemplateWalk {
    let form: NameTemplate.Form
    /// Where the template begins in the output.
    let start: Int
    var reading = NameTemplate.Reading()
    /// Letters of its own that were kept.
    private var letters = 0
    /// Where the present level begins in the name.
    private var level = 0
    /// Whether the level before says that a secret follows.
    private var expectsSecret = false
    /// Whether it is the path of a resource of LwM2M, in which numbers name kinds.
    private var isManaged = false
    /// How many levels came before the present one.
    private var depth = 0

    init(form: NameTemplate.Form, start: Int) {
        self.form = form
        self.start = start
    }

    mutating func run(_ name: RawSpan, _ output: inout [UInt8]) {
        var place = form == .record ? 0 : libraryName(name, &output)
        if form == .record { isManaged = ResourcePath.isManaged(name) }
        while place < name.byteCount {
            guard output.count - start <= NameTemplate.longest else { break }
            let byte = name.byte(at: place)
            if place == level, let end = wholeLevel(name, from: place, &output) {
                place = end
            } else if CharacterClass(byte).isAlphanumeric {
                place = piece(name, from: place, &output)
            } else {
                place = separator(byte, name, at: place, &output)
            }
        }
        if place < name.byteCount || output.count - start > NameTemplate.longest {
            output.removeLast(max(0, output.count - start - NameTemplate.longest))
            placeholder("{id}", &output)
            reading.mayHoldSecret = true
        }
        reading.hasOwnPart = letters > 1
    }

    private mutating func placeholder(_ text: StaticString, _ output: inout [UInt8]) {
        output.append(text: text)
        reading.isCollapsed = true
    }

    /// Names that a library invents for whoever gives none: the beginning stays, the rest says nothing.
    private mutating func libraryName(_ name: RawSpan, _ output: inout [UInt8]) -> Int {
        guard let length = LibraryNames.prefix(of: name) else { return 0 }
        output.append(copying: name.extracting(0..<length))
        guard length < name.byteCount else { return length }
        placeholder("{id}", &output)
        return name.byteCount
    }

    /// A level that is one secret or one opaque token; gives where it ends.
    private mutating func wholeLevel(_ name: RawSpan, from start: Int, _ output: inout [UInt8]) -> Int? {
        var end = start
        while end < name.byteCount, name.byte(at: end) != UInt8(ascii: "/") { end &+= 1 }
        let bytes = name.extracting(start..<end)
        let isAnnounced = expectsSecret && !bytes.isEmpty
        if !bytes.isEmpty { expectsSecret = form == .record && SecretWords.announces(bytes) }
        if isAnnounced, !SecretWords.isVerb(bytes), !isWildcard(bytes) {
            reading.mayHoldSecret = true
            placeholder("{id}", &output)
            return end
        }
        if form == .record, depth == 2, ResourcePath.isRegistration(name), !isWildcard(bytes) {
            placeholder("{id}", &output)
            return end
        }
        guard bytes.byteCount >= 20, NameShape.length(in: name, at: start) == nil, NameRun.isOpaque(bytes) else {
            return nil
        }
        reading.mayHoldSecret = true
        placeholder("{id}", &output)
        return end
    }

    private func isWildcard(_ bytes: RawSpan) -> Bool {
        bytes.byteCount == 1 && (bytes.byte(at: 0) == UInt8(ascii: "+") || bytes.byte(at: 0) == UInt8(ascii: "#"))
    }

    /// What is neither letter nor digit stays; behind an equals sign stands a value, which does not.
    private mutating func separator(_ byte: UInt8, _ name: RawSpan, at place: Int, _ output: inout [UInt8]) -> Int {
        output.append(byte)
        var next = place &+ 1
        switch byte {
        case UInt8(ascii: "/"):
            level = next
            depth &+= 1
        case UInt8(ascii: "{"): output.append(byte)
        case UInt8(ascii: "="):
            var isNumber = true
            while next < name.byteCount, !Self.endsValue(name.byte(at: next)) {
                isNumber = isNumber && CharacterClass(name.byte(at: next)) == .digit
                next &+= 1
            }
            guard next > place &+ 1 else { break }
            if !isNumber || next &- place > 6 { reading.mayHoldSecret = true }
            if isNumber { placeholder("{n}", &output) } else { placeholder("{id}", &output) }
        default: break
        }
        return next
    }

    private static func endsValue(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "&") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: ",")
    }

    /// Letters and digits: an address or a date that begins here, else the run of them.
    private mutating func piece(_ name: RawSpan, from start: Int, _ output: inout [UInt8]) -> Int {
        if let shape = NameShape.length(in: name, at: start) {
            // In the name of a client eight digits are a tail by chance more often than a date.
            let isTail = form != .record && shape.isBareDate
            placeholder(isTail ? "{id}" : shape.placeholder, &output)
            return start &+ shape.length
        }
        let run = NameRun(name, from: start)
        let bytes = name.extracting(start..<run.end)
        // Sparkplug's first level is a constant (Sparkplug 3.0, 4.1).
        if start == 0, form == .record, name.starts(with: "spBv1.0/") {
            output.append(text: "spBv1.0")
            return 7
        }
        if run.isIdentifier(form) {
            if run.length >= 16, !(run.isHexadecimal && run.length == 16) { reading.mayHoldSecret = true }
            placeholder(run.isHardwareAddress ? "{mac}" : "{id}", &output)
        } else if run.digits == 0 || run.isTerm(bytes) {
            // What is longer than a template is cut with it.
            output.append(copying: bytes.extracting(0..<min(bytes.byteCount, NameTemplate.longest + 1)))
            letters += run.letters
        } else {
            words(bytes, &output)
        }
        return run.end
    }

    /// A run of words and numbers, such as `pump5` or `zone1temp`.
    private mutating func words(_ bytes: RawSpan, _ output: inout [UInt8]) {
        var place = 0
        while place < bytes.byteCount {
            let begin = place
            let isNumber = CharacterClass(bytes.byte(at: place)) == .digit
            while place < bytes.byteCount, (CharacterClass(bytes.byte(at: place)) == .digit) == isNumber { place &+= 1 }
            if !isNumber {
                output.append(copying: bytes.extracting(begin..<place))
                letters += place - begin
            } else {
                number(bytes.extracting(begin..<place), &output)
            }
        }
    }

    private mutating func number(_ digits: RawSpan, _ output: inout [UInt8]) {
        switch form {
        // An object and a resource are kinds, an instance is not.
        case .record where isManaged && depth & 1 == 1: output.append(copying: digits)
        case .record: placeholder("{n}", &output)
        // A long number is a random one, a time or a serial number: of the names of a kind none must look different.
        case .client where digits.byteCount > 4: placeholder("{id}", &output)
        case .client: output.append(copying: digits)
        case .group where digits.byteCount > 4: placeholder("{id}", &output)
        case .group: placeholder("{n}", &output)
        }
    }
}

/// What a byte of a name is.
enum CharacterClass {
    case digit, lower, upper, other

    /// The class of a byte; those beyond ASCII are letters of some language.
    @inline(__always)
    init(_ byte: UInt8) {
        switch byte {
        case 0x30...0x39: self = .digit
        case 0x61...0x7A: self = .lower
        case 0x41...0x5A: self = .upper
        case 0x80...: self = .lower
        default: self = .other
        }
    }

    var isAlphanumeric: Bool { self != .other }
}
