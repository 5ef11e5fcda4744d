import Detection
import Events
import Sigma
import Testing

/// What rules are called wherever one can be named.
@Suite struct RuleNamesTests {
    private static let names = RuleNames([
        RuleNames.Entry(id: "aaaa1111-0", name: "seen", title: "Pump Seen", file: "r/mqtt/pump.yml", isMain: false),
        RuleNames.Entry(id: "aaaa2222-0", name: "duel", title: "Pump Duel", file: "r/mqtt/pump.yml", isMain: true),
        RuleNames.Entry(id: "bbbb0000-0", name: nil, title: "Valve", file: "valve.yaml", isMain: true),
        RuleNames.Entry(id: nil, name: "pump", title: "Valve", file: "", isMain: true),
    ])

    @Test(
        "A rule is found by each of its names",
        arguments: [
            ("aaaa1111-0", 0), ("AAAA1111-0", 0), ("aaaa1", 0), ("seen", 0), ("pump seen", 0), ("duel", 1),
            ("pump.yml", 1),
            ("x/pump.yml", 1), ("bbbb", 2), ("valve.yaml", 2), ("pump", 3),
        ])
    func found(_ text: String, _ place: Int) { #expect(Self.names.find(text) == .one(place), "\(text)") }

    @Test("What may be meant otherwise is said")
    func notFound() {
        #expect(Self.names.find("aaaa") == .several(2))
        #expect(Self.names.find("aaa") == .none(nearest: nil), "too short for the beginning of an id")
        #expect(Self.names.find("duell") == .none(nearest: "duel"))
        #expect(Self.names.find("Pump Dual") == .none(nearest: "pump duel"))
        #expect(Self.names.find("") == .none(nearest: nil))
    }
}
