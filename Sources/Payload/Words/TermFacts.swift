/// What a key or a topic says beside the class: what kind of value stands under it.
struct KeyRoles: OptionSet, Hashable, Sendable {
    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    static let password = Self(rawValue: 1)
    static let bearerToken = Self(rawValue: 1 << 1)
    static let wifiName = Self(rawValue: 1 << 2)
    static let wifiKey = Self(rawValue: 1 << 3)
    static let mail = Self(rawValue: 1 << 4)
    static let phone = Self(rawValue: 1 << 5)
    /// The name of a natural person.
    static let name = Self(rawValue: 1 << 6)
    /// A person: what is just called `name` beside or below it is theirs.
    static let person = Self(rawValue: 1 << 7)
    static let latitude = Self(rawValue: 1 << 8)
    static let longitude = Self(rawValue: 1 << 9)
    static let card = Self(rawValue: 1 << 10)
    static let iban = Self(rawValue: 1 << 11)
    static let vitalSigns = Self(rawValue: 1 << 12)
    static let plc = Self(rawValue: 1 << 13)
    static let alarm = Self(rawValue: 1 << 14)
    static let maintenance = Self(rawValue: 1 << 15)
    static let updateCommand = Self(rawValue: 1 << 16)
    static let updateURL = Self(rawValue: 1 << 17)
    /// Of firmware, whatever.
    static let firmware = Self(rawValue: 1 << 18)
    /// What belongs to an alarm: severity, priority, acknowledged.
    static let alarmDetail = Self(rawValue: 1 << 19)
    /// Numbers that only look like those of cards and telephones.
    static let identifier = Self(rawValue: 1 << 20)
    /// `name`, `id` and the like: the value says what another value is.
    static let label = Self(rawValue: 1 << 21)
    /// Latitude and longitude in one value.
    static let coordinates = Self(rawValue: 1 << 22)
    /// Pins, axes and pixels: a pair of numbers that is no place on Earth.
    static let local = Self(rawValue: 1 << 23)
    /// Settings, limits, discovery: no reading.
    static let configuration = Self(rawValue: 1 << 24)
    /// The record of a patient.
    static let patient = Self(rawValue: 1 << 25)
    /// Of a wireless network.
    static let wifi = Self(rawValue: 1 << 26)
    /// `command`, `action` and the like: the value says what is to be done.
    static let order = Self(rawValue: 1 << 27)
    /// OPC UA.
    static let opcua = Self(rawValue: 1 << 28)
    /// Of the sender itself, such as its settings, version or log: no record.
    static let quiet = Self(rawValue: 1 << 29)
    /// How a device is: battery, radio, memory, addresses.
    ///
    /// A message that tells nothing else is no record.
    static let health = Self(rawValue: 1 << 30)
    /// That something is told of an action and not ordered: status, progress, response.
    static let report = Self(rawValue: 1 << 31)
    /// A controller's tag, register or word, not only the controller.
    static let plcAddress = Self(rawValue: 1 << 32)
    /// Errors, of whatever: of a machine they are alarms.
    static let trouble = Self(rawValue: 1 << 33)
    /// `value` and the like: what it is stands elsewhere.
    static let generic = Self(rawValue: 1 << 34)
    /// `code`: a secret beside words of locks and alarms.
    static let code = Self(rawValue: 1 << 35)
    /// Of locks and alarms that are armed and opened with a code.
    static let entry = Self(rawValue: 1 << 36)
    /// `key`: a secret beside the name of a network or under a topic of keys.
    static let bareKey = Self(rawValue: 1 << 37)
    /// That a device is to fetch or do something new: `update`, `install`, `flash`; of firmware only beside words of it.
    static let renewal = Self(rawValue: 1 << 38)
    /// Of the product and its upkeep: `session`, `queue`, `language`.
    ///
    /// Under such a last level the rest of a topic says whose it is, not what is told.
    static let aside = Self(rawValue: 1 << 39)

    /// A quantity or a state, of whatever: `speed`, `remaining`.
    static let quantity = Self(rawValue: 1 << 40)

    /// Of a user who logs in: what is just called `pass` beside it is a password.
    static let login = Self(rawValue: 1 << 41)

    /// The roles by the names of their sections in the list of kinds.
    static let sections: [(name: String, role: KeyRoles)] = [
        ("password", .password), ("bearer_token", .bearerToken), ("wifi_name", .wifiName), ("wifi_key", .wifiKey),
        ("mail", .mail), ("phone", .phone), ("name", .name), ("person", .person), ("latitude", .latitude),
        ("longitude", .longitude), ("card", .card), ("iban", .iban), ("vital_signs", .vitalSigns), ("plc", .plc),
        ("alarm", .alarm), ("maintenance", .maintenance), ("update_command", .updateCommand),
        ("update_url", .updateURL), ("firmware", .firmware), ("alarm_detail", .alarmDetail),
        ("identifier", .identifier), ("label", .label), ("coordinates", .coordinates), ("local", .local),
        ("configuration", .configuration), ("patient", .patient), ("wifi", .wifi), ("order", .order), ("opcua", .opcua),
        ("report", .report), ("plc_address", .plcAddress), ("trouble", .trouble), ("generic", .generic),
        ("code", .code),
        ("entry", .entry), ("bare_key", .bareKey), ("renewal", .renewal),
    ]
}

/// What a term of the lists says.
struct TermFacts: BitwiseCopyable, Sendable {
    /// Classes that it shows by itself.
    var strong: UInt8 = 0
    /// Classes that it hints at.
    var hint: UInt8 = 0
    /// Classes that it hints at so faintly that two such terms count only in two places, topic and payload.
    var faint: UInt8 = 0
    /// Classes that it hints at where it is a value.
    var value: UInt8 = 0
    /// Classes that it shows where nothing stands against them.
    var shy: UInt8 = 0
    /// Classes that it shows where no other is shown: gateways that carry anything, gardens in which sensors stand.
    var mild: UInt8 = 0
    /// Whether its hint is the same as that of all other hubs, since one product has many names.
    var isHub = false
    /// Classes whose shy terms do not count beside it.
    var against: UInt8 = 0
    /// Classes that a message with it has not.
    var veto: UInt8 = 0
    /// What kind of value stands under it.
    var roles: UInt64 = 0

    /// Joins what several lists say of a term.
    mutating func formUnion(_ other: TermFacts) {
        strong |= other.strong
        hint |= other.hint
        faint |= other.faint
        value |= other.value
        shy |= other.shy
        mild |= other.mild
        isHub = isHub || other.isHub
        against |= other.against
        veto |= other.veto
        roles |= other.roles
    }
}

/// What a text says by all terms that are in it.
struct TextFacts: BitwiseCopyable, Sendable {
    /// A term that hints at classes.
    struct Hint: BitwiseCopyable, Sendable {
        var term: UInt32 = 0
        var classes: UInt8 = 0
        /// Those of them at which it does not only hint faintly.
        var firm: UInt8 = 0
        var valueClasses: UInt8 = 0
    }

    var strong: UInt8 = 0
    var shy: UInt8 = 0
    var mild: UInt8 = 0
    var against: UInt8 = 0
    var veto: UInt8 = 0
    /// How many of the hints there are.
    var hintCount: UInt8 = 0
    /// The roles of all terms.
    var roles: UInt64 = 0
    var hints = InlineArray<4, Hint>(repeating: Hint())

    /// All classes of which it says anything where it is no value.
    var classes: UInt8 {
        var all = strong | shy | mild
        for index in 0..<Int(hintCount) { all |= hints[index].classes }
        return all
    }

    /// Adds a term.
    mutating func add(_ term: TermFacts, hash: UInt64) {
        strong |= term.strong
        shy |= term.shy
        mild |= term.mild
        against |= term.against
        veto |= term.veto
        roles |= term.roles
        // In a value all that a term may show counts as a hint.
        let valueClasses = term.hint | term.faint | term.value | term.strong
        guard valueClasses != 0, hintCount < 4 else { return }
        let id = term.isHub ? UInt32.max : UInt32(truncatingIfNeeded: hash)
        for index in 0..<Int(hintCount) where hints[index].term == id { return }
        hints[Int(hintCount)] = Hint(
            term: id, classes: term.hint | term.faint, firm: term.hint, valueClasses: valueClasses)
        hintCount += 1
    }
}
