import Bytes

/// Reads one payload: takes its members from a walk, and collects what they say.
///
/// Its tables remember what topics and keys say, since these come again and again; in the steady state it allocates nothing.
struct PayloadReader: MemberVisitor, ~Copyable {
    /// An object or array that is open.
    struct Level: BitwiseCopyable {
        /// The roles of its key.
        var own: UInt64 = 0
        /// The roles of the keys around it.
        var around: UInt64 = 0
        /// The roles of what its label says, such as a name beside the value.
        var label: UInt64 = 0
        var isArray = false
        /// Whether its key is `coordinates` or the like.
        var pairs = false
        /// The number before, in an array.
        var number = Double.nan
        var decimals = 0
    }

    let lexicon: Lexicon
    var text = TextReader()
    private var keys: FactsCache
    private var topics: FactsCache

    /// What was found so far.
    var findings = PayloadFindings()
    var score = ClassScore()
    private var levels = InlineArray<49, Level>(repeating: Level())
    var depth = 0
    /// Of all keys.
    var seen: KeyRoles = []
    /// Of topic and keys.
    var everything: KeyRoles { seen.union(topic) }
    /// Of the whole topic, and of its last levels, which stand for the key of a value without one.
    var topic: KeyRoles = []
    var lastLevels: KeyRoles = []
    var numbers = 0
    /// Scalars altogether.
    var scalars = 0
    var senml = SenMLCheck()
    var pair = CoordinatePair()
    /// The object of LwM2M that the path or a base name names.
    var object: Int?
    /// Whether the public half of a key pair of AWS is there, and what may be the other: 40 characters of base64.
    var hasAccessKeyID = false
    var accessKey = ByteRange.empty
    /// The key of a wireless network, and whether its name is there.
    var wifiKey = ByteRange.empty
    var hasWifiName = false
    /// Whether the payload is a word or talk about the sender itself.
    var isTalk = false
    var isQuiet: Bool { isTalk || topic.contains(.quiet) || isHealth }
    /// Of the last level of the topic.
    var lastLevel: KeyRoles = []
    /// Whether the last level is of the product itself, such as `session`, or is `value` below such a one, or the message says that
    /// it is: `"type": "heartbeat"`.
    var isUpkeep = false
    /// The first member of an array that frames a call, as a digit of ASCII.
    var frame: UInt8 = 0
    /// Whether the last levels say nothing known.
    var isNameless = false
    /// The classes of which the last level says anything.
    var endClasses: RecordClasses = []
    /// What orders and short texts say.
    var said: KeyRoles = []
    /// Values that tell how a device is, and values that tell anything else of note.
    var healthy = 0
    var telling = 0
    /// Values of upkeep, such as that of `interval`.
    var aside = 0
    /// Whether the payload is an object with texts in it and without a number, a state or an order.
    var isWordy: Bool { findings.format == .json && scalars > 0 && !hasSwitch }
    private var hasSwitch = false
    /// Whether all that is told is how a device is.
    private var isHealth: Bool {
        telling == 0
            && (healthy > 0 || lastLevel.contains(.health)
                || lastLevels.contains(.health) && lastLevel.contains(.quantity))
    }
    /// Whether an alarm has a value that is not zero, nothing or `ok`.
    var hasTrouble = false
    /// Whether the address of a controller's value shows in the text.
    var hasAddress = false
    /// What stands under `code`, a secret beside words of locks and alarms.
    var code = ByteRange.empty
    /// Whether something that is just called `name` reads like a person's.
    var hasBareName = false
    /// Whether the payload is an address and nothing else.
    var isBareURL = false
    /// Of a JSON Web Key (RFC 7517, 4.1; RFC 7518, 6.2.2 and 6.3.2).
    var hasKeyType = false
    var privatePart = ByteRange.empty
    /// Whether a finding hung on single digits, so that another payload of the same shape may have another.
    var hangsOnDigits = false
    var isFragile: Bool { hangsOnDigits || !everything.isDisjoint(with: .ofDigits) }
    /// Words that may be given and family names.
    var nameParts = 0
    var encoded = EncodedText()

    /// A reader with the terms of `lexicon`; one that is off keeps no tables.
    init(_ lexicon: Lexicon) {
        self.lexicon = lexicon
        keys = FactsCache(size: 1024)
        topics = FactsCache(size: 4096)
    }

    /// Forgets the payload before, and takes the topic of the next.
    mutating func begin(topic name: RawSpan) {
        hangsOnDigits = false
        findings = PayloadFindings()
        score = ClassScore()
        depth = 0
        seen = []
        (numbers, scalars) = (0, 0)
        senml = SenMLCheck()
        pair = CoordinatePair()
        object = nil
        (wifiKey, hasWifiName, hasKeyType, privatePart) = (.empty, false, false, .empty)
        (hasAccessKeyID, accessKey) = (false, .empty)
        (nameParts, isTalk) = (0, false)
        (said, healthy, telling, aside, code) = ([], 0, 0, 0, .empty)
        (hasSwitch, frame) = (false, 0)
        (hasTrouble, hasAddress, hasBareName, isBareURL) = (false, false, false, false)
        let facts = topics.facts(of: name, lexicon, &text)
        score.add(facts, .topic)
        topic = KeyRoles(rawValue: facts.roles)
        let lastTwo = keys.facts(of: name.lastLevels(2), lexicon, &text)
        lastLevels = KeyRoles(rawValue: lastTwo.roles)
        let end = keys.facts(of: name.lastLevels(1), lexicon, &text)
        lastLevel = KeyRoles(rawValue: end.roles)
        noteEnd(end, lastTwo, name.lastLevels(1))
        // Attributes of Homie: what a node is called, not what it tells.
        let last = name.lastLevels(1)
        isTalk = last.byteCount > 2 && last.byte(at: 0) == UInt8(ascii: "$") && (0x61...0x7A).contains(last.byte(at: 1))
        let path = ObjectPath(name)
        guard let object = path.object else { return }
        self.object = object
        isTalk = path.isAboutSensor
        if path.hasInstance, let classes = lexicon.objects[object] {
            score.add(strong: RecordClasses(rawValue: UInt16(classes)))
        }
        topic.formUnion(path.roles)
        lastLevels.formUnion(path.roles)
    }

    /// What a text says; remembered where it is one that comes again.
    mutating func facts(of text: RawSpan) -> TextFacts { keys.facts(of: text, lexicon, &self.text) }

    /// What a longer text says.
    mutating func factsOfText(_ bytes: RawSpan) -> TextFacts { text.read(bytes, lexicon) }

    // MARK: - Members

    mutating func open(_ key: MemberKey, isArray: Bool, _ bytes: RawSpan) {
        var level = Level(isArray: isArray)
        if depth > 0 {
            level.around = levels[depth - 1].around | levels[depth - 1].own
        }
        if case .text(let range) = key {
            let facts = facts(of: bytes.slice(range))
            score.add(facts, .key)
            seen.formUnion(KeyRoles(rawValue: facts.roles))
            level.own = facts.roles
            level.pairs = KeyRoles(rawValue: facts.roles).contains(.coordinates)
        } else if depth > 0 {
            // The members of an array stand under its key.
            level.own = levels[depth - 1].own
            level.pairs = levels[depth - 1].pairs
        } else {
            level.own = lastLevels.subtracting([.password, .bearerToken, .name]).rawValue
        }
        senml.open(depth: depth, isArray: isArray)
        if depth < 48 { levels[depth] = level }
        depth += 1
    }

    mutating func close() { depth = max(0, depth - 1) }

    mutating func scalar(_ key: MemberKey, _ value: Scalar, _ bytes: RawSpan) {
        scalars += 1
        var roles: KeyRoles = []
        var around = topic
        var name = ByteRange.empty
        let level = min(depth, 48) - 1
        if level >= 0 {
            around.formUnion(KeyRoles(rawValue: levels[level].around | levels[level].own | levels[level].label))
        }
        switch key {
        case .text(let range):
            name = range
            let facts = facts(of: bytes.slice(range))
            score.add(facts, .key)
            roles = KeyRoles(rawValue: facts.roles)
            seen.formUnion(roles)
        case .none:
            roles = level >= 0 ? KeyRoles(rawValue: levels[level].own) : lastLevels
            if level == 0, scalars <= 3 { noteFrame(value, bytes) }
        case .number: break
        }
        if level >= 0 {
            senml.note(key, value, bytes, depth: depth)
            roles.formUnion(rolesAround(roles, level))
        }
        if roles.contains(.bareKey) { roles.formUnion(rolesOfBareKey(bytes.slice(name))) }
        noteHealth(roles, value, level, bytes)
        switch value {
        case .string(let range):
            let isState = !roles.isDisjoint(with: [.order, .generic, .alarm, .trouble, .alarmDetail, .maintenance])
            if isState || decimalNumber(bytes.slice(range)) != nil || facts(of: bytes.slice(range)).hintCount > 0 {
                hasSwitch = true
            }
            let isLabel = roles.contains(.label) || senml.isName(key, bytes)
            if isLabel || roles.contains(.order), level == 0 || level == 1 { noteSort(bytes.slice(range)) }
            if isLabel, level >= 0, range.count <= 96 {
                let facts = facts(of: bytes.slice(range))
                score.add(facts, .key)
                levels[level].label |= facts.roles | rolesOfPath(bytes.slice(range)).rawValue
                seen.formUnion(KeyRoles(rawValue: facts.roles))
            }
            take(string: range, name: name, roles, around, bytes, isLabel: isLabel)
        case .digits(let range):
            if let number = decimalNumber(bytes.slice(range)) {
                take(number: number, digits: range, roles, around, bytes)
                noteInArray(number, Places.decimals(bytes.slice(range)), level)
            }
        case .real(let number):
            take(number: number, digits: .empty, roles, around, bytes)
            noteInArray(number, number.rounded() == number ? 0 : 6, level)
        case .bool(let isSet):
            hasSwitch = true
            noteState(roles, around)
            if isSet { noteTrouble(roles, around) }
        case .null, .bytes: break
        }
    }

    /// What is called `value` is of the sort that a label beside it, the key around it or the topic says.
    private func rolesAround(_ roles: KeyRoles, _ level: Int) -> KeyRoles {
        let isGeneric = roles.contains(.generic)
        var more: KeyRoles = []
        if isGeneric || roles.isEmpty || roles == .label {
            more = KeyRoles(rawValue: levels[level].label)
            if isGeneric { more.formUnion(KeyRoles(rawValue: levels[level].own).intersection(.ofValues)) }
            if levels[level].label == 0, isGeneric || depth == 1 { more.formUnion(lastLevels.intersection(.ofValues)) }
            // Only `value` itself is a secret for its topic: the `state` of a pin is that of a contact.
            if !roles.contains(.identifier) { more.subtract([.password, .wifiKey, .name]) }
        }
        return more
    }

    /// `key` beside the name of a network is that of the network, under a topic of keys one of those, `pass` beside a user his.
    private func rolesOfBareKey(_ key: RawSpan) -> KeyRoles {
        if seen.contains(.wifiName) { return .wifiKey }
        if seen.contains(.login), key.equalsFolded("pass") { return .password }
        return lastLevels.intersection([.bearerToken, .password])
    }

    /// Counts a value as one that tells how a device is, as one that tells something else, or as neither.
    private mutating func noteHealth(_ roles: KeyRoles, _ value: Scalar, _ level: Int, _ bytes: RawSpan) {
        // Those of a text that is no object are parts of talk.
        guard level >= 0 else { return }
        let around = KeyRoles(rawValue: levels[level].around | levels[level].own)
        if !roles.union(around).isDisjoint(with: [.health]) || roles.contains(.quiet) {
            healthy += 1
        } else if case .null = value {
            return
        } else if case .string(let range) = value, range.count <= 16,
            KeyRoles(rawValue: facts(of: bytes.slice(range)).roles).contains(.quiet)
        {
            healthy += 1
        } else if roles.contains(.generic), lastLevel.contains(.health) {
            healthy += 1
        } else if roles.contains(.aside) {
            aside += 1
        } else if roles.isDisjoint(with: [.identifier, .label]) || roles.contains(.generic) {
            telling += 1
        }
    }

    /// What the name of a record says that is a path of LwM2M, or the number of a resource behind one.
    private mutating func rolesOfPath(_ name: RawSpan) -> KeyRoles {
        guard name.byteCount > 0, name.byte(at: 0) == UInt8(ascii: "/") || (0x30...0x39).contains(name.byte(at: 0))
        else {
            return []
        }
        let path = ObjectPath(name)
        guard path.object != nil else { return [] }
        if name.byte(at: 0) == UInt8(ascii: "/") {
            object = path.object
            if let object, let classes = lexicon.objects[object] {
                score.add(strong: RecordClasses(rawValue: UInt16(classes)))
            }
            return path.roles
        }
        return ObjectPath(object: object, resource: path.object).roles
    }

    /// Notes a number among others in an array: with the one before it may be a pair of coordinates (RFC 7946, 3.1.1).
    private mutating func noteInArray(_ number: Double, _ decimals: Int, _ level: Int) {
        guard level >= 0, levels[level].isArray, levels[level].pairs else { return }
        let (before, places) = (levels[level].number, levels[level].decimals)
        levels[level].number = number
        levels[level].decimals = decimals
        guard !before.isNaN, max(places, decimals) >= 3 else { return }
        if Places.isLongitude(before) && Places.isLatitude(number)
            || Places.isLatitude(before) && Places.isLongitude(number)
        {
            findings.personal.insert(.coordinates)
        }
    }
}

extension KeyRoles {
    /// Roles whose values are told by single digits.
    static let ofDigits: KeyRoles = [
        .password, .wifiKey, .bearerToken, .code, .phone, .card, .iban, .latitude, .longitude, .coordinates,
    ]
    /// Roles that the topic gives to a value that is called nothing but `value`.
    static let ofValues: KeyRoles = [
        .vitalSigns, .plc, .latitude, .longitude, .mail, .phone, .alarm, .maintenance, .coordinates, .updateURL, .name,
        .password, .wifiKey,
    ]
}

extension RawSpan {
    /// The last levels of a topic or path.
    @_lifetime(copy self)
    func lastLevels(_ count: Int) -> RawSpan {
        var (start, slashes) = (byteCount, 0)
        while start > 0 {
            if byte(at: start - 1) == UInt8(ascii: "/") {
                slashes += 1
                if slashes == count { break }
            }
            start -= 1
        }
        return extracting(start..<byteCount)
    }
}

/// What texts say, by their hash: a table in which the newest takes the place of whatever has the same place.
struct FactsCache: ~Copyable {
    private struct Entry: BitwiseCopyable {
        var hash: UInt64 = 0
        var length: UInt32 = 0
        var facts = TextFacts()
    }

    private var entries: [Entry]

    /// A table of that many entries, a power of two.
    init(size: Int) { entries = Array(repeating: Entry(), count: size) }

    /// What a text says.
    mutating func facts(of text: RawSpan, _ lexicon: borrowing Lexicon, _ reader: inout TextReader) -> TextFacts {
        if text.isEmpty { return TextFacts() }
        let hash = text.wordHash(lexicon.hash.factor)
        let place = Int(truncatingIfNeeded: hash >> 20) & (entries.count &- 1)
        if entries[place].hash == hash, entries[place].length == UInt32(truncatingIfNeeded: text.byteCount) {
            return entries[place].facts
        }
        let facts = reader.read(text, lexicon)
        entries[place] = Entry(hash: hash, length: UInt32(truncatingIfNeeded: text.byteCount), facts: facts)
        return facts
    }
}

extension RawSpan {
    /// A hash of the bytes, eight at a time; `factor` is odd and not known to whoever sends them.
    func wordHash(_ factor: UInt64) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: byteCount) &* factor
        var offset = 0
        while byteCount &- offset >= 8 {
            hash = (hash ^ uint64(at: offset)) &* factor
            hash ^= hash >> 29
            offset &+= 8
        }
        var rest: UInt64 = 0
        while offset < byteCount {
            rest = rest << 8 | UInt64(byte(at: offset))
            offset &+= 1
        }
        hash = (hash ^ rest) &* factor
        return hash ^ hash >> 32
    }
}
