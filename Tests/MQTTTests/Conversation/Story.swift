import Events
import Testing

/// A conversation whose last packet breaks statements, and a last packet that would not.
struct Story: CustomTestStringConvertible {
    let name: String
    var version: UInt8 = 5
    var connect: [Property] = []
    var connack: [Property] = []
    var steps: [(bytes: [UInt8], direction: Direction)] = []
    let broken: [UInt8]
    let lawful: [UInt8]
    let direction: Direction
    let violations: [String]
    /// Whether CONNECT and CONNACK alone show it, so that bytes lost later do not matter.
    var isOfTerms = false

    var testDescription: String { "\(name) in version \(version)" }

    /// Tells it to a listener; gives what the last packet breaks.
    func tell(_ listener: Listener, isBroken: Bool = true) -> [String] {
        for (number, step) in steps.enumerated() {
            #expect(listener.send(step.bytes, step.direction).violations == [], "\(name), step \(number)")
        }
        return listener.send(isBroken ? broken : lawful, direction).violations
    }

    /// A listener that knows the session from its first byte.
    func listener() -> Listener { conversation(version, connect: connect, connack: connack) }
}

/// What the tests of stories share.
func check(_ story: Story) {
    #expect(story.tell(story.listener()) == story.violations)
    #expect(story.tell(story.listener(), isBroken: false) == [])
    let gap = story.listener()
    gap.gap()
    #expect(story.tell(gap) == (story.isOfTerms ? story.violations : []), "after a gap")
    #expect(story.tell(Listener(isFromStart: false)) == [], "midstream")
}
