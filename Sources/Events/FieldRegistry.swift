/// The fields that one module contributes: consecutive numbers from `base`.
public struct FieldBlock: Sendable {
    /// The number of the first field.
    public let base: UInt16
    /// The category whose events have these fields; `nil` for all.
    public let category: EventCategory?
    /// The rows, in the order in which they are printed.
    public let fields: [FieldInfo]

    /// Makes a block.
    public init(base: UInt16, category: EventCategory?, fields: [FieldInfo]) {
        self.base = base
        self.category = category
        self.fields = fields
    }
}

/// Every field that an event can have: the one list that rules, JSON, listings and documentation use.
public struct FieldRegistry: Sendable {
    /// A field with its number and category.
    public struct Entry: Sendable {
        /// The number of the field.
        public let id: FieldID
        /// The protocol whose messages have the field; `nil` for all.
        public let category: EventCategory?
        /// Name, type and documentation.
        public let info: FieldInfo
    }

    /// All fields, in the order in which they are printed.
    public let entries: [Entry]
    /// The categories that have fields of their own, by number.
    public let categories: [EventCategory]
    private let byName: [String: Int]
    private let byID: [FieldID: Int]

    /// Joins blocks, in the order in which their fields are printed.
    ///
    /// Numbers and names must be unique.
    public init(blocks: [FieldBlock]) {
        var entries: [Entry] = []
        for block in blocks {
            for (index, info) in block.fields.enumerated() {
                let id = FieldID(rawValue: block.base + UInt16(index))
                entries.append(Entry(id: id, category: block.category, info: info))
            }
        }
        self.entries = entries
        categories = Set(entries.compactMap(\.category)).sorted { $0.rawValue < $1.rawValue }
        byName = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.info.name, $0) })
        byID = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.id, $0) })
    }

    /// The field of that exact name; `nil` where there is none.
    public func field(named name: String) -> Entry? { byName[name].map { entries[$0] } }

    /// The field of that number; `nil` where there is none.
    public func field(_ id: FieldID) -> Entry? { byID[id].map { entries[$0] } }

    /// The fields that events of `category` can have, in printing order.
    public func fields(of category: EventCategory) -> [Entry] {
        entries.filter { $0.category == nil || $0.category == category }
    }
}
