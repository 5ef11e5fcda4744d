import Detection
import Foundation
import Inventory
import Network
import Sigma
import Yams

/// What is wrong with a policy, or odd about it.
public struct PolicyFinding: Hashable, Sendable {
    /// Whether the file cannot be used.
    public var isError: Bool
    /// One clause for people, without a full stop.
    public var message: String
    /// The line, from 1; 0 for the file as a whole.
    public var line: Int
    /// The column, from 1.
    public var column: Int

    init(_ message: String, _ mark: Mark?, isError: Bool = true) {
        self.init(message, line: mark?.line ?? 0, column: mark?.column ?? 0, isError: isError)
    }

    init(_ message: String, line: Int, column: Int, isError: Bool = true) {
        self.isError = isError
        self.message = message
        self.line = line
        self.column = column
    }

    /// `FILE:LINE:COLUMN: error: what`, as compilers and editors have it.
    public func text(in file: String) -> String {
        let place = line > 0 ? "\(file):\(line):\(column)" : file
        return "\(place): \(isError ? "error" : "warning"): \(message)"
    }
}

/// Reads the text of a policy.
struct PolicyReader {
    var policy = Policy()
    var findings: [PolicyFinding] = []
    /// Where each entry begins.
    private(set) var marks: [Mark?] = []

    /// Reads a file; what is wrong with it is in `findings`, all of it at once.
    init(_ text: String) {
        // One that stands for much makes a short file long, and one entry of another, which nobody sees who reads its line.
        if let place = Self.anchor(in: text) {
            let message = "anchors and aliases (& and *) are not read here; write it out"
            findings.append(PolicyFinding(message, line: place.line, column: place.column))
            return
        }
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch {
            findings.append(Self.syntaxFault(error))
            return
        }
        guard let root, root.null == nil || root.mapping != nil else {
            findings.append(PolicyFinding("the file is empty; 'earshot policy learn -o FILE' writes one", nil))
            return
        }
        guard let mapping = root.mapping else {
            findings.append(PolicyFinding("a map is wanted that begins with 'schema: \(Policy.schema)'", root.mark))
            return
        }
        var hasSchema = false
        // Times are read by it, wherever it stands.
        if let zone = mapping["zone"] { readZone(zone) }
        for (key, value) in mapping {
            let name = key.string ?? ""
            if name == "schema" {
                hasSchema = true
                if value.int != Policy.schema {
                    findings.append(PolicyFinding("this program reads schema \(Policy.schema)", value.mark))
                }
            } else if name == "modes" {
                readModes(value)
            } else if name == "maintenance" {
                readMaintenance(value)
            } else if name == "zone" {
                continue
            } else if let section = PolicySection(rawValue: name) {
                readSection(section, value)
            } else {
                let names = ["schema", "zone", "modes", "maintenance"] + PolicySection.allCases.map(\.rawValue)
                unknown("section", name, names, key.mark)
            }
        }
        if !hasSchema { findings.append(PolicyFinding("'schema: \(Policy.schema)' is missing", root.mark)) }
        findings.sort { ($0.line, $0.column) < ($1.line, $1.column) }
    }

    private mutating func readModes(_ node: Node) {
        guard let mapping = node.mapping else {
            findings.append(PolicyFinding("'modes' wants a map, such as 'topics: on'", node.mark))
            return
        }
        for (key, value) in mapping {
            guard let section = PolicySection(rawValue: key.string ?? "") else {
                unknown("section", key.string ?? "", PolicySection.allCases.map(\.rawValue), key.mark)
                continue
            }
            // `on` is a truth in YAML 1.1, and a word here.
            guard let mode = Policy.Mode(rawValue: value.scalar?.string ?? "") else {
                findings.append(PolicyFinding("'\(section.rawValue)' wants learn, shadow or on", value.mark))
                continue
            }
            policy.modes[section] = mode
        }
    }

    private mutating func readSection(_ section: PolicySection, _ node: Node) {
        if node.scalar != nil, node.null != nil { return }
        guard let items = node.sequence else {
            findings.append(PolicyFinding("'\(section.rawValue)' wants a list of entries", node.mark))
            return
        }
        for item in items {
            guard let mapping = item.mapping else {
                findings.append(PolicyFinding("an entry is a map, such as '{\(section.nameKey): NAME}'", item.mark))
                continue
            }
            if let entry = readEntry(section, mapping, item.mark) {
                policy.entries.append(entry)
                marks.append(item.mark)
            }
        }
    }

    private mutating func readEntry(_ section: PolicySection, _ mapping: Node.Mapping, _ mark: Mark?) -> PolicyEntry? {
        var entry = PolicyEntry(section, "")
        var (first, last, count, days, frame) = (Int64?.none, Int64?.none, Int64(0), 1, UInt64(0))
        for (key, value) in mapping {
            let name = key.string ?? ""
            switch name {
            case section.nameKey: entry.name = text(name, value) ?? ""
            case section.scopeKey: entry.scope = text(name, value)
            case "state":
                if let state = PolicyEntry.State(rawValue: value.scalar?.string ?? "") {
                    entry.state = state
                } else {
                    findings.append(PolicyFinding("'state' wants allow, candidate or deny", value.mark))
                }
            case "first": first = time(name, value)
            case "last": last = time(name, value)
            case "count": count = Int64(whole(name, value) ?? 0)
            case "days": days = whole(name, value) ?? 1
            case "frame": frame = UInt64(max(0, whole(name, value) ?? 0))
            case "by": entry.by = text(name, value)
            case "why": entry.why = text(name, value)
            case "alert": entry.alert = whole(name, value).map { Int64($0) }
            case "added": entry.added = time(name, value)
            case "until": entry.until = time(name, value)
            default:
                guard let attribute = PolicyAttribute(rawValue: name), section.attributes.contains(attribute) else {
                    let known = [section.nameKey] + [section.scopeKey].compactMap { $0 }
                    unknown("key", name, known + section.attributes.map(\.rawValue) + Self.commonKeys, key.mark)
                    continue
                }
                if let read = self.value(attribute, value) { entry.values[attribute] = read }
            }
        }
        guard !entry.name.isEmpty else {
            findings.append(PolicyFinding("the entry does not say which \(section.nameKey) it is about", mark))
            return nil
        }
        if let first, let last {
            var seen = Sightings(at: min(first, last), frame: frame)
            (seen.last, seen.count, seen.days) = (max(first, last), count, days)
            entry.seen = seen
        }
        return entry
    }

    private static let commonKeys = [
        "state", "first", "last", "count", "days", "frame", "by", "why", "alert", "added", "until",
    ]
}

// Values.
extension PolicyReader {
    mutating func wrong(_ key: String, _ wanted: String, _ node: Node) {
        findings.append(PolicyFinding("'\(key)' wants \(wanted)", node.mark))
    }

    mutating func unknown(_ what: String, _ name: String, _ known: [String], _ mark: Mark?) {
        let hint = nearestName(to: name, among: known).map { "; did you mean '\($0)'?" } ?? ""
        findings.append(PolicyFinding("there is no \(what) '\(name)' here\(hint)", mark))
    }

    /// A text as it stands there, whatever YAML would make of it: `on`, `no` and `1e3` are names of clients too.
    mutating func text(_ key: String, _ node: Node) -> String? {
        guard let text = node.scalar?.string, !text.isEmpty else {
            wrong(key, "a text", node)
            return nil
        }
        return text
    }

    private mutating func whole(_ key: String, _ node: Node) -> Int? {
        guard let number = number(key, node) else { return nil }
        guard let whole = Int(exactly: number) else {
            wrong(key, "a whole number", node)
            return nil
        }
        return whole
    }

    /// Decimal numbers only: leading zeros, which YAML 1.1 takes for octal, are an error.
    private mutating func number(_ key: String, _ node: Node) -> Double? {
        let text = node.scalar?.string ?? ""
        let digits = text.drop { $0 == "-" || $0 == "+" }
        let hasLeadingZero = digits.count > 1 && digits.first == "0" && digits.dropFirst().first?.isNumber == true
        let isDecimal = text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || "+-.eE".utf8.contains($0) }
        guard isDecimal, !hasLeadingZero, let number = Double(text), number.isFinite else {
            wrong(key, hasLeadingZero ? "a number without leading zeros" : "a number", node)
            return nil
        }
        return number
    }

    mutating func time(_ key: String, _ node: Node) -> Int64? {
        let text = node.scalar?.string ?? ""
        // Without an offset it is one of the zone: of a date its beginning.
        if let zone = policy.zone {
            let local = text.utf8.count == 10 ? text + "T00:00:00Z" : text.utf8.count == 16 ? text + ":00Z" : text + "Z"
            if let time = Timestamp(rfc3339: local) {
                return zone.moment(ofLocal: time.microseconds / 1_000_000) * 1_000_000
            }
        }
        guard let time = Timestamp(rfc3339: text) else {
            wrong(key, "a time, such as 2026-12-01T08:00:00Z, or a date", node)
            return nil
        }
        return time.microseconds
    }

    private mutating func value(_ attribute: PolicyAttribute, _ node: Node) -> PolicyValue? {
        let key = attribute.rawValue
        switch attribute.shape {
        case .flag:
            switch node.scalar?.string {
            case "true": return .flag(true)
            case "false": return .flag(false)
            default: wrong(key, "true or false", node)
            }
        case .number: return number(key, node).map { .number($0) }
        case .texts:
            let items = node.sequence.map { Array($0) } ?? [node]
            let texts = items.compactMap { text(key, $0) }
            guard texts.count == items.count else { return nil }
            if attribute == .numbers, NumberRuns(texts) == nil {
                wrong(key, "numbers and runs of them, such as [1-20, 25]", node)
                return nil
            }
            if attribute == .networks, !texts.allSatisfy({ IPAddress($0) != nil || CIDRBlock($0) != nil }) {
                wrong(key, "addresses and networks, such as [10.0.0.5, 192.168.7.0/24]", node)
                return nil
            }
            return .texts(texts)
        case .numbers, .band:
            guard let items = node.sequence else {
                wrong(key, attribute.shape == .band ? "[least, greatest]" : "a list of numbers", node)
                return nil
            }
            let numbers = items.compactMap { number(key, $0) }
            guard numbers.count == items.count else { return nil }
            if attribute.shape == .numbers { return .numbers(numbers) }
            guard numbers.count == 2, numbers[0] <= numbers[1] else {
                wrong(key, "[least, greatest]", node)
                return nil
            }
            return .band(numbers[0], numbers[1])
        }
        return nil
    }

    /// Where the first anchor or alias stands (YAML 1.2.2, 6.9.2 and 7.1); `nil` where there is none.
    private static func anchor(in text: String) -> (line: Int, column: Int)? {
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            var quote: Character?
            var before: Character?
            for (column, character) in line.enumerated() {
                if let open = quote {
                    if character == open { quote = nil }
                    before = character
                    continue
                }
                let isStart = before.map { ":,[{-".contains($0) } ?? true
                if character == " " { continue }
                if character == "#" { break }
                if isStart, character == "'" || character == "\"" { quote = character }
                if isStart, character == "&" || character == "*" {
                    return (number + 1, column + 1)
                }
                before = character
            }
        }
        return nil
    }

    private static func syntaxFault(_ error: any Error) -> PolicyFinding {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _)?, .parser(let context, let problem, let mark, _)?,
            .composer(let context, let problem, let mark, _)?:
            let before = context.map { "\($0.text): " } ?? ""
            return PolicyFinding("not valid YAML: \(before)\(problem)", mark)
        case .duplicatedKeysInMapping(let keys, let context)?:
            let names = keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
            return PolicyFinding("\(names) stands there twice; remove one of the two", context.mark)
        default: return PolicyFinding("not valid YAML: \(error)", nil)
        }
    }
}
