/// A normative statement of a specification, and how much of it whoever listens can see.
///
/// `all` is the whole of the appendices B of MQTT 3.1.1 and MQTT 5.0 and the sections of MQTT V3.1, which numbers nothing.
/// Which checks belong to a statement is not written down a second time: they are those that bear its name.
public struct MQTTStatement: Sendable {
    /// Whether bytes can show that the statement is broken.
    public enum Sight: Hashable, Sendable {
        /// A single packet shows it.
        case packet
        /// Several packets of a connection show it together.
        case conversation
        /// Nothing that passes on the wire shows it.
        case unseen(MQTTUnseen)
    }

    /// The specification that it stands in: 3.1, 3.1.1 or 5.0.
    public let version: MQTTVersion
    /// Its name, as `violation.id` shows it, such as `MQTT-3.8.3-2`; of MQTT V3.1 the section, such as `MQTT31-2.1`.
    public let id: StaticString
    /// Where a breach of the statement shows, if anywhere.
    public let sight: Sight

    init(_ version: MQTTVersion, _ id: StaticString, _ sight: Sight) {
        self.version = version
        self.id = id
        self.sight = sight
    }

    /// The checks that bear its name in sessions of its version, with the packet types in which they do so.
    public var checks: [MQTTViolation] {
        let own = id.description
        return MQTTViolation.allCases.filter { violation in
            (0..<16 as Range<UInt8>).contains { violation.ownName(version, MQTTPacketType(rawValue: $0)) == own }
        }
    }

    /// Whether some check looks for it.
    public var isChecked: Bool { !checks.isEmpty }

    /// The statements of all three versions, in the order of the specifications.
    public static var all: [MQTTStatement] { sections31 + statements311 + statements5 }
}

extension MQTTViolation {
    /// The name that the version itself gives it; `nil` where the version has no such rule.
    func ownName(_ version: MQTTVersion, _ type: MQTTPacketType) -> String? {
        let (three, five) = names(type)
        switch version {
        case .v31: return section31(type)?.description
        case .v5: return five?.description
        case .v311, .three, .unknown: return three?.description
        }
    }
}

/// Why nothing on the wire can show that a statement is broken.
public enum MQTTUnseen: UInt8, CaseIterable, Sendable {
    /// It says what an end does with a packet once it has it: take it, refuse it, look into it.
    case handling
    /// It says what an end keeps, for how long, or what it forgets.
    case storage
    /// It says that an end closes the connection. That a connection lives on says nothing: the order to close it may be on
    /// its way.
    case closing
    /// It says whom a message reaches, when, and what is changed in it. What the broker took in, from whom and which
    /// subscriptions it held was not all seen.
    case delivery
    /// It allows or asks for support, so that nobody breaks it by a packet.
    case permission
    /// It asks for a packet and sets no time for it. That none has come says nothing: it may be on its way.
    case due
    /// Bytes that broke it would read as something else: lawful, or a breach of another statement.
    case ambiguous
    /// The format has no way to write what it forbids.
    case impossible
    /// It holds for a product, not for a connection.
    case conformance
    /// It is about the frames around the packets; whoever unpacks them checks it.
    case webSocket

    /// The reason in words.
    public var reason: StaticString {
        switch self {
        case .handling: "says how the receiver treats a packet"
        case .storage: "says what an end keeps or forgets"
        case .closing: "asks for the end of the connection, whose lateness proves nothing"
        case .delivery: "says what reaches whom; not all that a broker knew was seen"
        case .permission: "allows, or asks for support"
        case .due: "asks for a packet and sets no time, so that its absence proves nothing"
        case .ambiguous: "what would break it reads as something lawful, or as a breach of another statement"
        case .impossible: "the format cannot write what it forbids"
        case .conformance: "holds for a product, not for a connection"
        case .webSocket: "concerns the WebSocket frames, which are checked where they are unpacked"
        }
    }
}
