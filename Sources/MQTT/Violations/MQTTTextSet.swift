/// Some of the strings of a message, as `mqtt.utf8.illformed` and its like name them.
public struct MQTTTextSet: OptionSet, Hashable, Sendable {
    /// The bits, one for each string.
    public let rawValue: UInt8

    /// The strings of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A topic name or filter.
    public static let topic = Self(rawValue: 1)
    /// The client identifier.
    public static let clientID = Self(rawValue: 2)
    /// The user name.
    public static let userName = Self(rawValue: 4)
    /// The topic of the will.
    public static let willTopic = Self(rawValue: 8)
    /// The value of a property.
    public static let property = Self(rawValue: 16)

    /// Calls `body` with the keyword of each.
    func forEachName(_ body: (StaticString) -> Void) {
        if contains(.topic) { body("topic") }
        if contains(.clientID) { body("clientid") }
        if contains(.userName) { body("username") }
        if contains(.willTopic) { body("willtopic") }
        if contains(.property) { body("property") }
    }
}

/// What is odd about the strings of a message, apart from where they are ill-formed.
struct MQTTOddText {
    /// Strings that hold U+0000.
    var null: MQTTTextSet = []
    /// Strings that hold U+0001 to U+001F or U+007F to U+009F.
    var control: MQTTTextSet = []
    /// Strings that hold a Unicode non-character.
    var nonCharacter: MQTTTextSet = []
    /// What is ill-formed in those that are.
    var faults: MQTTTextFaults = []

    var isEmpty: Bool {
        null.rawValue | control.rawValue | nonCharacter.rawValue | faults.rawValue == 0
    }
}
