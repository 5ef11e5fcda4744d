import Bytes
import Network

/// The fields of events of the category `sensor`.
public enum SensorField: UInt16, CaseIterable, Sendable {
    case sign, state, interface, share, count, seconds

    /// The number of the first of these fields.
    public static let base: UInt16 = 40

    /// The number of the field in the registry.
    public var fieldID: FieldID { FieldID(rawValue: Self.base + rawValue) }

    /// These fields as a block of the registry.
    public static let block = FieldBlock(
        base: base, category: .sensor,
        fields: allCases.map {
            switch $0 {
            case .sign:
                FieldInfo(
                    "sensor.sign", .keyword,
                    "what is the matter: " + SensorSign.Kind.allCases.map { "\($0.name)" }.joined(separator: ", "))
            case .state: FieldInfo("sensor.state", .keyword, "began or ended")
            case .interface: FieldInfo("sensor.interface", .text, "the interface that it is about")
            case .share: FieldInfo("sensor.share", .float, "how much of the traffic it concerns, in percent")
            case .count: FieldInfo("sensor.count", .int, "how many frames, packets, connections or alerts it concerns")
            case .seconds:
                FieldInfo("sensor.seconds", .int, "how long it has been so; how far the clock was set, back below 0")
            }
        })
}

/// A sign of life of the sensor: something that keeps it from seeing or telling what it should, or that this is over.
///
/// An event like those of messages, so that rules can be held against it; it came in no frame.
public struct SensorSign: EventSource, Hashable, Sendable {
    /// What is the matter.
    public enum Kind: UInt8, CaseIterable, Sendable {
        /// An interface is down, gone or without a link.
        case interfaceDown
        /// No frame came for a while on an interface that had some.
        case noFrames
        /// There is traffic, but never was a message of a protocol that is read.
        case noMessages
        /// Of connections one end is seen, not the other.
        case oneDirection
        /// Frames are cut short.
        case cutShort
        /// Checksums are wrong.
        case wrongChecksums
        /// Of connections one direction has VLAN tags, the other has none.
        case tagsOnOneSide
        /// The kernel drops frames.
        case drops
        /// The store takes no alerts, or lost some.
        case storeTrouble
        /// The clock of the machine was set.
        case clockStepped
        /// More of a server's connections are encrypted than used to be.
        case moreEncrypted

        /// The keyword that fields and statistics show.
        public var name: StaticString {
            switch self {
            case .interfaceDown: "interface_down"
            case .noFrames: "no_frames"
            case .noMessages: "no_messages"
            case .oneDirection: "one_direction"
            case .cutShort: "cut_short"
            case .wrongChecksums: "wrong_checksums"
            case .tagsOnOneSide: "tags_on_one_side"
            case .drops: "drops"
            case .storeTrouble: "store_trouble"
            case .clockStepped: "clock_stepped"
            case .moreEncrypted: "more_encrypted"
            }
        }
    }

    /// What is the matter.
    public var kind: Kind
    /// Whether it is over.
    public var isOver: Bool
    /// The interface that it is about; `nil` where it is about none, or all.
    public var interface: String?
    /// The server that it is about; `nil` where it is about none.
    public var server: IPAddress?
    /// How much of the traffic it concerns, in percent.
    public var share: Double?
    /// How many frames, packets, connections or alerts it concerns.
    public var count: UInt64?
    /// How long it has been so, in seconds; of a clock how far it was set.
    public var seconds: Int64?

    /// Makes a sign.
    public init(
        _ kind: Kind, isOver: Bool = false, interface: String? = nil, server: IPAddress? = nil, share: Double? = nil,
        count: UInt64? = nil, seconds: Int64? = nil
    ) {
        self.kind = kind
        self.isOver = isOver
        self.interface = interface
        self.server = server
        self.share = share
        self.count = count
        self.seconds = seconds
    }

    /// `sensor`.
    public var category: EventCategory { .sensor }

    /// The number of the kind.
    public var messageType: UInt8 { kind.rawValue }

    /// None.
    public var rareFields: RareFields { [] }

    /// What surrounds the event: when it was told, and the server that it is about.
    public func context(at time: Timestamp) -> EventContext {
        EventContext(
            timestamp: time, frameNumber: 0, source: Endpoint(.unspecified, 0),
            destination: Endpoint(server ?? .unspecified, 0), transport: .tcp, direction: .toServer)
    }

    /// Appends the values of a field.
    public func read(_ field: FieldID, message: RawSpan, into values: inout FieldValues) {
        guard field.rawValue >= SensorField.base, let field = SensorField(rawValue: field.rawValue - SensorField.base)
        else { return }
        switch field {
        case .sign: values.append(text: kind.name)
        case .state: values.append(text: isOver ? "ended" : "began")
        case .interface: if let interface { values.append(copying: interface.utf8.span.bytes) }
        case .share: if let share { values.append(share) }
        case .count: if let count { values.append(count) }
        case .seconds: if let seconds { values.append(seconds) }
        }
    }
}
