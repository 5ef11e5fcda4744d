import Events
import Network
import Tables

/// Where the topic of a PUBLISH is to be found.
enum MQTTTopicSource {
    /// There is none, or its alias is not known.
    case none
    case message
    /// In the alias table of the sender.
    case alias(UInt16)
}

/// How an enhanced authentication stands (MQTT 5.0, 4.12).
enum MQTTAuthState: UInt8 {
    /// The client asks to be authenticated again.
    case again
    case going
    case success
    case failure

    /// The keyword that fields show.
    var name: StaticString {
        switch self {
        case .again: "reauthenticate"
        case .going: "continue"
        case .success: "success"
        case .failure: "failure"
        }
    }
}

/// A message and what the conversation adds to it.
struct MQTTEvent {
    var message = MQTTMessage()
    var version = MQTTVersion.unknown
    var violations = MQTTViolations()
    var illFormed: MQTTTextSet = []
    var oddText = MQTTOddText()
    /// What was wrong with the way it was carried.
    var carrierViolations = CarrierViolations()
    var direction = Direction.toServer
    /// The slot of its session.
    var session = MQTTAnalyzer.orphan
    /// Milliseconds.
    var age: Int64?
    /// Milliseconds.
    var idle: Int64?
    /// CONNECT: which one it is on its connection.
    var connectCount = 0
    /// CONNECT: whether the identifier is in use at another address.
    var isTakeover = false
    var topic = MQTTTopicSource.none
    /// How many packets of its address the broker was sent of late, where that is said; else 0.
    var rate: UInt32 = 0
    /// PUBLISH to a client, whose topic no known filter takes in: how many such topics there were; else 0.
    var uncovered = 0
    var retained: MQTTRetained?
    /// Whether the analyzer knows who set the retained message that was there before.
    var hasRetainedOwner = false
    /// CONNECT: whether the analyzer knows how the client's last connection ended.
    var hasPrevious = false
    /// What it means for the hand-shake of its packet identifier; `nil` where that cannot be told.
    var handshake: MQTTHandshake?
    /// Whether it came later than the keep alive allows.
    var isOverdue = false
    /// AUTH, CONNACK: how the exchange of authentication stands.
    var auth: MQTTAuthState?
    /// SUBACK: whether the SUBSCRIBE is known.
    var hasAnswered = false
    /// What is told of the connection; `nil` for a packet.
    var connection: ConnectionReport?
}
