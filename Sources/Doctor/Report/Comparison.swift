/// What became of each check since an earlier report: what the mending at the switch has done.
public struct Comparison: Sendable {
    /// A check then and now.
    public enum Change: String, Sendable {
        case better, worse, same
    }

    /// The lines of the comparison, worst first: checks that are well both times are left out.
    public let lines: [String]
    /// How many checks became better.
    public let better: Int
    /// How many became worse.
    public let worse: Int

    /// Compares two reports.
    public init(earlier: DoctorReport, now: DoctorReport) {
        var lines: [(change: Change, text: String)] = []
        for finding in now.findings.sorted(by: { $0.check.rank < $1.check.rank }) {
            guard let before = earlier.findings.first(where: { $0.check == finding.check }) else { continue }
            let isBad = before.verdict.isBad || finding.verdict.isBad
            guard isBad else { continue }
            let change = Self.change(before, finding)
            let text =
                before.verdict == finding.verdict && before.title == finding.title
                ? "\(finding.verdict.rawValue), as before: \(finding.title)"
                : "was \(before.verdict.rawValue) (\(before.title)), is \(finding.verdict.rawValue) (\(finding.title))"
            lines.append((change, "\(change.rawValue): \(finding.check.rawValue): \(text)"))
        }
        better = lines.filter { $0.change == .better }.count
        worse = lines.filter { $0.change == .worse }.count
        let order: [Change] = [.worse, .same, .better]
        self.lines =
            lines.isEmpty
            ? ["all was well before, and is"] : order.flatMap { kind in lines.filter { $0.change == kind }.map(\.text) }
    }

    private static func change(_ before: Finding, _ now: Finding) -> Change {
        // What could not be judged has not become well; but what was bad and cannot be seen any more has not become
        // worse.
        if before.verdict == now.verdict || now.verdict == .unknown { return .same }
        return before.verdict.severity > now.verdict.severity ? .better : .worse
    }
}

extension Verdict {
    fileprivate var isBad: Bool { self == .warning || self == .failure }
}
