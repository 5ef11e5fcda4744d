import Events
import Testing

/// A listener to a conversation that is known from its first byte.
func conversation(
    _ version: UInt8 = 4, clientID: String = "dev", isClean: Bool = true, isPresent: Bool = false,
    connect list: [Property] = [], connack answer: [Property] = [], keepAlive: UInt16 = 60
) -> Listener {
    let listener = Listener()
    listener.begin(
        version, clientID: clientID, isClean: isClean, isPresent: isPresent, connect: list, connack: answer,
        keepAlive: keepAlive)
    return listener
}

extension Listener {
    /// A CONNECT and its CONNACK; gives what is shown of both.
    @discardableResult
    func begin(
        _ version: UInt8 = 4, clientID: String = "dev", isClean: Bool = true, isPresent: Bool = false,
        connect list: [Property] = [], connack answer: [Property] = [], keepAlive: UInt16 = 60
    ) -> (connect: Shown, connack: Shown) {
        let bytes = Connect(
            version: version, clientID: clientID, isClean: isClean, keepAlive: keepAlive, properties: list
        ).bytes
        return (send(bytes), send(MQTTTests.connack(version, present: isPresent, answer), .toClient))
    }
}

/// A message of a conversation, as the tests write it, and what is to be shown of its hand-shake.
struct Step {
    let bytes: [UInt8]
    let direction: Direction
    let handshake: String?
    let violations: [String]

    init(_ bytes: [UInt8], _ direction: Direction, _ handshake: String?, _ violations: [String] = []) {
        self.bytes = bytes
        self.direction = direction
        self.handshake = handshake
        self.violations = violations
    }

    /// The same with both sides exchanged, where the specification has the same rule for both.
    var mirrored: Step { Step(bytes, direction.reversed, handshake, violations) }
}
