/// Fields that most messages lack, a bit for each or for a few together.
///
/// An event says at once which of them the message may have; what is not among them has no value. So whoever needs such
/// a field passes over most messages without asking for it.
public struct RareFields: OptionSet, Hashable, Sendable {
    /// The bits, one for each field.
    public let rawValue: UInt32

    /// The fields of these bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The fields of `ViolationField`, whatever the protocol.
    ///
    /// The other bits are for each protocol to give out.
    public static let violations = RareFields(rawValue: 1)
    /// Says nothing: the message may have any field.
    public static let all = RareFields(rawValue: .max)
}

/// A field that most messages of a category lack, and its bit.
public struct RareField: Hashable, Sendable {
    /// The protocol whose messages have the field.
    public var category: EventCategory
    /// The number of the field in the registry.
    public var field: FieldID
    /// The bit that stands for the field.
    public var bit: RareFields

    /// Makes a pair of field and bit.
    public init(_ category: EventCategory, _ field: FieldID, _ bit: RareFields) {
        self.category = category
        self.field = field
        self.bit = bit
    }
}

extension RareField {
    /// The fields of `ViolationField` in a category.
    public static func violations(of category: EventCategory) -> [RareField] {
        ViolationField.allCases.map { RareField(category, $0.fieldID, .violations) }
    }
}
