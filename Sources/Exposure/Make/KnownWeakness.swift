/// A weakness with a number, and the versions that have it: only what the projects themselves have stated.
struct KnownWeakness {
    /// Its number.
    let id: String
    /// The first version that has it.
    let from: [Int]
    /// The first version that is without it again.
    let until: [Int]
    /// What it lets somebody do.
    let effect: String

    /// Eclipse Mosquitto's, as its security page lists them.
    static let mosquitto = [
        KnownWeakness(
            id: "CVE-2023-0809", from: [0], until: [2, 0, 16],
            effect: "whoever can connect can make it take memory, before any login"),
        KnownWeakness(
            id: "CVE-2023-28366", from: [1, 3, 2], until: [2, 0, 16],
            effect: "whoever may send messages with QoS 2 can use up its memory"),
        KnownWeakness(
            id: "CVE-2024-8376", from: [0], until: [2, 0, 19],
            effect: "whoever is let in can make it crash by a certain order of packets"),
    ]

    /// The weakness in a sentence.
    var sentence: String {
        "\(id): \(effect); mended in \(until.map(String.init).joined(separator: "."))."
    }

    /// What a program of this name and version has: `mosquitto version 2.0.11`.
    static func of(_ implementation: String) -> [KnownWeakness] {
        let words = implementation.lowercased().split { " /".contains($0) }
        guard words.first == "mosquitto", let version = words.lazy.compactMap({ numbers($0) }).first else { return [] }
        return mosquitto.filter { !isBefore(version, $0.from) && isBefore(version, $0.until) }
    }

    /// `2.0.11` as numbers; `nil` for what is no version.
    private static func numbers(_ word: Substring) -> [Int]? {
        let word = word.hasPrefix("v") ? word.dropFirst() : word
        // A letter behind the last number (2.0.18a) makes no later version of it that matters here.
        let parts = word.split(separator: ".", omittingEmptySubsequences: false).map { part in
            Int(part.prefix { $0.isASCII && $0.isNumber })
        }
        guard parts.count > 1, parts.allSatisfy({ $0 != nil }) else { return nil }
        return parts.compactMap(\.self)
    }

    private static func isBefore(_ left: [Int], _ right: [Int]) -> Bool { left.lexicographicallyPrecedes(right) }
}
