import Events
import Inventory
import Network
import Testing

/// Whoever makes up names by the thousand takes neither memory nor what was known.
@Suite struct BoundsTests {
    private static let regular = 100

    private func quiet() -> FakeNetwork {
        var network = FakeNetwork(bytes: 4 << 20)
        network.connect("historian", from: "10.0.0.7")
        for round in 0..<5 {
            for topic in 0..<Self.regular {
                network.send(
                    .publication, from: "10.0.0.7",
                    [.name: .text("plant/\(word(topic))/value"), .bytes: 4, .number: .int(Int64(round))])
            }
        }
        return network
    }

    /// Letters alone, so that no template puts them together; different for different numbers.
    private func word(_ number: Int) -> String {
        var text = "w"
        var rest = number
        repeat {
            text += ["ka", "lo", "mi", "ne", "ru", "so", "ta", "vi", "zo", "pu"][rest % 10]
            rest /= 10
        } while rest > 0
        return text
    }

    @Test("thousands of invented topics of one client become one record that says how many") func topics() throws {
        var network = quiet()
        network.connect("mallory", from: "10.0.0.66")
        for number in 0..<30_000 {
            network.send(
                .publication, from: "10.0.0.66", after: 100, [.name: .text("x/\(word(number))"), .bytes: 1])
        }
        let snapshot = network.inventory.snapshot
        let regular = snapshot.topics.filter { $0.template.hasPrefix("plant/") }
        #expect(regular.count == Self.regular && regular.allSatisfy { $0.messages == 5 })
        let fold = try #require(snapshot.topics.first { $0.isFold })
        #expect(fold.template == "{names} mallory" && fold.isEstimate)
        #expect(abs(fold.distinct - 30_000) < 12_000, "an estimate of 30,000 is \(fold.distinct)")
        let invented = snapshot.topics.count - Self.regular - 1
        #expect(invented < 200, "\(invented) of the invented names are left")
        #expect(snapshot.leftOut["topics"] == nil && snapshot.leftOut["topics_put_together"] ?? 0 > 29_000)
        #expect(fold.messages + Int64(invented) == 30_000)
    }

    @Test("thousands of invented client ids of one address become one record") func clients() throws {
        var network = quiet()
        for number in 0..<10_000 {
            network.send(
                .open, from: "10.0.0.66", port: UInt16(truncatingIfNeeded: number), after: 100,
                [.clientID: .text(word(number))])
        }
        let snapshot = network.inventory.snapshot
        #expect(snapshot.clients.contains { $0.name == "historian" && $0.published == 500 })
        let fold = try #require(snapshot.clients.first { $0.name == "{names}" })
        #expect(fold.home == "10.0.0.66" && fold.isEstimate == true && fold.distinct ?? 0 > 6000)
        #expect(snapshot.clients.count < 200)
    }

    @Test("names that many make up push each other out, not what comes again and again") func many() {
        var network = quiet()
        for number in 0..<8000 {
            let address = "10.\(1 + number >> 16).\(number >> 8 & 255).\(number & 255)"
            network.send(
                .publication, from: address, after: 100,
                [.clientID: .text(word(number)), .name: .text("y/\(word(number))")])
        }
        let snapshot = network.inventory.snapshot
        #expect(snapshot.topics.count { $0.template.hasPrefix("plant/") } == Self.regular)
        #expect(snapshot.clients.contains { $0.name == "historian" })
        #expect(snapshot.leftOut["topics"] ?? 0 > 5000 && snapshot.leftOut["clients"] ?? 0 > 5000)
        #expect(snapshot.topics.count <= 2000)
    }

    @Test("what is gone of what was written is said once") func gone() {
        var limits = InventoryLimits()
        limits.topics = 8
        var network = FakeNetwork(limits: limits)
        network.connect("a", from: "10.0.0.1")
        for topic in 0..<8 { network.send(.publication, from: "10.0.0.1", [.name: .text("t/\(word(topic))")]) }
        #expect(network.inventory.changes().changes.gone.isEmpty)
        for topic in 8..<10 { network.send(.publication, from: "10.0.0.1", [.name: .text("t/\(word(topic))")]) }
        let gone = network.inventory.changes().changes.gone
        #expect(gone == ["topic": ["mqtt 10.0.0.2:1883 t/\(word(0))", "mqtt 10.0.0.2:1883 t/\(word(1))"]])
        #expect(network.inventory.changes().changes.gone.isEmpty)
    }
}
