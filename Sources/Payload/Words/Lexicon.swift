import Bytes

/// The terms of all lists, by hash.
struct Lexicon: Sendable {
    /// A term.
    private struct Slot: BitwiseCopyable, Sendable {
        var hash: UInt64 = 0
        var facts = TermFacts()
        var isTaken = false
    }

    let hash: TermHash
    /// Open addressing; its size is a power of two.
    private var slots: [Slot] = Array(repeating: Slot(), count: 4096)
    private var count = 0
    /// The lengths of terms that stand at the beginning of a token, a bit for each, and of those at the end.
    private(set) var prefixLengths: UInt64 = 0
    private(set) var suffixLengths: UInt64 = 0
    /// The classes of objects in a path, by number.
    private(set) var objects: [Int: UInt8] = [:]

    private static var prefixSalt: UInt64 { 0x9E37_79B9_7F4A_7C15 }
    private static var suffixSalt: UInt64 { 0xC2B2_AE3D_27D4_EB4F }

    /// No terms.
    static let empty = Lexicon(hash: TermHash(seed: 1))

    private init(hash: TermHash) {
        self.hash = hash
        slots = [Slot(), Slot()]
    }

    /// The terms of lists.
    init(_ lists: [WordList], seed: UInt64) throws(WordList.Fault) {
        hash = TermHash(seed: seed)
        for list in lists { try add(list) }
        addOwn()
    }

    private mutating func add(_ list: WordList) throws(WordList.Fault) {
        var found: [(facts: TermFacts, hash: UInt64)] = []
        var (prefixes, suffixes): (UInt64, UInt64) = (0, 0)
        var objects: [(number: Int, classes: UInt8)] = []
        try list.forEachTerm { section, term, affix in
            if section.isObject {
                if let number = Int(String(decoding: term, as: UTF8.self)) {
                    objects.append((number, section.facts.strong))
                }
                return
            }
            var termHash = hash.of(term)
            switch affix {
            case .none: break
            case .prefix:
                prefixes |= 1 << UInt64(term.count)
                termHash ^= Self.prefixSalt
            case .suffix:
                suffixes |= 1 << UInt64(term.count)
                termHash ^= Self.suffixSalt
            }
            found.append((section.facts, termHash))
        }
        for term in found { insert(term.hash, term.facts) }
        for object in objects { self.objects[object.number, default: 0] |= object.classes }
        prefixLengths |= prefixes
        suffixLengths |= suffixes
    }

    /// Keys of formats, which no list need have.
    private mutating func addOwn() {
        for (text, role) in Self.own {
            for word in text.split(separator: " ") {
                insert(hash.of(word.utf8), TermFacts(roles: role.rawValue))
            }
        }
    }

    private static let own: [(String, KeyRoles)] = [
        ("name id n bn tag tagname metric key parameter measurement variable point signal property", .label),
        (
            "imei imsi iccid serial serialnumber sn uuid guid mac eui deveui devaddr timestamp ts time epoch",
            .identifier
        ),
        ("messageid msgid correlationid transactionid requestid sequence seq nonce hash checksum crc", .identifier),
        ("x y z pixel pixels px axis column row offset", .local),
        ("lat latitude", .latitude), ("lon lng long longitude", .longitude),
        ("coordinates latlng latlon gpscoordinates", .coordinates),
        (
            "severity priority acknowledged acked ack unacknowledged alarmstate alarmcode faultcode errorcode",
            .alarmDetail
        ),
        ("patient patients", .patient), ("wifi wlan", .wifi), ("user username login usr benutzer", .login),
        ("opcua uadp", .opcua),
        ("command cmd action method operation op job request rpc order cmnd", .order),
    ]

    private mutating func insert(_ hash: UInt64, _ facts: TermFacts) {
        if 2 * (count + 1) > slots.count { grow() }
        let place = self.place(of: hash)
        if slots[place].isTaken { return slots[place].facts.formUnion(facts) }
        slots[place] = Slot(hash: hash, facts: facts, isTaken: true)
        count += 1
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(), count: 2 * old.count)
        for slot in old where slot.isTaken { slots[place(of: slot.hash)] = slot }
    }

    /// The slot that has a hash, or the free one where it belongs.
    private func place(of hash: UInt64) -> Int {
        let mask = slots.count &- 1
        var place = Int(truncatingIfNeeded: TermHash.place(hash)) & mask
        while slots[place].isTaken, slots[place].hash != hash { place = (place &+ 1) & mask }
        return place
    }

    /// What the term with a hash says; `nil` where there is none.
    func find(_ hash: UInt64) -> TermFacts? {
        let slot = slots[place(of: hash)]
        return slot.isTaken ? slot.facts : nil
    }

    /// The same of a term that begins a token.
    func findPrefix(_ hash: UInt64) -> TermFacts? { find(hash ^ Self.prefixSalt) }

    /// The same of a term that ends one.
    func findSuffix(_ hash: UInt64) -> TermFacts? { find(hash ^ Self.suffixSalt) }
}
