import Bytes
import Network

/// The fields of events of the category `policy`.
public enum PolicyField: UInt16, CaseIterable, Sendable {
    case kind, section, server, expected, observed, name, party, client, state, resembles, differences, count, digest

    /// The number of the first of these fields.
    public static let base: UInt16 = 440

    /// The number of the field in the registry.
    public var fieldID: FieldID { FieldID(rawValue: Self.base + rawValue) }

    /// These fields as a block of the registry.
    public static let block = FieldBlock(base: base, category: .policy, fields: allCases.map(\.info))

    private var info: FieldInfo {
        switch self {
        case .kind:
            FieldInfo(
                "policy.kind", .keyword,
                "how it deviates: " + PolicyDeviation.Kind.allCases.map { "\($0.name)" }.joined(separator: ", "))
        case .section: FieldInfo("policy.section", .keyword, "the section of the policy that it deviates from")
        case .server: FieldInfo("policy.server", .text, "the server, with its protocol: mqtt 10.0.0.5:1883")
        case .expected: FieldInfo("policy.expected", .text, "what the policy says")
        case .observed: FieldInfo("policy.observed", .text, "what came instead")
        case .name:
            FieldInfo("policy.name", .text, "what it is about: a topic, filter or resource as a template, or a server")
        case .party: FieldInfo("policy.party", .text, "the kind of client that did it")
        case .client: FieldInfo("policy.client", .text, "the client itself: its name, or its address")
        case .state:
            FieldInfo("policy.state", .keyword, "what the policy thinks of it: unknown, allow, candidate or deny")
        case .resembles: FieldInfo("policy.resembles", .text, "the kind of known clients that a new one is named like")
        case .differences:
            FieldInfo("policy.differences", .int, "in how many ways a new client differs from those it is named like")
        case .count:
            FieldInfo("policy.count", .int, "how many publishers fell silent, or deviations a maintenance window hid")
        case .digest: FieldInfo("policy.digest", .keyword, "SHA-256 of the policy file")
        }
    }
}

/// A deviation from what the policy of the site says: an event of its own, beside the message that showed it.
public struct PolicyDeviation: EventSource, Hashable, Sendable {
    /// How it deviates.
    public enum Kind: UInt8, CaseIterable, Sendable {
        /// A broker or another server that the policy does not know.
        case newBroker
        /// A client that the policy does not know.
        case newClient
        /// A kind of client publishes to a topic that others publish to.
        case newPublisher
        /// Another client publishes to a topic that has one publisher.
        case secondPublisher
        /// A kind of client reads what it did not read.
        case newReader
        /// A client that published begins to subscribe, or one that subscribed to publish.
        case roleFlip
        /// Somebody commands who never did.
        case newCommand
        /// A topic or resource that the policy does not know.
        case newTopic
        /// A resource is asked in another way.
        case newMethod
        /// A record has another format.
        case newFormat
        /// A number is outside of what is usual.
        case valueOutOfBand
        /// A number stays the same for longer than it ever did.
        case stuckValue
        /// Numbers repeat earlier ones exactly.
        case replayedValues
        /// The time that a record states is not that of the capture.
        case timeJump
        /// Records follow each other faster or slower than is usual.
        case rateOutOfBand
        /// A record is much longer or shorter than is usual.
        case sizeOutOfBand
        /// A client speaks another version of the protocol.
        case newVersion
        /// A client comes from another network.
        case unusualPlace
        /// A client asks for another keep-alive.
        case keepAliveChanged
        /// What came again and again stays away.
        case silence
        /// A record is kept by the server that was not, or the other way round.
        case retainedChanged
        /// What the policy forbids.
        case denied
        /// A maintenance window has closed that hid deviations.
        case maintenance
        /// A machine that the site's own list does not have.
        case notListed
        /// A machine of that list of which nothing was seen for a day.
        case notSeen

        /// The keyword that rules and outputs show.
        public var name: StaticString {
            switch self {
            case .newBroker: "new_broker"
            case .newClient: "new_client"
            case .newPublisher: "new_publisher"
            case .secondPublisher: "second_publisher"
            case .newReader: "new_reader"
            case .roleFlip: "role_flip"
            case .newCommand: "new_command"
            case .newTopic: "new_topic"
            case .newMethod: "new_method"
            case .newFormat: "new_format"
            case .valueOutOfBand: "value_out_of_band"
            case .stuckValue: "stuck_value"
            case .replayedValues: "replayed_values"
            case .timeJump: "time_jump"
            case .rateOutOfBand: "rate_out_of_band"
            case .sizeOutOfBand: "size_out_of_band"
            case .newVersion: "new_version"
            case .unusualPlace: "unusual_place"
            case .keepAliveChanged: "keepalive_changed"
            case .silence: "silence"
            case .retainedChanged: "retained_changed"
            case .denied: "denied"
            case .maintenance: "maintenance"
            case .notListed: "not_listed"
            case .notSeen: "not_seen"
            }
        }
    }

    /// How it deviates.
    public var kind: Kind
    /// The section of the policy.
    public var section: String
    /// What it is about.
    public var name: String
    /// The key of the server.
    public var server = ""
    /// What the policy says.
    public var expected = ""
    /// What came instead.
    public var observed = ""
    /// The kind of client that did it.
    public var party = ""
    /// The client itself.
    public var client = ""
    /// What the policy thinks of it.
    public var state = "unknown"
    /// The kind that a new client is named like.
    public var resembles: String?
    /// In how many ways it differs from that.
    public var differences: Int?
    /// How many publishers fell silent, or how many deviations a maintenance window hid.
    public var count: Int?
    /// The digest of the policy.
    public var digest = ""

    /// A deviation.
    public init(_ kind: Kind, section: String, name: String) {
        self.kind = kind
        self.section = section
        self.name = name
    }

    /// `policy`.
    public var category: EventCategory { .policy }

    /// The number of the kind.
    public var messageType: UInt8 { kind.rawValue }

    /// None.
    public var rareFields: RareFields { [] }

    /// Appends the values of a field.
    public func read(_ field: FieldID, message: RawSpan, into values: inout FieldValues) {
        guard field.rawValue >= PolicyField.base, let field = PolicyField(rawValue: field.rawValue - PolicyField.base)
        else { return }
        switch field {
        case .kind: values.append(text: kind.name)
        case .section: append(section, to: &values)
        case .server: append(server, to: &values)
        case .expected: append(expected, to: &values)
        case .observed: append(observed, to: &values)
        case .name: append(name, to: &values)
        case .party: append(party, to: &values)
        case .client: append(client, to: &values)
        case .state: append(state, to: &values)
        case .resembles: if let resembles { append(resembles, to: &values) }
        case .differences: if let differences { values.append(differences) }
        case .count: if let count { values.append(count) }
        case .digest: append(digest, to: &values)
        }
    }

    private func append(_ text: String, to values: inout FieldValues) {
        if !text.isEmpty { values.append(copying: text.utf8.span.bytes) }
    }
}
