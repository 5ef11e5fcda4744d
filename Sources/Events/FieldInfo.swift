/// The number of a field in the registry.
///
/// Stable within a process, never stored.
public struct FieldID: RawRepresentable, Hashable, Sendable {
    /// The number, which belongs to one field of the registry.
    public let rawValue: UInt16

    /// The field of that number.
    public init(rawValue: UInt16) { self.rawValue = rawValue }
}

/// What a field's values are, and so how they compare and print.
public enum FieldType: String, Sendable {
    /// A name from a fixed list; compared without case unless a rule says `cased`.
    case keyword
    /// Bytes that are shown as UTF-8, each bad byte as U+FFFD.
    case text
    /// A whole number.
    case int
    /// A number with a fraction.
    case float
    /// True or false.
    case bool
    /// An IPv4 or IPv6 address.
    case ip
    /// Bytes, shown in lower-case hexadecimal.
    case bytes
    /// A point in time, shown as RFC 3339 in UTC.
    case time
}

/// What kind of message an event is: the `event.category`, which a rule's `logsource.category` selects.
///
/// Each protocol has one of its own, with the next number.
public struct EventCategory: Hashable, CustomStringConvertible, Sendable {
    /// Its number, from 0: tables are indexed by it.
    public let rawValue: UInt8
    /// The lower-case name.
    public let name: StaticString

    /// Makes a category.
    ///
    /// No two have the same number or name.
    public init(rawValue: UInt8, name: StaticString) {
        self.rawValue = rawValue
        self.name = name
    }

    /// MQTT.
    public static let mqtt = Self(rawValue: 0, name: "mqtt")
    /// CoAP.
    public static let coap = Self(rawValue: 1, name: "coap")
    /// What was done to packets on their way, whatever they carry.
    public static let network = Self(rawValue: 2, name: "network")
    /// How the sensor itself is doing: its interfaces, its store, its clock.
    public static let sensor = Self(rawValue: 3, name: "sensor")
    /// What deviates from the policy of the site.
    public static let policy = Self(rawValue: 4, name: "policy")

    /// The name.
    public var description: String { name.description }

    /// Whether two have the same number.
    public static func == (one: Self, other: Self) -> Bool { one.rawValue == other.rawValue }

    /// Adds the number.
    public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}

/// One row of the registry: all that anybody needs to know about a field.
public struct FieldInfo: Sendable {
    /// The name, as in rules and JSON.
    public let name: String
    /// What its values are.
    public let type: FieldType
    /// Whether an event may have several values of it.
    ///
    /// A rule matches when any of them does.
    public let isList: Bool
    /// Whether its value must be hidden wherever it is shown or stored (a password).
    public let isSecret: Bool
    /// One line that says what it means.
    public let summary: String

    /// Makes a row.
    public init(_ name: String, _ type: FieldType, list: Bool = false, secret: Bool = false, _ summary: String) {
        self.name = name
        self.type = type
        isList = list
        isSecret = secret
        self.summary = summary
    }
}
