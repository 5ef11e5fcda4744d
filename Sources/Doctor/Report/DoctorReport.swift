import Network

/// What the doctor says of a port or a capture: for people, for programs, and for the next time.
public struct DoctorReport: Codable, Hashable, Sendable {
    /// Tells what wrote it, and in what form.
    public var format = "earshot-doctor-1"
    /// The version of the program.
    public var version: String
    /// The interfaces or captures.
    public var source: [String]
    /// Whether it was listened to just now.
    public var isLive: Bool
    /// The earliest frame as RFC 3339 text; `nil` where there was none.
    public var begin: String?
    /// Seconds that were listened, or from the first frame to the last.
    public var seconds: Double
    /// Frames that were seen.
    public var frames: UInt64
    /// Bytes of those frames on the wire.
    public var bytes: UInt64
    /// The worst of the findings: ok, warning or failure.
    public var verdict: Verdict
    /// The findings, the cause of all first.
    public var findings: [Finding]

    enum CodingKeys: String, CodingKey {
        case format, version, source
        case isLive = "live"
        case begin, seconds, frames, bytes, verdict, findings
    }

    /// Judges a survey.
    ///
    /// The survey is settled by this; it may go on with more frames.
    public init(_ survey: PortSurvey, _ context: PortContext, version: String) {
        var survey = survey
        survey.settle()
        let diagnosis = Diagnosis(survey, context)
        self.version = version
        source = context.isLive ? context.interfaces.map(\.name) : context.captures
        isLive = context.isLive
        begin = survey.clock.span.map { $0.lowerBound.description }
        seconds = context.seconds ?? Double(survey.duration) / 1e9
        frames = survey.frames
        bytes = survey.bytes
        verdict = diagnosis.verdict
        findings = diagnosis.findings
    }

    /// The exit status of `earshot doctor`: 0 all is well, 1 warnings, 2 failures.
    public var exitStatus: Int32 {
        switch verdict {
        case .ok, .unknown: 0
        case .warning: 1
        case .failure: 2
        }
    }

    /// One line: the verdict, and the first cause.
    public var line: String {
        let bad = findings.filter { $0.verdict == .failure || $0.verdict == .warning }
        guard let first = bad.first else {
            return "\(subject) delivers what the sensor needs: \(counts)"
        }
        let more = bad.count > 1 ? " (and \(bad.count - 1) more)" : ""
        return "\(first.verdict.rawValue): \(first.title)\(more)"
    }

    /// What the report is about.
    private var subject: String {
        if isLive { return "port \(source.joined(separator: ", "))" }
        return source.count == 1 ? "this capture" : "these captures"
    }

    private var counts: String { "\(Text.count(frames, "frame")) in \(Text.decimal(seconds, 1)) s" }

    /// The whole report as lines of text: what is wrong with numbers, meaning and cure, then a line for each check.
    public var lines: [String] {
        let failures = findings.filter { $0.verdict == .failure }
        let warnings = findings.filter { $0.verdict == .warning }
        var lines = ["\(subject): \(counts)"]
        switch verdict {
        case .failure: lines.append("It does not deliver what the sensor needs: \(failures[0].title).")
        case .warning: lines.append("It delivers what the sensor needs, but \(warnings[0].title).")
        case .ok, .unknown: lines.append("It delivers what the sensor needs.")
        }
        for finding in failures + warnings { lines += [""] + finding.lines }
        lines.append("")
        for finding in findings {
            lines.append("\(finding.verdict.label)  \(finding.check.padded)  \(finding.title)")
            // What was seen of brokers and servers is what people look for, also where all is well.
            if finding.check == .subject, finding.verdict == .ok {
                lines += finding.seen.map { "\(Finding.indent)\($0)" }
            }
        }
        return lines
    }
}

extension Finding {
    fileprivate static let indent = String(repeating: " ", count: 27)

    /// A finding in full.
    fileprivate var lines: [String] {
        var lines = ["\(verdict == .failure ? "FAILURE" : "WARNING") \(check.rawValue): \(title)"]
        for line in seen { lines += Text.wrapped(line, after: "  seen:  ") }
        if !meaning.isEmpty { lines += Text.wrapped(meaning, after: "  means: ") }
        for (index, line) in cure.enumerated() {
            // Commands stay on their lines, to be copied.
            lines +=
                line.hasPrefix("    ")
                ? ["     \(line)"] : Text.wrapped(line, after: index == 0 ? "  do:    " : "         ")
        }
        return lines
    }
}

extension Check {
    fileprivate var padded: String {
        rawValue + String(repeating: " ", count: max(0, 16 - rawValue.count))
    }
}

extension Verdict {
    fileprivate var label: String {
        switch self {
        case .ok: "ok     "
        case .unknown: "unknown"
        case .warning: "WARNING"
        case .failure: "FAILURE"
        }
    }
}
