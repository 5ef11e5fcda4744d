import Bytes
import Events
import Foundation

/// Puts one JSON object together, in one line.
public struct JSONLine: Sendable {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]

    /// An object without members.
    public init() {}

    /// Whether nothing was added.
    public var isEmpty: Bool { bytes.count == 1 }

    /// Adds a member; `nil` is left out.
    public mutating func add(_ key: String, _ value: String?) {
        guard let value else { return }
        begin(key)
        appendJSONString(value, to: &bytes)
    }

    /// Adds a member; `nil` is left out.
    public mutating func add(_ key: String, _ value: (some FixedWidthInteger)?) {
        guard let value else { return }
        begin(key)
        bytes.append(decimal: value)
    }

    /// Adds what the matches of a row come to, by the names of the columns of table `alert`.
    mutating func add(_ tally: AlertTally?) {
        guard let tally else { return }
        add("distinct_count", tally.distinct)
        add("distinct_name", tally.distinct == nil ? nil : tally.distinctName)
        if tally.isEstimate { add("distinct_estimate", 1) }
        add("distinct_first", tally.first)
        add("distinct_latest", tally.latest)
        if let values = tally.values {
            begin("distinct_values")
            Self.append(values, to: &bytes)
        }
        add("bytes", tally.bytes)
        if let kinds = tally.kinds {
            begin("kinds")
            Self.append(kinds, to: &bytes)
        }
        if tally.isFolded { add("folded", 1) }
    }

    /// Adds how far people have come, who came so far, and the latest remark.
    mutating func add(state stored: StoredAlert) {
        add("state", stored.state.rawValue)
        guard let triage = stored.triage else { return }
        if triage.isReopened { add("reopened", 1) }
        add("state_by", triage.latestChange?.by)
        add("state_at", triage.latestChange?.at)
        add("note", triage.latestNote?.note)
        add("note_by", triage.latestNote?.by)
    }

    /// Adds true or false as a member; `nil` is left out.
    public mutating func add(_ key: String, flag: Bool?) {
        guard let flag else { return }
        begin(key)
        bytes += Array((flag ? "true" : "false").utf8)
    }

    /// Adds an object as a member.
    public mutating func add(_ key: String, object: JSONLine) {
        begin(key)
        bytes += object.bytes + [UInt8(ascii: "}")]
    }

    /// Adds a list of texts as a member; an empty one is left out.
    public mutating func add(_ key: String, list texts: [String]) {
        guard !texts.isEmpty else { return }
        begin(key)
        Self.append(texts, to: &bytes)
    }

    /// Adds a list of objects as a member; an empty one is left out.
    public mutating func add(_ key: String, objects: [JSONLine]) {
        guard !objects.isEmpty else { return }
        begin(key)
        bytes.append(UInt8(ascii: "["))
        for (index, object) in objects.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += object.bytes
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "]"))
    }

    /// Adds members that are lists of texts, as one object.
    mutating func add(_ key: String, lists: [(String, [String])]) {
        var object = JSONLine()
        for (name, values) in lists {
            object.begin(name)
            Self.append(values, to: &object.bytes)
        }
        add(key, object: object)
    }

    /// An array of texts.
    static func list(_ texts: [String]) -> String {
        var bytes: [UInt8] = []
        append(texts, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func append(_ texts: [String], to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "["))
        for (index, text) in texts.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            appendJSONString(text, to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    /// Adds JSON text as it is, if it is an object; else as a string, so that it cannot forge other members.
    public mutating func add(_ key: String, json: String) {
        let parsed = try? JSONSerialization.jsonObject(with: Data(json.utf8))
        guard parsed is [String: Any] else { return add(key, json) }
        begin(key)
        // Outside of strings, line feeds are white space; inside they cannot stand.
        bytes += json.utf8.map { $0 < 0x20 ? UInt8(ascii: " ") : $0 }
    }

    private mutating func begin(_ key: String) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        appendJSONString(key, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }

    /// The object.
    ///
    /// Characters that a terminal would obey are escaped as `\uNNNN`, which says the same to a parser.
    public func finished() -> String { terminalSafeJSON(String(decoding: bytes + [UInt8(ascii: "}")], as: UTF8.self)) }
}

/// JSON text in which characters that a terminal would obey are escaped as `\uNNNN`.
///
/// - Parameter text: JSON in one line.
/// - Returns: the same to a parser.
public func terminalSafeJSON(_ text: String) -> String {
    guard !text.unicodeScalars.allSatisfy(isTerminalSafe) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
        if isTerminalSafe(scalar) {
            result.unicodeScalars.append(scalar)
        } else {
            for unit in UTF16.encode(scalar) ?? .init() {
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
    }
    return result
}
