import Foundation

/// Makes a capture whose contents are known, and says them in a file beside it.
@main
struct MakeCapture {
    private let options: Options
    private var traffic: Traffic
    private var maker: SessionMaker
    private var sessions: [any Session] = []

    static func main() {
        var program = MakeCapture(Options(Array(CommandLine.arguments.dropFirst())))
        program.makeCapture()
        program.writeTruth()
    }

    private init(_ options: Options) {
        guard let capture = PcapWriter(path: options.path) else { fail("\(options.path) cannot be written") }
        // Another mix with the same seed is another capture.
        let place = Mix.allCases.firstIndex(of: options.mix) ?? 0
        self.options = options
        traffic = Traffic(capture: capture, seed: UInt64(options.seed) &* 1_000_003 &+ UInt64(place))
        maker = SessionMaker(mix: options.mix, bends: options.bends)
    }

    private mutating func makeCapture() {
        for _ in 0..<options.sessions { sessions.append(maker.begin(&traffic)) }
        while (options.mix == .flows ? maker.begun : traffic.allFrames) < options.count {
            let index = traffic.chance.below(sessions.count)
            if takeTurn(index) { sessions[index] = maker.begin(&traffic) }
        }
        // Whatever goes on comes to its end soon, so that what was begun is whole.
        for session in sessions { session.hurry() }
        while !sessions.isEmpty {
            let index = traffic.chance.below(sessions.count)
            if takeTurn(index) {
                sessions.swapAt(index, sessions.count - 1)
                sessions.removeLast()
            }
        }
        traffic.finish()
    }

    /// Lets a session go on; whether it is over then.
    private mutating func takeTurn(_ index: Int) -> Bool {
        traffic.kind = sessions[index].kind
        sessions[index].turn(&traffic)
        return sessions[index].isOver
    }

    private mutating func writeTruth() {
        traffic.truth.workload = options.mix.rawValue
        traffic.truth.seed = UInt64(options.seed)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let stem = options.path.hasSuffix(".pcap") ? String(options.path.dropLast(5)) : options.path
        do {
            try encoder.encode(traffic.truth).write(to: URL(fileURLWithPath: stem + ".json"))
        } catch {
            fail("\(stem).json cannot be written: \(error)")
        }
    }
}
