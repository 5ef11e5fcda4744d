import Alerts
import Foundation
import Inventory
import Testing

@testable import Exposure

/// The page: well-formed, harmless whatever the network sent, bounded.
struct PageTests {
    /// Names as hostile as a client may make them.
    private static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</code></li></ul></body>", "&lt;b&gt;&#60;",
        "a\u{202E}gpj.exe", "\u{0}\u{1B}[31mred\u{7}", "]]><!-- -->", "{{constructor}}", "' onmouseover='x",
        "\u{FEFF}\u{200B}\u{2066}", String(repeating: "x", count: 70_000), "$SYS/broker/<b>", "", "/", "//",
    ]

    private func hostilePlant() -> Plant {
        var plant = Plant()
        let key = plant.server("mqtt", "10.0.0.5", 1883) {
            $0.anonymous = Plant.seen()
            $0.grantedAll = Plant.seen()
            $0.systemReadable = Plant.seen()
            $0.implementations = Self.hostile.map {
                Claim($0, .systemTopic, confidence: 5, seen: Plant.seen())
            }
        }
        for name in Self.hostile {
            plant.topic(key, name) {
                $0.kinds = NameCounts(["secret.jwt": 1, name: 2])
                $0.categories = NameCounts(["energy": 1])
                $0.readers = NameCounts([name: 3])
                $0.isCommand = true
            }
            plant.secret("d\(name)", "login", key, clients: [name, name + "2", name + "3"], places: [name])
            var client = ClientRecord(proto: "mqtt", name: name, user: name, home: nil, seen: Plant.seen())
            client.servers = NameCounts([key: 3])
            client.anonymous = 2
            plant.inventory.clients.append(client)
            var filter = FilterRecord(server: key, filter: "#", seen: Plant.seen())
            filter.granted = 1
            filter.clients = NameCounts([name: 1])
            plant.inventory.filters.append(filter)
            plant.alert("22222222", .critical, server: "10.0.0.5", summary: name)
        }
        let losses = #""losses":{"<u>":{"gaps":1,"unparsed_bytes":2}}"#
        plant.run(#"{"messages":{"mqtt":{"PUBLISH":9}},"blind_spots":{"<i>x</i>":3},\#(losses)}"#)
        return plant
    }

    @Test("A page is well-formed, whatever it tells of") func wellFormed() throws {
        for report in [Plant().report(), hostilePlant().report()] {
            let page = PageCheck(ReportPage(report).html)
            #expect(page.faults.isEmpty, "\(page.faults.prefix(3))")
            #expect(page.elements["script"] == 1, "the data, which no browser runs")
            #expect(page.elements["h1"] == 1)
        }
    }

    @Test("Text of the network is shown and does nothing") func harmless() throws {
        var report = hostilePlant().report()
        report.compare(with: try EarlierReport(contentsOf: Array(try #require(report.json).utf8)))
        let html = ReportPage(report).html
        let page = PageCheck(html)
        for name in ["img", "b ", "i ", "u ", "iframe", "object", "form", "base", "link"] {
            #expect(page.elements[name.trimmingCharacters(in: .whitespaces)] ?? 0 == 0 || name == "b ", "\(name)")
        }
        #expect(!page.attributes.contains { $0.hasPrefix("on") }, "\(page.attributes)")
        #expect(page.attributes.isSubset(of: PageCheck.known), "\(page.attributes)")
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(html.contains("a<span class=\"u\">U+202E</span>gpj.exe"))
        #expect(html.contains("<span class=\"u\">U+0000</span><span class=\"u\">U+001B</span>[31mred"))
        for scalar in html.unicodeScalars where scalar != "\n" {
            #expect(scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value), "a control character")
            #expect(!(0x202A...0x202E).contains(scalar.value) && !(0x2066...0x2069).contains(scalar.value), "bidi")
        }
    }

    @Test("The page asks for nothing from elsewhere") func standsAlone() {
        let html = ReportPage(hostilePlant().report()).html
        #expect(html.contains("content=\"default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;;"))
        let page = PageCheck(html)
        #expect(page.links.allSatisfy { $0.hasPrefix("#") }, "\(page.links)")
        for link in page.links { #expect(html.contains("id=\"\(link.dropFirst())\""), "\(link) leads nowhere") }
        #expect(!html.contains("url(") && !html.contains("@import"))
    }

    @Test("Five thousand topics stay a page that a person can read") func many() throws {
        var plant = Plant()
        let key = plant.server("mqtt", "10.0.0.5", 1883)
        for index in 0..<5000 {
            plant.topic(key, "plant/line-\(index % 20)/cell-\(index / 20 % 10)/signal-\(index)") {
                $0.categories = NameCounts(["manufacturing": 1])
            }
        }
        let report = plant.report()
        let tree = try #require(report.trees.first)
        func count(_ nodes: [ServerTree.Node]) -> Int { nodes.reduce(nodes.count) { $0 + count($1.children) } }
        #expect(count(tree.roots) <= TreeMaker.mostNodes)
        #expect(tree.roots.map(\.name) == ["plant"])
        #expect(tree.roots[0].names == 5000)
        #expect(tree.roots[0].children.count == 20, "every line is there")
        #expect(tree.roots[0].children.allSatisfy { $0.names == 250 && !$0.children.isEmpty })
        #expect(tree.templates == 5000)
        #expect(ReportPage(report).html.utf8.count < 400_000)
        #expect(report.classes.first { $0.name == "manufacturing" }?.names == 5000)
    }

    @Test("A tree counts what it hides") func hidden() {
        var plant = Plant()
        let key = plant.server("mqtt", "10.0.0.5", 1883)
        for index in 0..<1000 { plant.topic(key, "root-\(index)") }
        let tree = plant.report().trees.first
        #expect(tree?.roots.count == TreeMaker.mostChildren)
        #expect(tree?.hidden == 1000 - TreeMaker.mostChildren)
    }

    @Test("A report counts secrets; not even their digests get in") func noSecrets() throws {
        var plant = Plant()
        let key = plant.server("mqtt", "10.0.0.5", 1883)
        plant.secret("deadbeefcafe", "login", key, clients: ["a", "b", "c"])
        plant.secret("0123456789ab", "jwt", key, clients: ["a"], places: ["x"])
        let report = plant.report()
        for text in [ReportPage(report).html, try #require(report.json)] {
            #expect(!text.contains("deadbeefcafe"))
            #expect(!text.contains("0123456789ab"))
        }
    }
}

/// Reads HTML as strictly as a parser of XML would, but for the elements that have no end: every element is closed in
/// order,
/// every attribute is quoted, no `<` or bare `&` stands in text.
struct PageCheck {
    /// The attributes that a page may have.
    static let known: Set<String> = [
        "lang", "charset", "http-equiv", "content", "name", "class", "href", "id", "type", "open", "viewBox", "role",
        "aria-label", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "rx", "text-anchor",
    ]
    private static let void: Set<String> = ["meta"]

    private(set) var faults: [String] = []
    private(set) var elements: [String: Int] = [:]
    private(set) var attributes: Set<String> = []
    private(set) var links: [String] = []

    init(_ html: String) {
        var rest = Substring(html)
        guard rest.hasPrefix("<!DOCTYPE html>\n") else {
            faults.append("no doctype")
            return
        }
        rest = rest.dropFirst("<!DOCTYPE html>\n".count)
        var stack: [String] = []
        while let start = rest.firstIndex(of: "<") {
            text(rest[..<start])
            guard let end = rest[start...].firstIndex(of: ">") else {
                faults.append("a tag without end")
                return
            }
            let tag = rest[rest.index(after: start)..<end]
            rest = rest[rest.index(after: end)...]
            if tag.hasPrefix("/") {
                if stack.popLast() != String(tag.dropFirst()) { faults.append("</\(tag.dropFirst())> out of order") }
                continue
            }
            let name = open(tag)
            elements[name, default: 0] += 1
            if Self.void.contains(name) { continue }
            stack.append(name)
            // What stands in these is no markup.
            if name == "style" || name == "script" {
                guard let close = rest.range(of: "</\(name)>") else {
                    faults.append("<\(name)> without end")
                    return
                }
                if rest[..<close.lowerBound].contains("<") { faults.append("< in <\(name)>") }
                rest = rest[close.lowerBound...]
            }
        }
        text(rest)
        if !stack.isEmpty { faults.append("not closed: \(stack)") }
    }

    private mutating func text(_ text: Substring) {
        if text.contains(">") { faults.append("> in \(text.prefix(60))") }
        var rest = text
        while let start = rest.firstIndex(of: "&") {
            let entity = rest[start...].prefix(7)
            if !["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"].contains(where: { entity.hasPrefix($0) }) {
                faults.append("a bare & in \(entity)")
            }
            rest = rest[rest.index(after: start)...]
        }
    }

    /// Reads the inside of an opening tag; gives its name.
    private mutating func open(_ tag: Substring) -> String {
        let name = tag.prefix { $0 != " " }
        var rest = tag.dropFirst(name.count)
        while !rest.isEmpty {
            rest = rest.drop { $0 == " " }
            let key = rest.prefix { $0 != "=" }
            rest = rest.dropFirst(key.count)
            guard rest.hasPrefix("=\""), let end = rest.dropFirst(2).firstIndex(of: "\"") else {
                faults.append("attribute of <\(tag.prefix(40))>")
                return String(name)
            }
            let value = rest[rest.index(rest.startIndex, offsetBy: 2)..<end]
            attributes.insert(String(key))
            text(value)
            if key == "href" || key == "src" { links.append(String(value)) }
            rest = rest[rest.index(after: end)...]
        }
        return String(name)
    }
}
