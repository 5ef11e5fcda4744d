import Foundation
import Yams

/// What is wrong at a place of the configuration.
struct ForwardFault: Error {
    /// One clause for people, without a full stop.
    var message: String
    /// Where; `nil` for what is missing.
    var mark: Mark?
}

/// A key of the configuration, declared once: what reads the file, the nearest name of an unknown key and the page of the
/// documentation all go by this.
struct ForwardKey<Settings>: Sendable {
    /// The key in the file.
    let name: String
    /// The kinds of targets that have it; empty for all.
    let kinds: Set<TargetKind>
    /// What fits, as a noun with its article.
    let noun: String
    /// What it is for.
    let documentation: String
    /// Reads the value.
    let read: @Sendable (Node, inout Settings) throws(ForwardFault) -> Void

    init<Value: Sendable>(
        _ name: String, _ path: any WritableKeyPath<Settings, Value> & Sendable, _ type: ForwardType<Value>,
        of kinds: Set<TargetKind> = [], _ documentation: String
    ) {
        self.name = name
        self.kinds = kinds
        self.documentation = documentation
        noun = type.noun
        read = { node, settings throws(ForwardFault) in
            guard let value = type.read(node) else {
                throw ForwardFault(message: "'\(name)' wants \(type.noun)", mark: node.mark)
            }
            settings[keyPath: path] = value
        }
    }

    /// A value that may be absent.
    init<Value: Sendable>(
        optional name: String, _ path: any WritableKeyPath<Settings, Value?> & Sendable, _ type: ForwardType<Value>,
        of kinds: Set<TargetKind> = [], _ documentation: String
    ) {
        self.init(
            name, path, ForwardType(noun: type.noun) { node in type.read(node).map(Optional.some) }, of: kinds,
            documentation)
    }
}

/// How a value is read.
struct ForwardType<Value: Sendable>: Sendable {
    /// What fits, as a noun with its article.
    let noun: String
    /// The value; `nil` where it does not fit.
    let read: @Sendable (Node) -> Value?
}

extension ForwardType<String> {
    static let text = ForwardType(noun: "a text") { node in
        // Without quotes, `~` and `null` say that there is nothing (YAML 1.2, 10.2.1.1).
        node.null == nil ? node.string.flatMap { $0.isEmpty ? nil : $0 } : nil
    }

    static let absolutePath = ForwardType(noun: "a path that begins with /") { node in
        node.string.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }

    static let address = ForwardType(noun: "HOST:PORT, an IPv6 address in brackets") { node in
        node.string.flatMap { hostAndPort($0) == nil ? nil : $0 }
    }

    static let webAddress = ForwardType(
        noun: "an address that begins with https:// or http://, without a password in it"
    ) {
        node in
        guard let text = node.string, let url = URL(string: text), ["https", "http"].contains(url.scheme ?? ""),
            url.host != nil, url.user == nil, url.password == nil
        else { return nil }
        return text
    }
}

extension ForwardType<[String]> {
    static let texts = ForwardType(noun: "a text or a list of texts") { node in
        if let text = node.scalar == nil ? nil : node.string { return text.isEmpty ? nil : [text] }
        guard let items = node.sequence else { return nil }
        let texts = items.compactMap { $0.scalar == nil ? nil : $0.string }
        return texts.count == items.count && !texts.contains("") ? texts : nil
    }
}

extension ForwardType<Int> {
    static func number(_ range: ClosedRange<Int>) -> Self {
        ForwardType(noun: "a number from \(range.lowerBound) to \(range.upperBound)") { node in
            node.int.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// Bytes: `100MiB`, `64KiB`, `0`.
    static func size(_ range: ClosedRange<Int>) -> Self {
        let wanted = "a size such as 64KiB or 100MiB, from \(range.lowerBound) to \(range.upperBound) bytes, or 0"
        return ForwardType(noun: wanted) { node in
            let text = (node.string ?? "").filter { $0 != " " }
            if text == "0" { return 0 }
            for (unit, factor) in [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)] where text.hasSuffix(unit) {
                guard let number = Int(text.dropLast(3)) else { return nil }
                let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
                return !overflow && range.contains(bytes) ? bytes : nil
            }
            return Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension ForwardType<Double> {
    /// Seconds: `500ms`, `30s`, `5m`, `12h`, `7d`, and `never`, which is 0.
    static func duration(_ range: ClosedRange<Double>, orNever: Bool = false) -> Self {
        let noun = "a time such as 30s, 5m or 12h, from \(range.lowerBound) to \(range.upperBound) s"
        return ForwardType(noun: noun + (orNever ? ", or never" : "")) { node in
            let text = node.string ?? ""
            if text == "never" { return orNever ? 0 : nil }
            for (unit, factor) in [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)] {
                guard text.hasSuffix(unit), let number = Int(text.dropLast(unit.count)), number >= 0 else { continue }
                let seconds = Double(number) * factor
                return range.contains(seconds) ? seconds : nil
            }
            return nil
        }
    }
}

extension ForwardType<Bool> {
    static let flag = ForwardType(noun: "true or false") { $0.bool }
}

extension ForwardType where Value: RawRepresentable<String> & CaseIterable {
    static var word: Self {
        let words = Value.allCases.map(\.rawValue)
        return ForwardType(noun: words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")) { node in
            node.string.flatMap { Value(rawValue: $0) }
        }
    }
}

/// The two halves of `HOST:PORT`, the brackets of an IPv6 address taken off.
func hostAndPort(_ text: String) -> (host: String, port: UInt16)? {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
        return nil
    }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
        host = host.dropFirst().dropLast()
    } else if host.contains(":") {
        return nil
    }
    guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || "/@?#[]".contains($0) }) else { return nil }
    return (String(host), port)
}
