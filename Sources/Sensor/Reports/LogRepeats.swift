/// Holds lines of a log back that were said a few times a moment ago, and says how often they would have come.
///
/// It asks no clock. Bounded: of more than `limit` different lines within a minute all others are said.
public struct LogRepeats: Sendable {
    /// How long a line is said no more than `often` times, in nanoseconds.
    private static let span: Int64 = 60_000_000_000
    private static let often = 3
    /// How many different lines are remembered.
    private static let limit = 64

    private struct Line: Sendable {
        /// When it was said first.
        var begin: Int64
        /// When it last came.
        var latest: Int64
        var count = 1

        var held: Int { max(0, count - LogRepeats.often) }
    }

    private var lines: [String: Line] = [:]
    private var isFull: Bool { lines.count >= Self.limit }

    /// Nothing was said yet.
    public init() {}

    /// Takes a line at `time`, in nanoseconds of a clock that only goes forward; gives the lines to say.
    public mutating func take(_ text: String, at time: Int64) -> [String] {
        var said = takeDue(at: time)
        if var line = lines[text] {
            line.count += 1
            line.latest = time
            lines[text] = line
            if line.held > 0 { return said }
        } else if !isFull {
            lines[text] = Line(begin: time, latest: time)
        }
        said.append(text)
        return said
    }

    /// What is to be said of lines that were held back for long enough; `nil` for all.
    public mutating func takeDue(at time: Int64?) -> [String] {
        guard !lines.isEmpty else { return [] }
        var said: [String] = []
        // What came last is said last: of lines that contradict each other it is what holds.
        for (text, line) in lines.sorted(by: { $0.value.latest < $1.value.latest }) {
            if let time, time - line.begin < Self.span { continue }
            lines[text] = nil
            guard line.held > 0 else { continue }
            said.append("\(text) [\(line.held) more within a minute]")
            // It may go on: then only its count is said, a minute later.
            if let time { lines[text] = Line(begin: time, latest: time, count: Self.often) }
        }
        return said
    }
}
