import Events
import Sigma

/// The one-line summary of a rule, taken apart.
struct SummaryTemplate: Sendable {
    enum Piece: Sendable {
        case text(String)
        /// The values of a field, by its slot, and what an empty text of it is called.
        case field(Int, empty: String)
        /// The count that met the condition of a correlation.
        case count
    }

    var pieces: [Piece] = []
}

extension Compilation {
    /// Finds the fields of a summary; the title stands in for one that is not given.
    ///
    /// `timespan` is that of a correlation in nanoseconds, for `{timespan}`; `nil` for other rules.
    mutating func summaryTemplate(
        _ metadata: SigmaMetadata, _ place: Place, timespan: Int64?
    ) -> SummaryTemplate {
        guard let summary = metadata.earshot.summary else {
            return SummaryTemplate(pieces: [.text(metadata.title.value)])
        }
        return summaryTemplate(summary, place, timespan: timespan)
    }

    /// Finds the fields of a summary.
    mutating func summaryTemplate(
        _ summary: Located<String>, _ place: Place, timespan: Int64?
    ) -> SummaryTemplate {
        var template = SummaryTemplate()
        var rest = summary.value[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            if open > rest.startIndex { template.pieces.append(.text(String(rest[..<open]))) }
            let name = String(rest[rest.index(after: open)..<close])
            let isCalledID = rest[..<open].hasSuffix("id ")
            if let piece = piece(name, summary.position, place, timespan, isCalledID: isCalledID) {
                template.pieces.append(piece)
            }
            rest = rest[close...].dropFirst()
        }
        if !rest.isEmpty { template.pieces.append(.text(String(rest))) }
        return template
    }

    private mutating func piece(
        _ name: String, _ position: SourcePosition, _ place: Place, _ timespan: Int64?, isCalledID: Bool
    ) -> SummaryTemplate.Piece? {
        if name == "count" || name == "timespan" {
            if let timespan { return name == "count" ? .count : .text(durationText(timespan)) }
            error(
                place, "unknown-placeholder", position, "{\(name)} stands for nothing in the summary of a single event",
                hint: "only a correlation has it")
            return nil
        }
        guard registry.field(named: name) != nil else {
            error(
                place, "unknown-placeholder", position, "{\(name)} in the summary is no field",
                hint: registry.nearestName(to: name).map { "did you mean {\($0)}?" })
            return nil
        }
        // MQTT allows an empty client id (MQTT 5.0, 3.1.3.1). "Client id ''" says it, but as a name of somebody it would not.
        let empty = name == "mqtt.clientid" && !isCalledID ? "a client without id" : "''"
        return slot(Located(name, at: position), place).map { .field($0, empty: empty) }
    }
}

/// A length of time as rules write it: `90s`, `5m`, `1h`.
func durationText(_ nanoseconds: Int64) -> String {
    let units: [(Int64, String)] = [
        (86_400_000_000_000, "d"), (3_600_000_000_000, "h"), (60_000_000_000, "m"), (1_000_000_000, "s"),
        (1_000_000, "ms"), (1000, "us"),
    ]
    for (length, name) in units where nanoseconds >= length && nanoseconds % length == 0 {
        return "\(nanoseconds / length)\(name)"
    }
    return "\(nanoseconds)ns"
}
