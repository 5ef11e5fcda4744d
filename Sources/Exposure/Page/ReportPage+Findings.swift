import Inventory

/// The parts of the page that say what is wrong and what to do.
extension ReportPage {
    func unread(_ page: inout Markup) {
        let unread = report.unread
        page.element("h2", text: "What the sensor could not read")
        guard unread.messages > 0 else {
            page.element("div", "box warn") { page in
                page.element("p", text: "It has read no message yet: nothing below is complete.")
            }
            return
        }
        page.element("div", unread.share > Unread.most ? "box warn" : "box") { page in
            page.element("p") { page in
                page.text("It read \(Words.count(unread.messages, "message")). ")
                if unread.parts.isEmpty {
                    page.text(
                        unread.runs == 0 ? "Of what it missed nothing is recorded." : "Nothing is known to be missing.")
                } else {
                    let share = Words.percent(unread.share)
                    // What is below or over a share is not about it.
                    let isBound = share.first?.isLetter == true
                    page.text(
                        "\(isBound ? share.prefix(1).uppercased() + share.dropFirst() : "About \(share)") "
                            + "of what passed was not read:")
                }
            }
            if !unread.parts.isEmpty {
                page.element("ul") { page in
                    for part in unread.parts {
                        page.element("li", text: "\(part.text) (\(Words.percent(part.share)))")
                    }
                }
            }
            if let withheld = report.gradeWithheld { page.element("p", text: withheld) }
        }
        if !unread.notes.isEmpty {
            page.element("ul", "note") { page in for note in unread.notes { page.element("li", text: note) } }
        }
        guard !unread.servers.isEmpty else { return }
        page.element("details") { page in
            page.element("summary", text: "Lost by server")
            table(&page, ["Server", "Holes in streams", "Bytes not understood"], numbers: [1, 2]) { page in
                for server in unread.servers {
                    row(&page, numbers: [1, 2]) {
                        [
                            .name(server.server), .text(Words.number(server.gaps)),
                            .text(Words.number(server.unparsedBytes)),
                        ]
                    }
                }
            }
        }
    }

    func summary(_ page: inout Markup) {
        page.element("h2", text: "In short")
        page.element("div", "lead") { page in
            for sentence in report.summary { page.element("p", text: sentence) }
        }
        if let grade = report.grade {
            page.element("p", "grade") { page in
                page.element("b", text: "\(Words.number(grade.points)) \(grade.points == 1 ? "point" : "points")")
                page.element("span", "note") { page in
                    let before = report.comparison?.pointsBefore
                    page.text(before.map { "\(Words.number($0)) before; " } ?? "")
                    page.text("the sum of \(Words.count(grade.parts.count, "open finding")), 0 is best. ")
                    page.element("a", attributes: [("href", "#points")], text: "How it adds up")
                }
            }
        } else if let withheld = report.gradeWithheld {
            page.element("p", "note", text: withheld)
        }
    }

    func changes(_ page: inout Markup, _ comparison: ReportComparison) {
        page.element("h2", text: "What has changed")
        let isBetter = comparison.counts["new"] == nil && comparison.counts["mended"] != nil
        page.element("div", isBetter ? "box good" : "box") { $0.element("p", text: comparison.sentence) }
        guard !comparison.gone.isEmpty else { return }
        page.element("p", text: "In the report before, and not seen since; that does not mean that they are mended:")
        page.element("ul") { page in
            for gone in comparison.gone.prefix(50) {
                page.element("li") { page in
                    page.text("\(FindingKind(rawValue: gone.kind)?.title ?? gone.kind): ")
                    page.code(gone.subject)
                    page.text(", seen last \(Words.time(gone.last))")
                }
            }
            if comparison.gone.count > 50 {
                page.element("li", text: "and \(Words.number(comparison.gone.count - 50)) more")
            }
        }
    }

    /// The findings by kind, in the order of what to do first.
    func findings(_ page: inout Markup) {
        page.element("h2", text: "What to do, in this order")
        guard !report.findings.isEmpty else {
            page.element(
                "p", text: report.unread.messages > 0 ? "Nothing was found in what was read." : "Nothing was read yet.")
            return
        }
        var kinds: [FindingKind] = []
        for finding in report.findings where !kinds.contains(finding.kind) { kinds.append(finding.kind) }
        for (index, kind) in kinds.enumerated() {
            kindOf(&page, kind, rank: index + 1, report.findings.filter { $0.kind == kind })
        }
    }

    private func kindOf(_ page: inout Markup, _ kind: FindingKind, rank: Int, _ findings: [ExposureFinding]) {
        let points = findings.reduce(0) { $0 + $1.points }
        page.element("section", "kind") { page in
            page.element("div", "head") { page in
                page.element("h3") { page in
                    page.element("span", "rank", text: "\(rank).")
                    page.text(kind.title)
                }
                page.element("span", "points \(Self.weightClass(points == 0 ? 0 : kind.weight))") { page in
                    page.text(points == 0 ? "mended" : Self.product(points, kind.weight))
                }
            }
            guard let advice = report.advice[kind.rawValue] else { return }
            page.element("p", text: advice.why)
            for finding in findings.prefix(Self.shownFindings) { one(&page, finding) }
            let rest = findings.prefix(Self.mostFindings).dropFirst(Self.shownFindings)
            if !rest.isEmpty {
                page.element("details") { page in
                    page.element("summary", text: Words.count(findings.count - Self.shownFindings, "more server"))
                    for finding in rest { one(&page, finding) }
                }
            }
            if findings.count > Self.mostFindings {
                page.element(
                    "p", "note",
                    text:
                        "and \(Words.number(findings.count - Self.mostFindings)) more servers; all are in the JSON "
                        + "form."
                )
            }
            page.element("p", "mend") { page in
                page.element("b", text: "Mend it: ")
                page.text(advice.mend)
                for (index, name) in advice.recipes.enumerated() {
                    guard let recipe = report.recipes[name.rawValue] else { continue }
                    page.text(index == 0 ? " How: " : ", ")
                    page.element("a", attributes: [("href", "#" + name.anchor)], text: recipe.title)
                }
                if !advice.recipes.isEmpty { page.text(".") }
            }
            page.element("details") { page in
                page.element("summary", text: "Check that it is mended")
                check(&page, advice.check)
            }
        }
    }

    /// How many findings of a kind are shown at once.
    static let shownFindings = 6
    /// How many findings of a kind are written out.
    static let mostFindings = 60

    static func weightClass(_ weight: Int) -> String {
        weight >= 25 ? "w3" : weight >= 10 ? "w2" : weight > 0 ? "w1" : "w0"
    }

    private static func product(_ points: Int, _ weight: Int) -> String {
        points == weight ? "\(weight) points" : "\(points / max(1, weight)) × \(weight) = \(points) points"
    }

    private func one(_ page: inout Markup, _ finding: ExposureFinding) {
        page.element("div", "finding") { page in
            page.element("div", "head") { page in
                page.code(finding.subject)
                page.element("span", "tag", text: finding.claim.rawValue)
                if finding.state == .mended {
                    page.element("span", "tag mended", text: "mended")
                } else if let change = finding.change {
                    page.element("span", "tag \(change.rawValue)", text: change.rawValue.replacing("_", with: " "))
                }
            }
            page.element("ul") { page in
                for sentence in finding.evidence { page.element("li", text: sentence) }
                page.element("li", "note", text: Self.times(finding))
            }
        }
    }

    /// When it was seen, how often, and where to look.
    private static func times(_ finding: ExposureFinding) -> String {
        let seen = finding.seen
        let (first, last) = (Words.time(seen.first), Words.time(seen.last))
        var text = first == last ? "Seen \(first)" : "Seen \(first) to \(last)"
        text += ", \(Words.count(seen.count, "time"))"
        if seen.days > 1 { text += " on \(Words.count(seen.days, "day"))" }
        if seen.frame > 0 { text += "; first in frame \(Words.number(seen.frame)) of its capture" }
        if let healthy = finding.healthy, finding.state == .mended { text += "; healthy \(Words.time(healthy))" }
        return text + "."
    }

    /// How products are set right: what the findings refer to.
    func recipes(_ page: inout Markup) {
        let names = RecipeName.allCases.filter { report.recipes[$0.rawValue] != nil }
        guard !names.isEmpty else { return }
        page.element("h2", text: "How to mend it, by product")
        page.element(
            "p", "note",
            text:
                "Lines for mosquitto 2, EMQX 5, HiveMQ 4 and CE, RabbitMQ 3 and 4, libcoap 4.3 and Californium 3. "
                + "Names such as pump-7, plant and "
                + "HOST are examples.")
        for name in names {
            guard let recipe = report.recipes[name.rawValue] else { continue }
            page.element("section", "kind", attributes: [("id", name.anchor)]) { page in
                page.element("h3", text: recipe.title)
                for product in recipe.products { mend(&page, product) }
            }
        }
    }

    private func mend(_ page: inout Markup, _ product: Recipe.Product) {
        page.element("h4", text: product.name)
        if !product.note.isEmpty { page.element("p", text: product.note) }
        guard !product.lines.isEmpty else { return }
        page.element("pre") { $0.element("code") { code in Self.lines(&code, product.lines) } }
    }

    private func check(_ page: inout Markup, _ lines: [String]) {
        for line in lines {
            if line.hasPrefix("$ ") {
                page.element("pre") { $0.element("code", text: String(line.dropFirst(2))) }
            } else {
                page.element("p", text: line)
            }
        }
    }

    /// Lines of this program's own text; a line feed between them is no character of the network.
    private static func lines(_ page: inout Markup, _ lines: [String]) {
        for (index, line) in lines.enumerated() {
            if index > 0 { page.lineFeed() }
            page.text(line)
        }
    }
}
