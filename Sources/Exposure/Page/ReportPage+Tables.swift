/// What stands in a cell of a table.
enum Cell {
    /// Words of this program.
    case text(String)
    /// A point in time, in one line.
    case time(Int64)
    /// A name from the network.
    case name(String)
    /// Several names.
    case names([String])

    var isTime: Bool { if case .time = self { true } else { false } }
}

/// The parts of the page that list what there is.
extension ReportPage {
    func table(
        _ page: inout Markup, _ titles: [String], numbers: Set<Int> = [], _ rows: (inout Markup) -> Void
    ) {
        page.element("div", "scroll") { page in
            page.element("table") { page in
                page.element("thead") { page in
                    page.element("tr") { page in
                        for (index, title) in titles.enumerated() {
                            page.element("th", numbers.contains(index) ? "n" : nil, text: title)
                        }
                    }
                }
                page.element("tbody") { rows(&$0) }
            }
        }
    }

    func row(_ page: inout Markup, numbers: Set<Int> = [], _ cells: () -> [Cell]) {
        page.element("tr") { page in
            for (index, cell) in cells().enumerated() {
                page.element("td", numbers.contains(index) ? "n" : cell.isTime ? "d" : nil) { page in
                    switch cell {
                    case .text(let text): page.text(text)
                    case .time(let time): page.text(Words.time(time))
                    case .name(let name): page.code(name)
                    case .names(let names):
                        for (index, name) in names.enumerated() {
                            if index > 0 { page.text(", ") }
                            page.code(name)
                        }
                    }
                }
            }
        }
    }

    func strangers(_ page: inout Markup) {
        guard !report.strangers.isEmpty else { return }
        page.element("h2", text: "What a stranger gets")
        page.element(
            "p",
            text:
                "Somebody who reaches the server and shows no proof of who they are. 'Proven' where a client without "
                + "proof was granted every topic, or the "
                + "resource was read without protection; 'likely' where the broker let such clients in and may still "
                + "hold topics back."
        )
        for view in report.strangers {
            page.element("div", "finding") { page in
                page.element("div", "head") { page in
                    page.code(view.server)
                    page.element("span", "tag", text: view.claim.rawValue)
                }
                page.element("ul") { page in
                    var what = Words.count(view.names, "different name")
                    if view.retained > 0 {
                        what += ", of \(Words.count(view.retained, "kind")) the last record is kept"
                    }
                    if view.commands > 0 {
                        what += ", \(Words.count(view.commands, "kind commands", "kinds command")) devices"
                    }
                    page.element("li", text: what + ".")
                    let kinds = view.kinds.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                    if !kinds.isEmpty {
                        page.element(
                            "li",
                            text: "Worth most: "
                                + Words.list(
                                    kinds.map { "\(Words.name(ofKind: $0.key)) (\(Words.number($0.value)))" }, limit: 8)
                                + ".")
                    }
                    let classes = view.classes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                    if !classes.isEmpty {
                        page.element(
                            "li",
                            text: "Classes: "
                                + Words.list(classes.map { "\($0.key) (\(Words.number($0.value)))" }, limit: 8) + ".")
                    }
                    page.element("li") { page in
                        page.text("Such as ")
                        for (index, example) in view.examples.prefix(6).enumerated() {
                            if index > 0 { page.text(", ") }
                            page.code(example)
                        }
                    }
                }
            }
        }
    }

    func servers(_ page: inout Markup) {
        guard !report.servers.isEmpty else { return }
        page.element("h2", text: "Brokers and servers")
        let numbers: Set = [2, 3, 4]
        table(
            &page, ["Server", "Program, versions", "Clients", "Kinds of names", "Messages", "What was seen", "Last"],
            numbers: numbers
        ) { page in
            for server in report.servers {
                row(&page, numbers: numbers) {
                    let versions = server.versions.isEmpty ? "" : "version \(server.versions.joined(separator: ", "))"
                    let program = [server.implementation, versions].filter { !$0.isEmpty }.joined(separator: "; ")
                    return [
                        .name(server.key), .text(program), .text(Words.number(server.clients)),
                        .text(Words.number(server.topics)), .text(Words.number(server.messages)),
                        .text(((server.isOutside ? ["outside"] : []) + server.traits).joined(separator: ", ")),
                        .time(server.last),
                    ]
                }
            }
        }
        let more = (report.assets["brokers"] ?? 0) + (report.assets["servers"] ?? 0) - report.servers.count
        if more > 0 {
            page.element(
                "p", "note",
                text: "and \(Words.number(more)) more with fewer messages; 'earshot assets servers' lists all.")
        }
    }

    func siteList(_ page: inout Markup) {
        guard let list = report.siteList else { return }
        page.element("h2", text: "The site's own list")
        page.element("p") { page in
            page.text("Of the machines in ")
            page.code(list.file)
            page.text(
                " \(Words.number(list.known)) were seen and \(Words.number(list.unseen.count)) were not; "
                    + "\(Words.count(list.unlisted.count, "machine")) that were seen \(list.unlisted.count == 1 ? "is" : "are") not in it."
            )
        }
        if !list.unlisted.isEmpty {
            page.element("h3", text: "Seen, not listed")
            table(&page, ["Machine", "Addresses", "Seen as", "Last"]) { page in
                for machine in list.unlisted.prefix(Self.mostMachines) {
                    row(&page) {
                        [
                            .name(machine.name), .names(Array(machine.addresses.prefix(4))),
                            .names(Array(machine.seenAs.prefix(4))), .time(machine.last),
                        ]
                    }
                }
            }
            leftOut(&page, list.unlisted.count)
        }
        guard !list.unseen.isEmpty else { return }
        page.element("h3", text: "Listed, not seen")
        table(&page, ["Machine", "Line of the list"], numbers: [1]) { page in
            for machine in list.unseen.prefix(Self.mostMachines) {
                row(&page, numbers: [1]) { [.name(machine.name), .text(Words.number(machine.line))] }
            }
        }
        leftOut(&page, list.unseen.count)
    }

    /// So many machines of each kind are on the page; the JSON has all.
    private static let mostMachines = 200

    private func leftOut(_ page: inout Markup, _ count: Int) {
        guard count > Self.mostMachines else { return }
        page.element("p", "note", text: "and \(Words.number(count - Self.mostMachines)) more, all in the JSON form")
    }

    func countries(_ page: inout Markup) {
        page.element("h2", text: "Beyond this network")
        guard !report.countries.isEmpty else {
            page.element("p", text: "No message to or from a network outside was seen.")
            return
        }
        let numbers: Set = [1, 2, 3, 4]
        table(
            &page, ["Country", "Clients there", "Servers there", "Sent there", "Came from there", "Such as"],
            numbers: numbers
        ) { page in
            for share in report.countries {
                row(&page, numbers: numbers) {
                    [
                        .text(share.code.isEmpty ? "not known" : "\(share.name) (\(share.code))"),
                        .text(Words.number(share.clients)), .text(Words.number(share.servers)),
                        .text(Words.bytes(share.bytesOut)), .text(Words.bytes(share.bytesIn)), .names(share.examples),
                    ]
                }
            }
        }
        if report.countries.contains(where: { $0.code.isEmpty }) {
            page.element(
                "p", "note",
                text:
                    "Countries come from a database on this machine, never from a question over the network; without "
                    + "one they "
                    + "are not known.")
        }
    }

    func alerts(_ page: inout Markup) {
        page.element("h2", text: "Open alerts")
        guard !report.alerts.rules.isEmpty else {
            page.element("p", text: "No alert of level high or critical is open.")
            return
        }
        page.element(
            "p",
            text:
                "\(Words.count(report.alerts.critical, "alert")) of level critical and "
                + "\(Words.number(report.alerts.high)) of level high that "
                + "nobody has closed. They do not count in the points: what they come from is above where it lasts.")
        let numbers: Set = [2, 3]
        table(&page, ["Level", "What", "Rows", "Matches", "Such as", "Last", "Numbers"], numbers: numbers) { page in
            for rule in report.alerts.rules {
                row(&page, numbers: numbers) {
                    [
                        .text(rule.level), .text(rule.title), .text(Words.number(rule.rows)),
                        .text(Words.number(rule.matches)), .text(String(rule.example.prefix(300))),
                        .time(rule.last),
                        .text(Self.numbers(of: rule)),
                    ]
                }
            }
        }
        page.element("p", "note", text: "'earshot show NUMBER' tells one in full.")
    }

    private static func numbers(of rule: AlertSummary.Rule) -> String {
        rule.ids.map(String.init).joined(separator: ", ") + (rule.rows > rule.ids.count ? " …" : "")
    }

    func grade(_ page: inout Markup) {
        page.element("h2", attributes: [("id", "points")], text: "How the points add up")
        guard let grade = report.grade else {
            page.element("p", text: report.gradeWithheld ?? "No grade is given.")
            return
        }
        guard !grade.parts.isEmpty else {
            page.element("p", text: "No open finding: 0 points.")
            return
        }
        table(&page, ["Finding", "Weight"], numbers: [1]) { page in
            for part in grade.parts.prefix(200) {
                row(&page, numbers: [1]) { [.name(part.id), .text("\(part.weight)")] }
            }
            let rest = grade.parts.dropFirst(200)
            if !rest.isEmpty {
                row(&page, numbers: [1]) {
                    [
                        .text("\(Words.number(rest.count)) more, all in the JSON form"),
                        .text(Words.number(rest.reduce(0) { $0 + $1.weight })),
                    ]
                }
            }
            row(&page, numbers: [1]) { [.text("Sum"), .text(Words.number(grade.points))] }
        }
    }
}
