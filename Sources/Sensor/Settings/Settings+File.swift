import Foundation
import Yams

extension Settings {
    /// Reads a configuration file.
    ///
    /// All that is wrong with it is told at once: a key that does not exist, a value that does not fit, each with its line and
    /// column.
    mutating func read(file: String) throws(SensorError) {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw SensorError(.configuration, "\(file): the configuration cannot be read")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw SensorError(.configuration, "\(file): the configuration is not UTF-8 text")
        }
        self.file = file
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch {
            throw SensorError(.configuration, Self.syntaxFault(error, file))
        }
        guard let root, root.null == nil else { return }
        guard let mapping = root.mapping else {
            throw SensorError(
                .configuration, "\(file): a map of settings is wanted, such as 'db: /var/lib/earshot/alerts.db'")
        }
        let faults = read(mapping, file)
        guard faults.isEmpty else {
            let sentences = faults.map { Self.place(file, $0.mark) + ": " + $0.message }
            throw SensorError(.configuration, sentences.joined(separator: "\n"))
        }
    }

    private mutating func read(_ mapping: Node.Mapping, _ file: String) -> [SettingFault] {
        var found: [(key: SettingKey, name: Node, value: Node)] = []
        var faults: [SettingFault] = []
        for (name, value) in mapping {
            do throws(SettingFault) {
                found.append((try Self.key(named: name.string ?? ""), name, value))
            } catch { faults.append(SettingFault(message: error.message, mark: name.mark)) }
        }
        for (key, name, value) in found.filter(\.key.comesFirst) + found.filter({ !$0.key.comesFirst }) {
            do throws(SettingFault) {
                try key.read(value, &self)
                origins[key.name] = .file(file, line: name.mark?.line ?? 1)
            } catch { faults.append(error) }
        }
        // As people read the file, not as it was worked off.
        return faults.sorted { ($0.mark?.line ?? 0, $0.mark?.column ?? 0) < ($1.mark?.line ?? 0, $1.mark?.column ?? 0) }
    }

    /// `FILE:LINE:COLUMN`, as compilers and editors have it.
    private static func place(_ file: String, _ mark: Mark?) -> String {
        mark.map { "\(file):\($0.line):\($0.column)" } ?? file
    }

    private static func syntaxFault(_ error: any Error, _ file: String) -> String {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _)?, .parser(let context, let problem, let mark, _)?,
            .composer(let context, let problem, let mark, _)?:
            let before = context.map { "\($0.text): " } ?? ""
            return "\(place(file, mark)): not valid YAML: \(before)\(problem)"
        case .duplicatedKeysInMapping(let keys, let context)?:
            let names = keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
            return "\(place(file, context.mark)): \(names) stands there twice; remove one of the two"
        default: return "\(file): not valid YAML: \(error)"
        }
    }
}
