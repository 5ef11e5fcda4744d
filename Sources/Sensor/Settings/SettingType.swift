import Alerts
import Network
import Sigma
import Yams

/// What is wrong at a place of a configuration file.
struct SettingFault: Error {
    /// One clause for people, without a full stop.
    var message: String
    /// Where; `nil` for a value that is in no file.
    var mark: Mark?
}

/// The type of a setting: how a value is read, and how it is shown.
struct SettingType<Value: Sendable>: Sendable {
    /// What fits, as a noun with its article.
    let noun: String
    /// Reads the value of a key.
    let read: @Sendable (_ key: String, Node) throws(SettingFault) -> Value
    /// Shows a value.
    let show: @Sendable (Value) -> SettingValue

    /// The same type where nothing need be set.
    var optional: SettingType<Value?> {
        SettingType<Value?>(noun: noun) { key, node throws(SettingFault) in
            .some(try read(key, node))
        } show: { value in
            value.map(show) ?? .none
        }
    }

    /// The fault of a value that does not fit.
    fileprivate static func wrong(_ key: String, _ wanted: String, _ node: Node) -> SettingFault {
        SettingFault(message: "'\(key)' wants \(wanted)", mark: node.mark)
    }
}

extension SettingType<String> {
    /// A text of at least one character.
    static let text = SettingType(noun: "a text") { key, node throws(SettingFault) in
        // Without quotes, `~` and `null` say that there is nothing (YAML 1.2, 10.2.1.1).
        guard let text = node.string, !text.isEmpty, node.null == nil else { throw wrong(key, "a text", node) }
        return text
    } show: {
        .text($0)
    }
}

extension SettingType<[String]> {
    /// Paths; one may stand without brackets.
    static let paths = SettingType(noun: "a list of paths") { key, node throws(SettingFault) in
        try texts(key, node, "a list of paths")
    } show: {
        .list($0)
    }

    /// Names of interfaces; one may stand without brackets.
    static let interfaces = SettingType(noun: "a list of interfaces") { key, node throws(SettingFault) in
        try texts(key, node, "a list of interfaces, such as [eth1, eth2]")
    } show: {
        .list($0)
    }

    fileprivate static func texts(_ key: String, _ node: Node, _ wanted: String) throws(SettingFault) -> [String] {
        if node.scalar != nil { return [try SettingType<String>.text.read(key, node)] }
        guard let items = node.sequence else { throw wrong(key, wanted, node) }
        var texts: [String] = []
        for item in items { texts.append(try SettingType<String>.text.read(key, item)) }
        return texts
    }
}

extension SettingType<Int> {
    /// A number of a range.
    static func number(_ range: ClosedRange<Int>) -> Self {
        let noun = "a number from \(range.lowerBound) to \(range.upperBound)"
        return SettingType(noun: noun) { key, node throws(SettingFault) in
            guard let number = node.int, range.contains(number) else { throw wrong(key, noun, node) }
            return number
        } show: {
            .number($0)
        }
    }

    /// A size in memory, in bytes: `512MiB`, `2 GiB`.
    static let size = SettingType(noun: "a size from 64MiB to 1024GiB") { key, node throws(SettingFault) in
        let text = (node.string ?? "").filter { $0 != " " }
        let units = ["MiB": 1 << 20, "GiB": 1 << 30]
        guard let factor = units[String(text.suffix(3))], let number = Int(text.dropLast(3)),
            (1...1 << 20).contains(number), (64 << 20...1 << 40).contains(number * factor)
        else { throw wrong(key, "a size from 64MiB to 1024GiB, such as 512MiB", node) }
        return number * factor
    } show: { bytes in
        bytes % (1 << 30) == 0 ? .text("\(bytes >> 30)GiB") : .text("\(bytes >> 20)MiB")
    }
}

extension SettingType<Int64> {
    /// A time, in nanoseconds: `90s`, `5m`.
    static let duration = SettingType(noun: "a time from 1s to 7d") { key, node throws(SettingFault) in
        guard let time = nanoseconds(ofDuration: node.string ?? ""),
            (1_000_000_000...604_800_000_000_000).contains(time)
        else { throw wrong(key, "a time from 1s to 7d, such as 90s or 5m", node) }
        return time
    } show: { time in
        .text(time % 60_000_000_000 == 0 ? "\(time / 60_000_000_000)m" : "\(time / 1_000_000_000)s")
    }

    /// The same, or `never`, which is 0.
    static let durationOrNever = SettingType(noun: "a time from 1s to 7d, or never") { key, node throws(SettingFault) in
        node.string == "never" ? 0 : try duration.read(key, node)
    } show: { time in
        time == 0 ? .text("never") : duration.show(time)
    }
}

extension SettingType<Bool> {
    /// True or false.
    static let flag = SettingType(noun: "true or false") { key, node throws(SettingFault) in
        guard let flag = node.bool else { throw wrong(key, "true or false", node) }
        return flag
    } show: {
        .flag($0)
    }
}

extension SettingType where Value: RawRepresentable<String> & CaseIterable {
    /// One of the words of an enumeration.
    static var word: Self {
        let words = Value.allCases.map(\.rawValue)
        let noun = words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
        return SettingType(noun: noun) { key, node throws(SettingFault) in
            guard let value = Value(rawValue: node.string ?? "") else { throw wrong(key, noun, node) }
            return value
        } show: {
            .text($0.rawValue)
        }
    }
}

extension SettingType<[CIDRBlock]> {
    /// Addresses and networks.
    static let blocks = SettingType(noun: "addresses or blocks of them") { key, node throws(SettingFault) in
        let wanted = "addresses or blocks of them, such as [10.0.0.5, 192.168.7.0/24]"
        var blocks: [CIDRBlock] = []
        for text in try SettingType<[String]>.texts(key, node, wanted) {
            guard let block = CIDRBlock(text) else { throw wrong(key, "\(wanted); '\(text)' is none", node) }
            blocks.append(block)
        }
        return blocks
    } show: { blocks in
        .list(blocks.map { "\($0.prefix)/\($0.length)" })
    }
}

extension SettingType<UInt32> {
    /// A group of this system.
    static let group = SettingType(noun: "the name or number of a group") { key, node throws(SettingFault) in
        let name = try SettingType<String>.text.read(key, node)
        guard let group = StoreAccess.group(named: name) else {
            throw wrong(key, "the name or number of a group; this system has none called '\(name)'", node)
        }
        return group
    } show: {
        .number(Int($0))
    }
}
