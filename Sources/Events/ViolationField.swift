/// The fields that say what is wrong with a message.
///
/// Each protocol answers them for its own messages.
public enum ViolationField: UInt16, CaseIterable, Sendable {
    case id, fatal

    /// The number of the first of these fields.
    public static let base: UInt16 = 48

    /// The number of the field in the registry.
    public var fieldID: FieldID { FieldID(rawValue: Self.base + rawValue) }

    /// The case of a registry number; `nil` for a field that is not one of these.
    public init?(_ field: FieldID) {
        guard field.rawValue >= Self.base else { return nil }
        self.init(rawValue: field.rawValue - Self.base)
    }

    /// These fields as a block of the registry.
    public static let block = FieldBlock(
        base: base, category: nil,
        fields: allCases.map {
            switch $0 {
            case .id:
                FieldInfo("violation.id", .keyword, list: true, "each broken rule by the specification's own name")
            case .fatal: FieldInfo("violation.fatal", .bool, "the message could not be read to its end")
            }
        })
}
