import Yams

extension YAMLComposer {
    mutating func report(_ code: DiagnosticCode, _ position: SourcePosition, _ message: String, hint: String? = nil) {
        // A map and its first key begin at the same place and share what stands before it.
        if let last = diagnostics.last, last.code == code.rawValue, last.position == position { return }
        diagnostics.append(Diagnostic(code, file: file, at: position, message, hint: hint))
    }

    mutating func report(_ error: any Error) {
        let start = SourcePosition(line: chunk.lines.lowerBound, column: 1)
        guard let error = error as? YamlError else {
            report(.yamlSyntax, start, "the text cannot be read")
            return
        }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            reportSyntax(context, problem, mark)
        case .duplicatedKeysInMapping(let duplicates, let context):
            let first = position(context.mark)
            reportDuplicate(duplicates.first ?? "", first: first, second: secondPlace(ofKeyAt: first) ?? first)
        case .reader(let problem, _, _, _): report(.yamlSyntax, start, problem)
        default: report(.yamlSyntax, start, "the text cannot be read")
        }
    }

    /// An error of libyaml, with a hint at what authors of rules mostly did.
    private mutating func reportSyntax(_ context: YamlError.Context?, _ problem: String, _ mark: Mark) {
        let place = position(mark)
        let scanned = context?.text ?? ""
        if problem == "found undefined alias" || scanned == "while scanning an alias" {
            report(
                .yamlAlias, position(scanned.isEmpty ? mark : context?.mark), "aliases are not allowed",
                hint: "write the value out; text that begins with `*` needs quotes")
        } else if scanned == "while scanning an anchor" {
            report(
                .yamlAlias, position(context?.mark), "anchors are not allowed",
                hint: "text that begins with `&` needs quotes")
        } else if problem.hasPrefix("Maximum nesting level") {
            report(.tooDeep, place, "lists and maps are nested far too deep")
        } else if scanned == "while scanning a quoted scalar", problem == "found unexpected end of stream" {
            report(.yamlSyntax, position(context?.mark), "the quotation is never closed")
        } else {
            report(
                .yamlSyntax, place, scanned.isEmpty ? problem : "\(scanned): \(problem)", hint: Self.hints[problem])
        }
    }

    private static let hints = [
        "mapping values are not allowed in this context": "text with a colon and a space in it needs quotes",
        "found character that cannot start any token": "text that begins with this character needs quotes",
        "found unknown escape character": "a single backslash stands in single quotes, or doubled in double quotes",
        "could not find expected ':'": "a key is followed by a colon and a space",
    ]

    mutating func reportDuplicate(_ key: String, first: SourcePosition, second: SourcePosition) {
        report(
            .duplicateKey, second, "the key `\(key)` is given twice",
            hint: first == second ? "remove one of them" : "it stands in line \(first.line) already")
    }

    /// Looks for the key again at the same column, as long as the lines can belong to the same map: Yams tells one place.
    private func secondPlace(ofKeyAt first: SourcePosition) -> SourcePosition? {
        guard let rest = source.rest(at: first) else { return nil }
        let key = rest.prefix { $0 != ":" }
        for number in chunk.lines where number > first.line {
            guard let line = source.line(number) else { return nil }
            let indent = line.prefix { $0 == " " }.count
            if indent == line.count || indent >= first.column { continue }
            guard indent == first.column - 1 else { return nil }
            let text = line.dropFirst(indent)
            if text.starts(with: key), text.dropFirst(key.count).first == ":" {
                return SourcePosition(line: number, column: first.column)
            }
        }
        return nil
    }
}
