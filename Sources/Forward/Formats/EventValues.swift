import Foundation

/// The fields of an event for a store of documents: names that an attacker chose become one member of one field, and no
/// value is longer than an index takes.
enum EventValues {
    /// Bytes of all of it at most.
    private static let totalLimit = 128 << 10
    /// How many members at most.
    private static let memberLimit = 500

    /// The event with long values cut, as JSON.
    ///
    /// All values become texts, or lists of them: a field whose members are indexed alike takes no type from the first that
    /// comes.
    static func flattened(_ event: String, valueLimit: Int) -> String {
        guard let object = try? JSONSerialization.jsonObject(with: Data(event.utf8)) as? [String: Any] else {
            return "{}"
        }
        var result: [String: Any] = [:]
        var size = 0
        for (name, value) in object.sorted(by: { $0.key < $1.key }) {
            guard result.count < memberLimit, size < totalLimit else {
                result["truncated"] = "true"
                break
            }
            let texts = (value as? [Any] ?? [value]).prefix(memberLimit).map { cut(text($0), valueLimit) }
            size += name.utf8.count + texts.reduce(0) { $0 + $1.utf8.count }
            result[cut(name, 512)] = texts.count == 1 && !(value is [Any]) ? texts[0] as Any : Array(texts) as Any
        }
        guard
            let data = try? JSONSerialization.data(
                withJSONObject: result, options: [.sortedKeys, .withoutEscapingSlashes])
        else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    /// A value as text; an object as its JSON.
    private static func text(_ value: Any) -> String {
        if let text = value as? String { return text }
        if let number = value as? NSNumber {
            // The switches of JSON are numbers to Foundation.
            return String(cString: number.objCType) == "c" ? "\(number.boolValue)" : "\(number)"
        }
        guard JSONSerialization.isValidJSONObject(value),
            let data = try? JSONSerialization.data(withJSONObject: value, options: [.sortedKeys])
        else { return "\(value)" }
        return String(decoding: data, as: UTF8.self)
    }
}
