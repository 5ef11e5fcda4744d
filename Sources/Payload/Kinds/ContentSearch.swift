import Bytes
import Patterns

/// Looks for everything that shows a kind of content by itself, in one pass.
struct ContentSearch: ~Copyable {
    private let set: PatternSet?
    private let hints: PatternSet?
    private let scratch: PatternScratch

    /// A search with the signs compiled to `set`, and the words that they need to `hints`.
    init(_ set: PatternSet?, hints: PatternSet?) {
        self.set = set
        self.hints = hints
        scratch = PatternScratch(for: [], [set, hints].compactMap(\.self))
    }

    /// What is less cannot hold any sign.
    private static var shortest: Int { 6 }

    /// Adds what is found in a payload to the findings of its reader.
    borrowing func run(_ bytes: RawSpan, _ reader: inout PayloadReader) {
        guard let set, bytes.byteCount >= Self.shortest else { return }
        if let hints, scratch.matches(hints.database, bytes) == false { return }
        // More findings than can be told apart, or none because the library failed: nothing more is known.
        guard let count = scratch.find(set.database, bytes), count > 0 else { return }
        // Random bytes hold short words too.
        let isBinary = reader.findings.format == .binary
        for index in 0..<count {
            let number = scratch.found(index)
            guard number < ContentSign.all.count else { continue }
            let end = min(scratch.foundEnd(index), bytes.byteCount)
            switch ContentSign.all[number].meaning {
            case .secret(let kind): reader.note(kind, at: end, bytes)
            case .medical(let kind): reader.findings.medical.insert(kind)
            case .industrial(let kind):
                reader.findings.industrial.insert(kind)
                if kind == .plcTelemetry { reader.hasAddress = true }
            case .firmware(let kind): reader.findings.firmware.insert(kind)
            case .command(let kind): if !isBinary { reader.findings.command.insert(kind) }
            case .sign(let kind): if !isBinary { reader.findings.sign.insert(kind) }
            case .check(let check): reader.check(check, at: end, bytes)
            }
        }
    }
}

extension PayloadReader {
    /// Notes a secret whose sign ends at a place.
    mutating func note(_ kind: SecretKinds, at end: Int, _ bytes: RawSpan) {
        findings.secret.insert(kind)
        if kind == .privateKey, let start = bytes.firstIndex(of: "-----BEGIN", from: 0), start < end {
            // The whole key, to its last line or as far as it is seen.
            let last = bytes.firstIndex(of: "-----END", from: end) ?? bytes.byteCount
            findings.places.add(ByteRange(offset: start, count: last - start), kind)
        } else if kind == .privateKey, bytes.contains("PuTTY") {
            findings.places.add(ByteRange(offset: 0, count: bytes.byteCount), kind)
        } else if kind == .password {
            findings.places.add(bytes.passwordHash(around: end), kind)
        } else {
            let word = bytes.word(around: end)
            findings.places.add(word, kind)
            if kind == .cloudKey, bytes.slice(word).isAccessKeyID { hasAccessKeyID = true }
        }
    }

    /// Looks closer at what a sign found.
    mutating func check(_ check: ContentSign.Check, at end: Int, _ bytes: RawSpan) {
        switch check {
        case .jwt: checkTokens(bytes)
        case .bearer:
            let token = bytes.word(around: end)
            guard ValueChecks.isToken(bytes.slice(token)) else { return }
            findings.secret.insert(.bearerToken)
            findings.places.add(token, .bearerToken)
        case .addressPassword: checkAddress(bytes, end)
        case .wifiCode: checkWiFiCode(bytes, end)
        case .wifiOrder: note(.wifiCredentials, at: end, bytes)
        case .fhir:
            // Names of resources begin with a capital.
            if end < bytes.byteCount, (0x41...0x5A).contains(bytes.byte(at: end)) { findings.medical.insert(.fhir) }
        case .nmea: checkSentences(bytes)
        case .mapLink:
            let link = bytes.slice(bytes.word(around: end))
            if !link.contains("geo:0,0") && !link.contains("geo:0.0") { findings.personal.insert(.coordinates) }
        case .script:
            let start = bytes.slice(bytes.trimmedRange).prefix(16)
            let isPage = start.prefix(9).equalsFolded("<!doctype") || start.prefix(5).equalsFolded("<html")
            if !isPage { findings.command.insert(.scriptInjection) }
        case .updateAddress: findings.firmware.insert(.updateURL)
        case .archiveAddress:
            if !everything.isDisjoint(with: [.firmware, .updateURL, .updateCommand]) {
                findings.firmware.insert(.updateURL)
            }
        case .opcua: findings.industrial.insert(.opcuaPubSub)
        }
    }

    /// JSON Web Tokens, of which one may be right where another is not.
    private mutating func checkTokens(_ bytes: RawSpan) {
        var offset = 0
        while let start = bytes.firstIndex(of: "eyJ", from: offset) {
            offset = start + 3
            guard encoded.holdsTokenHeader(bytes.extracting(start..<bytes.byteCount)) else {
                // Nothing else begins in the same word.
                offset = max(offset, bytes.word(around: start + 1).end)
                continue
            }
            let token = bytes.word(around: start + 3)
            findings.secret.insert(.jwt)
            findings.places.add(token, .jwt)
            offset = max(offset, token.end)
        }
    }

    /// `user:secret@host` behind the `://` of an address that ends at a place.
    private mutating func checkAddress(_ bytes: RawSpan, _ end: Int) {
        // The first colon behind the `//`; a password may hold others.
        var start = end - 1
        while start > 1, bytes.byte(at: start - 1) != UInt8(ascii: "/") { start -= 1 }
        while start < end - 1, bytes.byte(at: start) != UInt8(ascii: ":") { start += 1 }
        start += 1
        let secret = ByteRange(offset: start, count: max(0, end - 1 - start))
        guard ValueChecks.isSecret(bytes.slice(secret)) else { return }
        findings.secret.insert(.password)
        findings.places.add(secret, .password)
    }

    /// The text of a code that joins a wireless network: `WIFI:T:WPA;S:name;P:key;;`.
    private mutating func checkWiFiCode(_ bytes: RawSpan, _ end: Int) {
        var offset = max(0, end - 2)
        var hasName = false
        var key = ByteRange.empty
        while offset + 1 < bytes.byteCount {
            let mark = bytes.byte(at: offset)
            guard bytes.byte(at: offset + 1) == UInt8(ascii: ":") else { break }
            var stop = offset + 2
            while stop < bytes.byteCount, bytes.byte(at: stop) != UInt8(ascii: ";") { stop += 1 }
            let value = ByteRange(offset: offset + 2, count: stop - offset - 2)
            if mark == UInt8(ascii: "S"), !value.isEmpty { hasName = true }
            if mark == UInt8(ascii: "P") { key = value }
            offset = stop + 1
        }
        guard hasName, ValueChecks.isSecret(bytes.slice(key)) else { return }
        findings.secret.insert(.wifiCredentials)
        findings.places.add(key, .wifiCredentials)
    }

    /// Sentences of NMEA 0183 and AIS with a position.
    private mutating func checkSentences(_ bytes: RawSpan) {
        for offset in 0..<bytes.byteCount {
            let byte = bytes.byte(at: offset)
            guard byte == UInt8(ascii: "$") || byte == UInt8(ascii: "!"), offset + 10 < bytes.byteCount else {
                continue
            }
            if byte == UInt8(ascii: "!") { score.add(strong: .transportation) }
            if Places.holdsFix(bytes, at: offset) { findings.personal.insert(.coordinates) }
        }
    }
}

extension RawSpan {
    /// What stands around a place without a blank, quotation mark or the like in it.
    func word(around place: Int) -> ByteRange {
        var (start, end) = (min(place, byteCount), min(place, byteCount))
        if start > 0, end == byteCount || !isWordByte(byte(at: start)) { start -= 1 }
        while start > 0, isWordByte(byte(at: start - 1)) { start -= 1 }
        while end < byteCount, isWordByte(byte(at: end)) { end += 1 }
        return ByteRange(offset: start, count: end - start)
    }

    /// The hash of a password around a place, in the form of crypt (5): commas between parameters are part of it, as in
    /// `$argon2id$v=19$m=65536,t=3,p=4$...`, those in front of it and behind are not.
    func passwordHash(around place: Int) -> ByteRange {
        var start = min(place, byteCount)
        while start > 0, isHashByte(byte(at: start - 1)) { start -= 1 }
        while start < place, byte(at: start) != UInt8(ascii: "$") { start += 1 }
        guard start < place else { return word(around: place) }
        // The last part has no comma in it.
        var (last, end) = (start, start)
        while end < byteCount, isHashByte(byte(at: end)) {
            if byte(at: end) == UInt8(ascii: "$") { last = end }
            end += 1
        }
        end = last
        while end < byteCount, isHashByte(byte(at: end)), byte(at: end) != UInt8(ascii: ",") { end += 1 }
        return ByteRange(offset: start, count: end - start)
    }

    private func isHashByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "$"), UInt8(ascii: ","), UInt8(ascii: "="),
            UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// Whether it is the public half of a key pair of AWS, such as `AKIAIOSFODNN7EXAMPLE`.
    var isAccessKeyID: Bool { byteCount >= 20 && (starts(with: "AKIA") || starts(with: "ASIA")) }

    private func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "<"),
            UInt8(ascii: ">"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"),
            UInt8(ascii: "\\"):
            false
        default: true
        }
    }
}
