import Bytes
import Events

/// The value of a property: a number, or where its bytes lie.
public enum MQTTPropertyValue: Hashable, Sendable {
    case number(UInt32)
    /// A string or binary data.
    case bytes(ByteRange)
    /// The name and the value of a user property.
    case pair(ByteRange, ByteRange)
}

/// The properties of a packet of MQTT 5.0 (2.2.2): where they lie and which there are.
public struct MQTTProperties: Hashable, Sendable {
    /// The properties without the length before them, as far as they are held.
    public private(set) var range = ByteRange.empty
    /// A bit for each identifier that stands in them.
    private var present: UInt64 = 0
    /// The topic alias of a PUBLISH, which every such message is asked for.
    public private(set) var topicAlias: UInt16?

    /// No properties.
    init() {}

    /// Whether a property of that identifier could be read.
    public func contains(_ property: MQTTProperty) -> Bool {
        property.rawValue < 64 && present >> UInt64(property.rawValue & 63) & 1 == 1
    }

    /// Reads the length and the properties; `isWill` for those of a will.
    mutating func read(
        _ bytes: RawSpan, _ cursor: inout MessageCursor, _ notes: inout MQTTNotes, isWill: Bool = false
    ) throws(MQTTStop) {
        guard !cursor.isAtEnd else { throw .propertiesMissing }
        let length = try cursor.variableInteger(bytes)
        notes.note(.integerNotMinimal, if: !length.isMinimal)
        var walker = MQTTPropertyWalker(try cursor.part(length.value, else: .propertiesTooLong))
        range = walker.held
        while let (property, value) = try walker.next(bytes, &notes) {
            check(property, value, bytes, &notes, isWill: isWill)
            present |= 1 << UInt64(property.rawValue & 63)
            if property == .topicAlias, case .number(let alias) = value {
                topicAlias = UInt16(truncatingIfNeeded: alias)
            }
        }
    }

    private func check(
        _ property: MQTTProperty, _ value: MQTTPropertyValue, _ bytes: RawSpan, _ notes: inout MQTTNotes, isWill: Bool
    ) {
        let place = isWill ? 0 : notes.type.rawValue
        notes.note(.propertyNotAllowed, if: !property.isAllowed(in: place))
        let isRepeated = contains(property) && !property.isRepeatable(in: place)
        notes.note(isWill ? .willPropertyRepeated : .propertyRepeated, if: isRepeated)
        switch value {
        case .number(let number):
            notes.note(isWill ? .willPropertyValue : .propertyValue, if: !property.allows(number))
            notes.note(.topicAliasZero, if: property == .topicAlias && number == 0)
        case .bytes(let text) where property.kind == .text:
            let statement: MQTTViolation? =
                isWill
                ? nil
                : property == .responseTopic
                    ? .illFormedResponseTopic
                    : property == .contentType ? .illFormedContentType : nil
            let findings = notes.check(text, bytes, .property, statement)
            guard property == .responseTopic else { return }
            // It is the topic name of a message to come (3.1.3.2.6, 3.3.2.3.5).
            notes.note(.nullInTopic, if: findings.contains(.null))
            notes.note(.emptyTopic, if: text.isEmpty)
            guard bytes.slice(text).holdsWildcard else { return }
            notes.note(.wildcardInTopicName)
            notes.note(.wildcardInResponseTopic, if: !isWill)
        case .bytes: break
        case .pair(let name, let text):
            notes.check(name, bytes, .property, .illFormedPair)
            notes.check(text, bytes, .property, .illFormedPair)
        }
    }

    /// Calls `body` with each value of `property`, in wire order.
    ///
    /// Nothing where there is none.
    public func forEach(_ property: MQTTProperty, _ bytes: RawSpan, _ body: (MQTTPropertyValue) -> Void) {
        guard contains(property) else { return }
        var walker = MQTTPropertyWalker(MessageCursor(position: range.offset, end: range.end, held: bytes.byteCount))
        while let (found, value) = try? walker.next(bytes) {
            if found == property { body(value) }
        }
    }

    /// How many properties there are, as far as they are held; or only those of one identifier.
    public func count(of property: MQTTProperty? = nil, _ bytes: RawSpan) -> Int {
        guard !range.isEmpty, property.map(contains) ?? true else { return 0 }
        var walker = MQTTPropertyWalker(MessageCursor(position: range.offset, end: range.end, held: bytes.byteCount))
        var count = 0
        while let (found, _) = try? walker.next(bytes) {
            if property == nil || found == property { count &+= 1 }
        }
        return count
    }

    /// The first value of a property that is a number.
    public func number(_ property: MQTTProperty, _ bytes: RawSpan) -> UInt32? {
        var result: UInt32?
        forEach(property, bytes) { if case .number(let number) = $0, result == nil { result = number } }
        return result
    }

    /// The bytes of the first value of a property that is text or binary data.
    public func bytes(_ property: MQTTProperty, _ bytes: RawSpan) -> ByteRange? {
        var result: ByteRange?
        forEach(property, bytes) { if case .bytes(let range) = $0, result == nil { result = range } }
        return result
    }
}

/// Goes through properties one by one.
struct MQTTPropertyWalker {
    private var cursor: MessageCursor

    /// A walk over all that `cursor` encloses.
    init(_ cursor: MessageCursor) { self.cursor = cursor }

    /// The properties that are still to come, as far as they are held.
    var held: ByteRange { ByteRange(offset: cursor.position, count: cursor.held &- cursor.position) }

    /// The next property; `nil` at the end, and where an identifier is unknown, since its value's length is as well.
    mutating func next(
        _ bytes: RawSpan, _ notes: inout MQTTNotes
    ) throws(MQTTStop) -> (MQTTProperty, MQTTPropertyValue)? {
        guard !cursor.isAtEnd else { return nil }
        // The identifier is a variable byte integer (2.2.2.2); all that are defined take one byte.
        let identifier = try cursor.variableInteger(bytes)
        notes.note(.integerNotMinimal, if: !identifier.isMinimal)
        let property = MQTTProperty(rawValue: UInt8(clamping: identifier.value))
        guard let kind = property.kind else {
            notes.note(.propertyUnknown)
            return nil
        }
        switch kind {
        case .byte: return (property, .number(UInt32(try cursor.byte(bytes))))
        case .uint16: return (property, .number(UInt32(try cursor.uint16(bytes))))
        case .uint32: return (property, .number(try cursor.uint32(bytes)))
        case .variable:
            let number = try cursor.variableInteger(bytes)
            notes.note(.integerNotMinimal, if: !number.isMinimal)
            return (property, .number(UInt32(truncatingIfNeeded: number.value)))
        case .text, .binary: return (property, .bytes(try cursor.string(bytes)))
        case .pair: return (property, .pair(try cursor.string(bytes), try cursor.string(bytes)))
        }
    }

    /// The same for properties whose faults were noted before.
    mutating func next(_ bytes: RawSpan) throws(MQTTStop) -> (MQTTProperty, MQTTPropertyValue)? {
        var notes = MQTTNotes(version: .v5, direction: .toServer)
        return try next(bytes, &notes)
    }
}
