import Foundation

/// A report as one file of HTML that stands alone: no script, nothing from elsewhere, its own JSON inside.
public struct ReportPage {
    /// The id of the element with the JSON.
    static let dataID: StaticString = "earshot-report"

    let report: ExposureReport

    /// The page of a report.
    public init(_ report: ExposureReport) { self.report = report }

    /// The whole page.
    public var html: String {
        var page = Markup()
        page.element("html", attributes: [("lang", "en")]) { page in
            page.element("head") { head(&$0) }
            page.element("body") { page in
                page.element("header") { header(&$0) }
                page.element("main") { page in
                    unread(&page)
                    summary(&page)
                    if let comparison = report.comparison { changes(&page, comparison) }
                    findings(&page)
                    strangers(&page)
                    chart(&page)
                    servers(&page)
                    trees(&page)
                    siteList(&page)
                    countries(&page)
                    alerts(&page)
                    grade(&page)
                    recipes(&page)
                }
                page.element("footer") { footer(&$0) }
                if let json = report.json { page.data(json, id: Self.dataID) }
            }
        }
        return "<!DOCTYPE html>\n\(page.html)\n"
    }

    private func head(_ page: inout Markup) {
        page.void("meta", [("charset", "utf-8")])
        page.void(
            "meta",
            [
                ("http-equiv", "Content-Security-Policy"),
                ("content", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"),
            ])
        page.void("meta", [("name", "viewport"), ("content", "width=device-width, initial-scale=1")])
        page.void("meta", [("name", "color-scheme"), ("content", "light dark")])
        page.void("meta", [("name", "referrer"), ("content", "no-referrer")])
        page.void("meta", [("name", "generator"), ("content", report.program)])
        page.element("title", text: "What this network gives away · \(Words.day(report.made))")
        page.style(PageStyle.sheet)
    }

    private func header(_ page: inout Markup) {
        page.element("p", "kicker", text: "Exposure report")
        page.element("h1", text: "What this network gives away")
        page.element("p", "meta") { page in
            var parts = ["Made \(Words.time(report.made))"]
            if let first = report.first, let last = report.last {
                parts.append("traffic of \(Words.time(first)) to \(Words.time(last))")
            }
            if !report.sensors.isEmpty { parts.append("sensor \(Words.list(report.sensors))") }
            parts.append(report.program)
            page.text(parts.joined(separator: " · "))
        }
    }

    private func footer(_ page: inout Markup) {
        page.element("h2", text: "How to read this report")
        page.element("dl") { page in
            for (term, meaning) in [
                ("proven", "A frame shows it: the number of the first is given."),
                ("likely", "It follows from what was seen, but no frame shows it."),
                ("mended", "The healthy behaviour was seen after the fault: a refusal, for instance."),
                (
                    "not seen since",
                    "Neither the fault nor the healthy behaviour was seen: it may be mended, or switched off."
                ),
                ("points", "The sum of the weights of open findings, listed above. 0 is the best, there is no worst."),
                (
                    "{n}, {id}, {mac}",
                    "Numbers and identifiers in names are collapsed: pump/{n}/state stands for all pumps."
                ),
            ] {
                page.element("dt", text: term)
                page.element("dd", text: meaning)
            }
        }
        page.element(
            "p", "note",
            text:
                "No finding says that something is closed because nothing was seen. The values of secrets are not in "
                + "this file, but it shows where "
                + "they are: keep it as you would keep a key. The sensor that made it listens only; it has sent "
                + "nothing."
        )
    }
}

extension ExposureReport {
    /// The JSON of the report, keys sorted; `nil` where a number in it cannot be written.
    public var json: String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) }
    }
}
