import Events

/// HTML that is put together of elements which are closed and of text which is escaped: nothing else gets in.
struct Markup {
    /// The HTML so far.
    private(set) var html = ""

    /// An element with what `body` puts into it.
    mutating func element(
        _ name: StaticString, _ kind: String? = nil, attributes: [(StaticString, String)] = [],
        _ body: (inout Markup) -> Void
    ) {
        open(name, kind, attributes)
        body(&self)
        html += "</\(name)>"
    }

    /// An element with text.
    mutating func element(
        _ name: StaticString, _ kind: String? = nil, attributes: [(StaticString, String)] = [], text: String
    ) { element(name, kind, attributes: attributes) { $0.text(text) } }

    /// An element that has no end, such as `meta`.
    mutating func void(_ name: StaticString, _ attributes: [(StaticString, String)]) { open(name, nil, attributes) }

    /// Text.
    mutating func text(_ text: some StringProtocol) {
        for scalar in text.unicodeScalars {
            if isTerminalSafe(scalar) {
                append(escaping: scalar)
            } else {
                html += "<span class=\"u\">U+\(Self.hexadecimal(scalar))</span>"
            }
        }
    }

    /// A new line, which only `pre` shows.
    mutating func lineFeed() { html += "\n" }

    /// A name from the network, in a typewriter's letters; cut where it is very long.
    mutating func code(_ name: String) {
        element("code") { markup in
            markup.text(name.prefix(240))
            if name.count > 240 { markup.element("span", "note", text: "… \(Words.number(name.count)) characters") }
        }
    }

    /// The style sheet: text of this program alone.
    mutating func style(_ sheet: StaticString) { html += "<style>\(sheet)</style>" }

    /// Data that a program finds again in the page; no browser runs it.
    mutating func data(_ json: String, id: StaticString) {
        // Characters that could end the element or begin a comment in it (HTML, 4.12.1.3) are written as JSON escapes.
        var safe = ""
        for scalar in json.unicodeScalars {
            switch scalar {
            case "<", ">", "&", "\u{2028}", "\u{2029}": safe += "\\u" + Self.hexadecimal(scalar)
            default:
                if scalar.value >= 0x7F, !isTerminalSafe(scalar) {
                    for unit in UTF16.encode(scalar) ?? .init() {
                        safe += "\\u" + Self.hexadecimal(UInt32(unit))
                    }
                } else {
                    safe.unicodeScalars.append(scalar)
                }
            }
        }
        html += "<script type=\"application/json\" id=\"\(id)\">\(safe)</script>"
    }

    private mutating func open(_ name: StaticString, _ kind: String?, _ attributes: [(StaticString, String)]) {
        html += "<\(name)"
        if let kind { attribute("class", kind) }
        for (name, value) in attributes { attribute(name, value) }
        html += ">"
    }

    private mutating func attribute(_ name: StaticString, _ value: String) {
        html += " \(name)=\""
        for scalar in value.unicodeScalars { append(escaping: isTerminalSafe(scalar) ? scalar : "?") }
        html += "\""
    }

    private mutating func append(escaping scalar: Unicode.Scalar) {
        switch scalar {
        case "&": html += "&amp;"
        case "<": html += "&lt;"
        case ">": html += "&gt;"
        case "\"": html += "&quot;"
        case "'": html += "&#39;"
        default: html.unicodeScalars.append(scalar)
        }
    }

    private static func hexadecimal(_ scalar: Unicode.Scalar) -> String { hexadecimal(scalar.value) }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
