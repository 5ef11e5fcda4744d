import Testing

@testable import Sigma

@Suite struct NearestNameTests {
    private static let names = ["contains", "startswith", "endswith", "re", "cidr", "mqtt.topic", "mqtt.type"]

    static let table: [(String, String?)] = [
        ("contians", "contains"), ("contain", "contains"), ("Contains", "contains"), ("startwith", "startswith"),
        ("rex", "re"), ("cdir", "cidr"), ("mqtt.topics", "mqtt.topic"), ("mqtt.tpye", "mqtt.type"),
        ("windash", nil), ("x", nil), ("", nil), ("coap.code", nil),
    ]

    @Test("The nearest name is found", arguments: table) func theNearestNameIsFound(name: String, expected: String?) {
        #expect(nearestName(to: name, among: Self.names) == expected)
    }

    @Test("Very long names are not compared") func veryLongNamesAreNotCompared() {
        let long = String(repeating: "a", count: 100_000)
        #expect(nearestName(to: long, among: [long]) == nil)
        #expect(nearestName(to: "contains", among: [long, "contains"]) == "contains")
    }
}
