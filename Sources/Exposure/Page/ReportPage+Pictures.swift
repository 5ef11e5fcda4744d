/// The chart of the classes and the trees of names.
extension ReportPage {
    func chart(_ page: inout Markup) {
        guard !report.classes.isEmpty else { return }
        page.element("h2", text: "What the records are about")
        page.element(
            "p",
            text:
                "Different names of topics and resources by the class of their records, in the eight classes of the "
                + "2018 study of open brokers and CoAP servers. A "
                + "name can belong to several.")
        let most = max(1, report.classes.map(\.names).max() ?? 1)
        let (rowHeight, labelWidth, barWidth) = (26, 130, 330)
        let height = report.classes.count * rowHeight + 6
        let size = "0 0 \(labelWidth + barWidth + 240) \(height)"
        let alternative = report.classes.map { "\($0.name) \($0.names)" }.joined(separator: ", ")
        page.element(
            "svg", attributes: [("viewBox", size), ("role", "img"), ("aria-label", "Names by class: \(alternative)")]
        ) { page in
            for (index, share) in report.classes.enumerated() {
                let y = index * rowHeight
                page.element(
                    "text",
                    attributes: [("x", "\(labelWidth - 10)"), ("y", "\(y + 17)"), ("text-anchor", "end")],
                    text: share.name == "none" ? "none of them" : share.name)
                let width = share.names == 0 ? 0 : max(2, share.names * barWidth / most)
                page.element(
                    "rect", share.name == "none" ? "none" : "bar",
                    attributes: [
                        ("x", "\(labelWidth)"), ("y", "\(y + 4)"), ("width", "\(width)"), ("height", "17"), ("rx", "2"),
                    ]
                ) { _ in }
                page.element(
                    "text", "v", attributes: [("x", "\(labelWidth + width + 8)"), ("y", "\(y + 17)")],
                    text: share.names == 0
                        ? "0"
                        : "\(Words.number(share.names)) (\(Words.count(share.messages, "record")), "
                            + "\(Words.count(share.servers, "server")))")
            }
            page.element(
                "line", "axis",
                attributes: [
                    ("x1", "\(labelWidth)"), ("y1", "0"), ("x2", "\(labelWidth)"), ("y2", "\(height - 6)"),
                ]
            ) { _ in }
        }
    }

    func trees(_ page: inout Markup) {
        guard !report.trees.isEmpty else { return }
        page.element("h2", text: "Topics and resources")
        page.element(
            "p", "note",
            text:
                "Behind each level: different names at and below it, classes of their records, and what is worth "
                + "most. Levels can be opened; what does "
                + "not fit is counted, and 'earshot assets topics' lists all.")
        for tree in report.trees {
            page.element("h3") { page in
                page.code(tree.server)
                page.text(" · \(Words.count(tree.templates, "kind")) of names")
            }
            page.element("div", "tree") { page in
                page.element("ul") { page in
                    for root in tree.roots { node(&page, root, above: nil, isOpen: tree.roots.count <= 3) }
                    hidden(&page, tree.hidden)
                }
            }
        }
        let servers = Set(report.servers.filter { $0.topics > 0 }.map(\.key)).count - report.trees.count
        if servers > 0 {
            page.element("p", "note", text: "and the names of \(Words.count(servers, "more server", "more servers")).")
        }
    }

    private func node(
        _ page: inout Markup, _ node: ServerTree.Node, above: ServerTree.Node?, isOpen: Bool
    ) {
        page.element("li") { page in
            guard !node.children.isEmpty || node.hidden > 0 else { return label(&page, node, above) }
            page.element("details", attributes: isOpen ? [("open", "")] : []) { page in
                page.element("summary") { label(&$0, node, above) }
                page.element("ul") { page in
                    for child in node.children { self.node(&page, child, above: node, isOpen: false) }
                    hidden(&page, node.hidden)
                }
            }
        }
    }

    /// The name of a level; what it shares with the one above is said there.
    private func label(_ page: inout Markup, _ node: ServerTree.Node, _ above: ServerTree.Node?) {
        page.code(node.name.isEmpty ? "(empty level)" : node.name)
        if node.names > 1 { page.element("span", "note", text: " \(Words.number(node.names))") }
        if node.classes != above?.classes, !node.classes.isEmpty {
            page.element(
                "span", "c",
                text: " "
                    + "\(node.classes.joined(separator: ", "))")
        }
        let kinds = node.kinds.map { Words.name(ofKind: $0) }
        if node.kinds != above?.kinds, !kinds.isEmpty {
            page.element(
                "span", "k",
                text: " "
                    + "\(Words.list(kinds, limit: 4))")
        }
        if node.isCommand, above?.isCommand != true || node.children.isEmpty && node.hidden == 0 {
            page.element("span", "k", text: node.children.isEmpty && node.hidden == 0 ? " commands" : " with commands")
        }
    }

    private func hidden(_ page: inout Markup, _ count: Int) {
        guard count > 0 else { return }
        page.element("li", "note", text: "and \(Words.count(count, "more level", "more levels")) here")
    }
}
