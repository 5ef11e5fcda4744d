/// What all checks say of a survey, worst and most fundamental first.
public struct Diagnosis: Codable, Hashable, Sendable {
    /// The findings, one for each check: failures, then warnings, then what could not be judged, then what is well; of
    /// the same kind causes before what follows from them.
    public var findings: [Finding]

    /// Judges a survey that is settled.
    public init(_ survey: PortSurvey, _ context: PortContext) {
        let found = [
            TrafficCheck.judge, MirrorCheck.judge, DirectionCheck.judge, TagCheck.judge, OffloadCheck.judge,
            TruncationCheck.judge, DuplicateCheck.judge, OversubscriptionCheck.judge, LossCheck.judge,
            ProtocolLossCheck.judge, PlaceCheck.judge, SubjectCheck.judge, ClockCheck.judge, HeadroomCheck.judge,
        ].map { $0(survey, context) }
        findings = Self.withoutConsequences(found).sorted {
            ($1.verdict.severity, $0.check.rank) < ($0.verdict.severity, $1.check.rank)
        }
    }

    /// What follows from a cause that was found says nothing of its own: it is left unjudged.
    private static func withoutConsequences(_ found: [Finding]) -> [Finding] {
        func failed(_ check: Check) -> Bool { found.contains { $0.check == check && $0.verdict == .failure } }
        var hidden: [Check: Check] = [:]
        func hide(_ checks: [Check], behind cause: Check) {
            for check in checks where hidden[check] == nil { hidden[check] = cause }
        }
        if failed(.traffic) {
            hide(Check.allCases.filter { ![.traffic, .clock].contains($0) }, behind: .traffic)
        }
        if failed(.mirror) {
            hide([.direction, .tags, .duplicates, .loss, .protocolLoss, .place, .subject], behind: .mirror)
        }
        if failed(.direction) { hide([.loss, .protocolLoss], behind: .direction) }
        // The same loss, seen by other eyes.
        let isSameLoss = failed(.protocolLoss) && found.contains { $0.check == .loss && $0.verdict == .warning }
        return found.map { finding in
            if finding.check == .loss, isSameLoss, hidden[.loss] == nil {
                var worse = finding
                worse.verdict = .failure
                return worse
            }
            guard let cause = hidden[finding.check], finding.verdict != .ok || cause == .traffic else { return finding }
            return Finding(
                finding.check, .unknown, "not judged before '\(cause.rawValue)' is mended", figures: finding.figures)
        }
    }

    /// The worst verdict; what could not be judged is no fault.
    public var verdict: Verdict {
        let worst = findings.map(\.verdict).max { $0.severity < $1.severity } ?? .unknown
        return worst == .unknown ? .ok : worst
    }
}
