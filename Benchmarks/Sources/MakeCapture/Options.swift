import Foundation

private let usage = """
    MakeCapture MIX FILE.pcap [--count N] [--seed N] [--sessions N] [--bend WAYS]

    MIX       \(Mix.allCases.map(\.rawValue).joined(separator: ", "))
    --count   frames, or of flows sessions, before what goes on comes to its end; the full size by default
    --sessions  how many go on at the same time
    --bend    how all flows of adverse are bent: \(Bends.names.map(\.name).joined(separator: ", ")), several with commas

    The same mix, options and seed give the same bytes. FILE.json has the truth.
    """

/// What the command line asks for.
struct Options {
    var mix: Mix
    var path: String
    var count: Int
    var seed = 1
    var sessions: Int
    var bends: Bends?

    init(_ arguments: [String]) {
        guard arguments.count >= 2, let mix = Mix(rawValue: arguments[0]) else { fail("usage:\n\(usage)") }
        self.mix = mix
        path = arguments[1]
        count = mix.fullCount
        sessions = mix.sessionsAtOnce
        var rest = arguments[2...]
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { fail("\(name) wants a value") }
            switch name {
            case "--count": count = Self.number(value, name)
            case "--seed": seed = Self.number(value, name)
            case "--sessions": sessions = max(1, Self.number(value, name))
            case "--bend": bends = Self.bends(value)
            default: fail("what is \(name)?\n\(usage)")
            }
        }
    }

    private static func number(_ text: String, _ name: String) -> Int {
        guard let number = Int(text), number >= 0 else { fail("\(name) wants a number, not \(text)") }
        return number
    }

    private static func bends(_ text: String) -> Bends {
        text.split(separator: ",").reduce(into: []) { result, word in
            guard let known = Bends.names.first(where: { $0.name == word }) else { fail("no such way: \(word)") }
            result.formUnion(known.bend)
        }
    }
}

/// Says what is wrong, and ends the program.
func fail(_ text: String) -> Never {
    FileHandle.standardError.write(Data("MakeCapture: \(text)\n".utf8))
    exit(1)
}
