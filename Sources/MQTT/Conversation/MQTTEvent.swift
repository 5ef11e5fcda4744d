import Events
import Network

/// Where the topic of a PUBLISH is to be found.
enum MQTTTopicSource {
    /// There is none, or its alias is not known.
    case none
    case message
    /// In the alias table of the sender.
    case alias(UInt16)
}

/// A message and what the conversation adds to it.
struct MQTTEvent {
    var message = MQTTMessage()
    var version = MQTTVersion.unknown
    var violations = MQTTViolations()
    var illFormed: MQTTTextSet = []
    /// What was wrong with the way it was carried.
    var carrierViolations = CarrierViolations()
    var direction = Direction.toServer
    /// The slot of its session.
    var session = MQTTSessionTable.stray
    /// Milliseconds.
    var age: Int64?
    /// Milliseconds.
    var idle: Int64?
    /// CONNECT: which one it is on its connection.
    var connectCount = 0
    /// CONNECT: whether the identifier is in use at another address.
    var isTakeover = false
    var topic = MQTTTopicSource.none
    var retained: MQTTRetained?
    /// SUBACK: whether the SUBSCRIBE is known.
    var hasAnswered = false
}
