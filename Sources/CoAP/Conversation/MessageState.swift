import Events
import Tables

/// What the conversation says of a message.
struct MessageState: Sendable {
    /// How the message stands to an observation, RFC 7641.
    enum Observation: UInt8, Sendable {
        case none, register, deregister, notification
    }

    /// Which way it goes.
    var direction: Direction
    /// Whether a message of the same type, message id and ends was seen within the lifetime of the id.
    var isRetransmitted = false
    /// How many such messages were seen before.
    var copies: UInt8 = 0
    /// Whether it answers a request that is known, by token or by message id.
    var answersRequest = false
    /// Whether the request said that it wants no response of this class.
    var isUnwanted = false
    /// Whether it goes to a group, or answers a request that did.
    var isMulticast = false
    /// How it stands to an observation.
    var observation = Observation.none
    /// How a notification stands to those before.
    var freshness: CoAP.Observation.Freshness?
    /// How many notifications came, this one included.
    var notifications: UInt32 = 0
    /// What ended an observation.
    var observationEnd: CoAP.Observation.End?
    /// Where the exchange of a matched response lies.
    var exchangeSlot: Int?
    /// Where the bytes between the two addresses are counted.
    var pairSlot: Int?
    /// Where the bytes between the client's network and the server are counted, of what the client does not pace.
    var networkSlot: Int?
    /// How the payload stands to the body that it is a block of.
    var block: BlockState?
    /// Whether it has the message id of an answer that was seen, to a request that was sent once, and says something else.
    var differs = false
    /// Whether it is an Empty ACK or RST with an id that no known message has.
    var isUnasked = false
    /// Whether it concerns a registration of another address with a resource directory.
    var isForeignRegistration = false
    /// How many uploads in blocks its client's address has begun at its server and not ended.
    var openUploads: UInt32 = 0
    /// How many requests came of late from its client, and to its server, where that is said; else 0.
    var clientRate: UInt32 = 0
    var serverRate: UInt32 = 0
    /// The least number that is shown of them.
    static let leastRate: UInt32 = 64
    /// What is wrong with the message beside others.
    var violations = CoAPViolations()

    init(direction: Direction) { self.direction = direction }
}
