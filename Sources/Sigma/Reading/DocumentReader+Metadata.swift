/// What rules and correlations have in common.
extension DocumentReader {
    static let metadataKeys = [
        "title", "id", "name", "related", "taxonomy", "status", "description", "license", "references", "author",
        "date",
        "modified", "tags", "fields", "falsepositives", "level", "scope", "earshot",
    ]

    /// The longest title (specification, *Title*), in characters.
    private static let longestTitle = 256
    /// The longest description (specification, *Description*), in characters.
    static let longestDescription = 65_535

    /// Something is put in for what is wrong, so that the rest of the document can be checked all the same.
    mutating func metadata(_ map: YAMLMap, at position: SourcePosition, isCorrelation: Bool) -> SigmaMetadata {
        let owner = isCorrelation ? "a correlation" : "a rule"
        let title = required("title", in: map, of: owner, at: position).flatMap { self.title($0) }
        let id = map["id"].flatMap { uuid($0, "the id") }
        let name = map["name"].flatMap { line($0, "the name") }
        if isCorrelation {
            if map["id"] == nil, map["name"] == nil {
                error(.missingKey, position, "a correlation needs the key `id` or `name`", Self.idHint)
            }
        } else {
            _ = required("id", in: map, of: owner, at: position, hint: Self.idHint)
        }
        let level = map["level"].map { self.level($0) } ?? missingLevel(of: owner, at: position)
        let status = map["status"].flatMap { choice($0, "a status", of: Self.statuses) }
        let description = map["description"].flatMap { text($0, "the description", Self.longestDescription) }
        let references = map["references"].flatMap { lines($0, "the references") }
        let author = map["author"].flatMap { line($0, "the author") }
        let date = map["date"].flatMap { self.date($0, "the date") }
        let tags = map["tags"].flatMap { self.tags($0) }
        let fields = map["fields"].flatMap { lines($0, "the fields") }
        let falsePositives = map["falsepositives"].flatMap { lines($0, "the false positives", orOne: true) }
        let earshot = map["earshot"].flatMap { self.earshot($0, isCorrelation: isCorrelation) }
        checkUnused(map)
        return SigmaMetadata(
            title: title ?? Located("", at: position), id: id, name: name, status: status?.value,
            description: description,
            references: references?.map(\.value) ?? [], author: author?.value, date: date,
            tags: tags ?? [], fields: fields ?? [], falsePositives: falsePositives?.map(\.value) ?? [],
            level: level ?? Located(.medium, at: position),
            earshot: earshot ?? EarshotExtension(), file: file, source: chunk.text(in: source), position: position)
    }

    private static let idHint = "a random UUID, such as the output of uuidgen"
    private static let levels = SigmaLevel.allCases.map(\.rawValue)
    private static let statuses = ["stable", "test", "experimental", "deprecated", "unsupported"]
    private static let relations = ["derived", "obsolete", "merged", "renamed", "similar"]

    /// Checks what the tree has no place for.
    mutating func checkUnused(_ map: YAMLMap) {
        if let node = map["modified"] { _ = date(node, "the date of modification") }
        if let node = map["license"] { _ = line(node, "the license") }
        if let node = map["taxonomy"] { _ = line(node, "the taxonomy") }
        if let node = map["scope"] { _ = lines(node, "the scope") }
        if let node = map["related"] { related(node) }
    }

    mutating func title(_ node: YAMLNode) -> Located<String>? {
        guard let title = line(node, "the title"), text(node, "the title", Self.longestTitle) != nil else { return nil }
        return title
    }

    mutating func text(_ node: YAMLNode, _ what: String, _ longest: Int) -> String? {
        guard let text = string(node, what) else { return nil }
        let length = text.unicodeScalars.count
        guard length <= longest else {
            error(.tooLong, node.position, "\(what) has \(length) characters, more than \(longest)")
            return nil
        }
        return text
    }

    /// Sigma has rules without a level (specification, *Level*); alerts have one.
    private mutating func missingLevel(of owner: String, at position: SourcePosition) -> Located<SigmaLevel>? {
        warning(.missingKey, position, "\(owner) without `level` counts as medium", "one of: \(list(Self.levels))")
        return Located(.medium, at: position)
    }

    mutating func level(_ node: YAMLNode) -> Located<SigmaLevel>? {
        guard let word = choice(node, "a level", of: Self.levels) else { return nil }
        return SigmaLevel(rawValue: word.value).map { Located($0, at: word.position) }
    }

    mutating func uuid(_ node: YAMLNode, _ what: String) -> Located<String>? {
        guard let text = string(node, what) else { return nil }
        let isSpelledRight = text.utf8.enumerated().allSatisfy { place, byte in
            switch (place, byte) {
            case (8, _), (13, _), (18, _), (23, _): byte == UInt8(ascii: "-")
            case (_, 0x30...0x39), (_, 0x41...0x46), (_, 0x61...0x66): true
            default: false
            }
        }
        guard text.utf8.count == 36, isSpelledRight else {
            error(.badID, node.position, "\(what) is not a UUID", Self.idHint)
            return nil
        }
        return Located(text.lowercased(), at: node.position)
    }

    mutating func date(_ node: YAMLNode, _ what: String) -> String? {
        guard let text = string(node, what) else { return nil }
        guard Self.isDay(text) else {
            // Sigma 1 wrote days so, and many rules still do.
            let dashed = text.replacing("/", with: "-")
            if !text.contains("-"), Self.isDay(dashed) {
                warning(
                    .badDate, node.position, "\(what) is not in the form YYYY-MM-DD", "write \(dashed)")
                return dashed
            }
            error(.badDate, node.position, "\(what) is not a day in the form YYYY-MM-DD")
            return nil
        }
        return text
    }

    private static func isDay(_ text: String) -> Bool {
        guard text.utf8.count == 10 else { return false }
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let isDigits = parts.joined().allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        guard parts.map(\.count) == [4, 2, 2], isDigits else { return false }
        let numbers = parts.compactMap { Int(String(decoding: $0, as: UTF8.self)) }
        guard numbers.count == 3, numbers[0] > 0, (1...12).contains(numbers[1]) else { return false }
        let isLeap = numbers[0] % 4 == 0 && (numbers[0] % 100 != 0 || numbers[0] % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[numbers[1] - 1]).contains(numbers[2])
    }

    /// Tags are `namespace.name`; a wrong one keeps no rule from working (specification, *Tags*).
    private mutating func tags(_ node: YAMLNode) -> [String]? {
        guard let tags = lines(node, "the tags") else { return nil }
        for tag in tags {
            var parts = 1
            var length = 0
            let isSpelledRight = tag.value.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"):
                    length += 1
                    return true
                case UInt8(ascii: "."):
                    defer { length = 0 }
                    parts += 1
                    return length > 0
                default: return false
                }
            }
            if !isSpelledRight || parts < 2 || length == 0 {
                warning(
                    .badTag, tag.position, "the tag `\(tag.value)` is not of the form namespace.name",
                    "lower-case letters, digits, `_` and `-`, with a dot after the namespace")
            }
        }
        return tags.map(\.value)
    }

    private mutating func related(_ node: YAMLNode) {
        guard case .list(let items) = node.content else {
            error(.wrongType, node.position, "`related` must be a list, but this is \(node.kindName)")
            return
        }
        for item in items {
            guard let map = map(item, "an entry of `related`") else { continue }
            checkKeys(of: map, ["id", "type"], in: "`related`")
            if let id = required("id", in: map, of: "an entry of `related`", at: item.position) {
                _ = uuid(id, "the related id")
            }
            if let type = required("type", in: map, of: "an entry of `related`", at: item.position) {
                _ = choice(type, "a kind of relation", of: Self.relations)
            }
        }
    }

    mutating func logsource(_ node: YAMLNode) -> SigmaRule.LogSource? {
        guard let map = map(node, "`logsource`") else { return nil }
        let known = ["product", "category", "service", "definition"]
        // Other keys are allowed (specification, *LogSource*); only one that looks like a slip is worth a word.
        for key in map.entries.map(\.key) where !known.contains(key.value) {
            guard let nearest = nearestName(to: key.value, among: known) else { continue }
            warning(
                .unknownKey, key.position, "`\(key.value)` is not a key of `logsource`", "did you mean `\(nearest)`?")
        }
        let product = map["product"].map { line($0, "the product") }
        let category = map["category"].map { line($0, "the category") }
        let service = map["service"].map { line($0, "the service") }
        if let node = map["definition"] { _ = string(node, "the definition") }
        guard product != nil || category != nil || service != nil else {
            error(.missingKey, node.position, "`logsource` needs a `product`, `category` or `service`")
            return nil
        }
        return SigmaRule.LogSource(
            product: product ?? nil, category: category ?? nil, service: service ?? nil, position: node.position)
    }
}
