import Events
import Tables

/// Keeps the names of connections apart from those of other tables.
public enum WebSocketTag: Sendable {}

/// Names a connection of a table.
///
/// The name of a closed connection is not given to another one.
public typealias WebSocketID = SlotID<WebSocketTag>

/// What is known of one connection.
struct WebSocketConnection: Sendable {
    /// Whether the client is the first of the two ends, as whoever opened it numbers them.
    var isClientFirst = true
    var request = WebSocketRequest()
    /// Whether the request was seen.
    var hasRequest = false
    /// Requests whose answers are to come, those that do not upgrade among them.
    var exchanges = HTTPExchanges()
    /// Whether the connection was used for HTTP and is not upgraded yet, and the bytes that came in the meantime.
    var isPlain = false
    var plainBytes = 0
    /// Whether the answer was seen, or can no longer be.
    var isAnswered = false
    /// The subprotocol that the answer names; `nil` where no answer was seen.
    var chosen: WebSocketSubprotocols?
    var deflate = DeflateParameters()
    /// What its messages may still be inflated to.
    var budget = InflationBudget(burst: 0)
    /// Whether an extension that this sensor does not know is in use.
    var hasOtherExtension = false
    var toServer = WebSocketStream()
    var toClient = WebSocketStream()
    /// Statements that each side broke since its last message.
    var notesToServer = CarrierViolations()
    var notesToClient = CarrierViolations()
    /// Whether each side sent a message of text since its last message.
    var hasTextToServer = false
    var hasTextToClient = false
    /// Whether the subprotocol was held against the messages of each side.
    var toldToServer = false
    var toldToClient = false

    /// The stream of a direction.
    subscript(_ direction: Direction) -> WebSocketStream {
        get { direction == .toServer ? toServer : toClient }
        set { if direction == .toServer { toServer = newValue } else { toClient = newValue } }
    }

    /// Adds a broken statement of one side.
    mutating func note(_ violations: CarrierViolations, _ direction: Direction) {
        if direction == .toServer {
            notesToServer.formUnion(violations)
        } else {
            notesToClient.formUnion(violations)
        }
    }
}
