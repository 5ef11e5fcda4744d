import Alerts
import Engine
import Events
import Flows
import Foundation
import Network
import Payload
import Sigma
import Yams

extension Settings {
    /// Reads a configuration file.
    ///
    /// A key that does not exist, or a value that does not fit, is an error with its line.
    mutating func read(file: String) throws(SensorError) {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw SensorError(.configuration, "\(file): the configuration cannot be read")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw SensorError(.configuration, "\(file): the configuration is not UTF-8 text")
        }
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch {
            throw SensorError(.configuration, "\(file): not valid YAML: \(error)")
        }
        guard let root else { return }
        guard let mapping = root.mapping else {
            throw SensorError(
                .configuration, "\(file): a map of settings is wanted, such as 'db: /var/lib/earshot/alerts.db'")
        }
        // All other bounds follow from this one, so it comes first wherever it stands.
        let ordered =
            mapping.filter { $0.key.string == Self.memoryKey } + mapping.filter { $0.key.string != Self.memoryKey }
        for (key, value) in ordered {
            let line = key.mark.map { ":\($0.line)" } ?? ""
            do { try set(key.string ?? "", value) } catch {
                throw SensorError(.configuration, "\(file)\(line): \(error.message)")
            }
        }
    }

    private static let memoryKey = "max_memory"
    private static let keys = [
        memoryKey,
        "db", "db_group", "rules", "only_rules", "filters", "lists", "sensor", "retention_days", "retention_mebibytes",
        "capture_buffer_mebibytes", "snap_length", "payload_inspect_bytes",
        "promiscuous", "max_flows", "checksums", "proxies", "max_held_bytes_per_message", "max_queued_bytes_per_stream",
    ]

    private mutating func set(_ key: String, _ value: Node) throws(SensorError) {
        switch key {
        case "db": database = try string(key, value)
        case "db_group": databaseGroup = try group(key, value)
        case "rules": rules = try strings(key, value)
        case "only_rules": onlyRules = try strings(key, value)
        case "filters": filters = try strings(key, value)
        case "lists": lists = try self.lists(key, value)
        case "sensor": sensorName = try string(key, value)
        case "retention_days": retentionDays = try number(key, value, 1...36_500)
        case "retention_mebibytes": retentionMebibytes = try number(key, value, 1...1_048_576)
        case "capture_buffer_mebibytes": captureBufferMebibytes = try number(key, value, 1...2047)
        case "snap_length": snapLength = try number(key, value, 64...262_144)
        case "payload_inspect_bytes":
            inspectedBytes = try number(key, value, 64...PayloadInspector.mostBytes)
        case "promiscuous":
            guard let flag = value.bool else { throw wrong(key, "true or false") }
            promiscuous = flag
        case "checksums":
            guard let policy = ChecksumPolicy(rawValue: value.string ?? "") else {
                throw wrong(key, "ignore or strict")
            }
            limits.engine.checksums = policy
        case "proxies": limits.engine.proxies = try blocks(key, value)
        case Self.memoryKey: limits = SensorLimits(memory: try size(key, value))
        case "max_flows": limits.engine.flows.flows = try number(key, value, 16...16_777_216)
        case "max_held_bytes_per_message":
            limits.engine.flows.heldBytesPerMessage = try number(key, value, 1024...1 << 24)
        case "max_queued_bytes_per_stream":
            limits.engine.flows.queuedBytesPerStream = try number(key, value, 4096...1 << 26)
        default:
            let hint = nearestName(to: key, among: Self.keys).map { "; did you mean '\($0)'?" } ?? ""
            throw SensorError(.configuration, "there is no setting '\(key)'\(hint)")
        }
    }

    private func group(_ key: String, _ value: Node) throws(SensorError) -> UInt32 {
        let name = try string(key, value)
        guard let group = StoreAccess.group(named: name) else {
            throw SensorError(
                .configuration, "'\(key)' wants the name or number of a group; this system has none called '\(name)'")
        }
        return group
    }

    private func string(_ key: String, _ value: Node) throws(SensorError) -> String {
        guard let text = value.string, !text.isEmpty else { throw wrong(key, "a text") }
        return text
    }

    private func strings(_ key: String, _ value: Node) throws(SensorError) -> [String] {
        if let text = value.string { return [text] }
        guard let list = value.sequence else { throw wrong(key, "a list of paths") }
        var result: [String] = []
        for item in list { result.append(try string(key, item)) }
        return result
    }

    private func blocks(_ key: String, _ value: Node) throws(SensorError) -> [CIDRBlock] {
        var blocks: [CIDRBlock] = []
        for text in try strings(key, value) {
            guard let block = CIDRBlock(text) else {
                throw wrong(key, "addresses or blocks of them, such as [10.0.0.5, 192.168.7.0/24]; '\(text)' is none")
            }
            blocks.append(block)
        }
        return blocks
    }

    private func number(_ key: String, _ value: Node, _ range: ClosedRange<Int>) throws(SensorError) -> Int {
        guard let number = value.int, range.contains(number) else {
            throw wrong(key, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func wrong(_ key: String, _ wanted: String) -> SensorError {
        SensorError(.configuration, "'\(key)' wants \(wanted)")
    }

    /// A size in memory, in bytes: `512MiB`, `2 GiB`.
    private func size(_ key: String, _ value: Node) throws(SensorError) -> Int {
        let text = (value.string ?? "").filter { $0 != " " }
        let units = ["MiB": 1 << 20, "GiB": 1 << 30]
        let unit = String(text.suffix(3))
        guard let factor = units[unit], let number = Int(text.dropLast(3)), (1...1 << 20).contains(number),
            (64 << 20...1 << 40).contains(number * factor)
        else { throw wrong(key, "a size from 64MiB to 1024GiB, such as 512MiB") }
        return number * factor
    }
}
