import Foundation

/// Every MQTT message that the program reads in a capture, passwords in clear.
public func decodedMQTT(_ capture: String) throws -> [ShownMessage] {
    let outcome = try earshot("decode", capture, "--show-secrets", limit: 120)
    return try outcome.lines.compactMap { line in
        guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
            object["event.category"] as? String == "mqtt"
        else { return nil }
        var fields: [String: [String]] = [:]
        for (name, value) in object where name.hasPrefix("mqtt.") {
            fields[name] = (value as? [Any] ?? [value]).map(text).filter { !$0.isEmpty }
        }
        return ShownMessage(frame: object["frame.number"] as? Int ?? 0, fields: fields.filter { !$0.value.isEmpty })
    }
}

/// A JSON value in words; the switches of JSON are numbers to Foundation.
private func text(_ value: Any) -> String {
    if let text = value as? String { return text }
    guard let number = value as? NSNumber else { return "\(value)" }
    return String(cString: number.objCType) == "c" ? "\(number.boolValue)" : "\(number)"
}

/// How far two readings of the same messages agree, field by field.
public struct FieldAgreement {
    /// What came of one field.
    public struct Count {
        /// Messages of which either reading has a value.
        public var shown = 0
        /// Those of which both have the same values.
        public var equal = 0
    }

    /// By the program's names.
    public private(set) var counts: [String: Count] = [:]
    /// Where they differ: the capture, the frame, the field, their values, ours.
    public private(set) var differences: [String] = []

    /// Fields of the program that tshark reads as well. Of a CONNECT alone: who the client is, and the version.
    private static let common: Set<String> = {
        var names = Set(TsharkMQTT.names.values.map(\.name)).union(["mqtt.type"])
        names.formUnion(TsharkMQTT.properties.values.map { "mqtt.prop.\($0)" })
        names.formUnion(TsharkMQTT.properties.values.map { "mqtt.will.prop.\($0)" })
        return names
    }()

    public init() {}

    /// Takes in two readings of a capture, message by message.
    ///
    /// - Parameters:
    ///   - comparesFrames: whether both complete their messages in the same frames; where not, messages of the same type,
    ///     length and packet identifier are compared in their order.
    ///   - isKnown: whether a difference in that field of that message of theirs is one that has its reason.
    public mutating func add(
        _ capture: String, theirs: [ShownMessage], ours: [ShownMessage], comparesFrames: Bool = true,
        isKnown: (ShownMessage, String) -> Bool = { _, _ in false }
    ) {
        func key(_ message: ShownMessage) -> String {
            comparesFrames
                ? "\(message.frame)"
                : "\(message.type) \(message.fields["mqtt.len"] ?? []) \(message.fields["mqtt.msgid"] ?? [])"
        }
        let left = Dictionary(grouping: theirs, by: key)
        let right = Dictionary(grouping: ours, by: key)
        for key in Set(left.keys).union(right.keys).sorted() {
            let (one, other) = (left[key] ?? [], right[key] ?? [])
            if one.count != other.count {
                differences.append("\(capture) \(key): \(one.count) messages of theirs, \(other.count) of ours")
            }
            for (their, our) in zip(one, other) { compare(capture, their, our, isKnown) }
        }
    }

    private mutating func compare(
        _ capture: String, _ theirs: ShownMessage, _ ours: ShownMessage, _ isKnown: (ShownMessage, String) -> Bool
    ) {
        for name in Self.common {
            if ["mqtt.clientid", "mqtt.username"].contains(name), theirs.type != "CONNECT" { continue }
            let (left, right) = (theirs.fields[name] ?? [], ours.fields[name] ?? [])
            if left.isEmpty && right.isEmpty { continue }
            counts[name, default: Count()].shown += 1
            if left == right {
                counts[name, default: Count()].equal += 1
            } else if !isKnown(theirs, name) {
                differences.append("\(capture) frame \(theirs.frame) \(theirs.type) \(name): \(left), ours \(right)")
            }
        }
    }

    /// A line for each field.
    public var table: [String] {
        counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.equal) of \($0.value.shown)" }
    }
}
