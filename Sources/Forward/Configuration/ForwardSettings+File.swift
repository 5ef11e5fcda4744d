import Foundation
import Sigma
import Yams

extension ForwardSettings {
    /// Reads a configuration file.
    ///
    /// - Parameters:
    ///   - file: its path.
    ///   - environment: where the service manager tells what it made.
    /// - Returns: the settings.
    /// - Throws: `ForwardError` with all that is wrong, each with its line and column.
    public static func load(
        _ file: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ForwardError) -> ForwardSettings {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw ForwardError(78, "\(file): the configuration cannot be read")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw ForwardError(78, "\(file): the configuration is not UTF-8 text")
        }
        return try read(text, file: file, environment: environment)
    }

    /// Reads the text of a configuration; `file` is what it is called in errors.
    ///
    /// - Throws: `ForwardError` with all that is wrong.
    public static func read(
        _ text: String, file: String, environment: [String: String] = [:]
    ) throws(ForwardError) -> ForwardSettings {
        var settings = ForwardSettings(environment: environment)
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch {
            throw ForwardError(78, "\(file): not valid YAML: \(error)")
        }
        guard let mapping = root?.mapping else {
            throw ForwardError(78, "\(file): a map with 'targets' is wanted")
        }
        var faults: [ForwardFault] = []
        for (name, value) in mapping {
            do throws(ForwardFault) {
                if name.string == "targets" {
                    faults += settings.readTargets(value)
                } else {
                    let names = keys.map(\.name) + ["targets"]
                    guard let key = keys.first(where: { $0.name == name.string }) else {
                        throw unknown(name, among: names, "setting")
                    }
                    try key.read(value, &settings)
                }
            } catch { faults.append(error) }
        }
        if settings.targets.isEmpty, faults.isEmpty {
            faults.append(ForwardFault(message: "there is no target; name one below 'targets'"))
        }
        guard faults.isEmpty else {
            let lines = faults.map { "\(file)\($0.mark.map { ":\($0.line):\($0.column)" } ?? ""): \($0.message)" }
            throw ForwardError(78, lines.joined(separator: "\n"))
        }
        return settings
    }

    private static func unknown(_ name: Node, among names: [String], _ noun: String) -> ForwardFault {
        let text = name.string ?? ""
        let hint = nearestName(to: text, among: names).map { "; did you mean '\($0)'?" } ?? ""
        return ForwardFault(message: "there is no \(noun) '\(text)'\(hint)", mark: name.mark)
    }

    private mutating func readTargets(_ node: Node) -> [ForwardFault] {
        guard let mapping = node.mapping else {
            return [ForwardFault(message: "'targets' wants a map of names and their settings", mark: node.mark)]
        }
        var faults: [ForwardFault] = []
        for (name, value) in mapping {
            let text = name.string ?? ""
            // It becomes the name of files.
            let isName = !text.isEmpty && text.count <= 64 && text.utf8.allSatisfy(Self.isOfName)
            guard isName, !text.hasPrefix(".") else {
                faults.append(
                    ForwardFault(message: "'\(text)' is no name: letters, digits, - and _ are", mark: name.mark))
                continue
            }
            faults += readTarget(text, name, value)
        }
        return faults
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private mutating func readTarget(_ name: String, _ place: Node, _ node: Node) -> [ForwardFault] {
        let kinds = TargetKind.allCases.map(\.rawValue).joined(separator: ", ")
        guard let mapping = node.mapping, let typeNode = mapping["type"], let type = typeNode.string else {
            return [ForwardFault(message: "the target '\(name)' wants 'type', one of \(kinds)", mark: place.mark)]
        }
        guard let kind = TargetKind(rawValue: type) else {
            let hint = nearestName(to: type, among: TargetKind.allCases.map(\.rawValue)).map {
                "; did you mean '\($0)'?"
            }
            return [ForwardFault(message: "'type' wants one of \(kinds)\(hint ?? "")", mark: typeNode.mark)]
        }
        var target = TargetSettings(name: name, kind: kind)
        let known = TargetSettings.keys.filter { $0.kinds.isEmpty || $0.kinds.contains(kind) }
        var faults: [ForwardFault] = []
        for (key, value) in mapping where key.string != "type" {
            do throws(ForwardFault) {
                guard let found = known.first(where: { $0.name == key.string }) else {
                    if TargetSettings.keys.contains(where: { $0.name == key.string }) {
                        throw ForwardFault(
                            message: "a target of type \(kind.rawValue) has no '\(key.string ?? "")'", mark: key.mark)
                    }
                    throw Self.unknown(key, among: known.map(\.name) + ["type"], "setting")
                }
                try found.read(value, &target)
            } catch { faults.append(error) }
        }
        faults += target.missing.map { ForwardFault(message: "the target '\(name)' \($0)", mark: place.mark) }
        targets.append(target)
        return faults
    }
}

extension TargetSettings {
    /// What a target of its kind cannot do without, as clauses that follow its name.
    fileprivate var missing: [String] {
        var missing: [String] = []
        func want(_ isThere: Bool, _ text: String) { if !isThere { missing.append(text) } }
        switch kind {
        case .file: want(path != nil, "wants 'path'")
        case .syslog: want(address != nil || transport == .local, "wants 'address', such as logs.example.org:6514")
        case .webhook: want(url != nil, "wants 'url'")
        case .kafka:
            want(!brokers.isEmpty, "wants 'brokers'")
            want(brokers.allSatisfy { hostAndPort($0) != nil }, "wants HOST:PORT for each of its 'brokers'")
            want(topic != nil, "wants 'topic'")
            want(saslMechanism == nil || user != nil && passwordFile != nil, "wants 'user' and 'password_file'")
            let mechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
            want(
                saslMechanism.map(mechanisms.contains) ?? true,
                "wants one of \(mechanisms.joined(separator: ", ")) for 'sasl_mechanism'")
        case .opensearch:
            want(url != nil, "wants 'url'")
            want(user == nil || passwordFile != nil, "wants 'password_file' beside 'user'")
            want(
                index.utf8.allSatisfy {
                    $0 > 0x20 && $0 < 0x7F && !Array("\\/*?\"<>|,#:ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8).contains($0)
                }
                    && !index.hasPrefix("_") && !index.hasPrefix("-"),
                "wants an 'index' of small letters, digits, - and .")
        }
        let formats: Set<RecordFormat> =
            switch kind {
            case .file, .kafka: [.eve, .fast, .ecs, .ocsf, .cef]
            case .syslog: [.text, .cef, .eve, .ecs, .ocsf]
            case .webhook: [.eve, .ecs, .ocsf]
            case .opensearch: [.ecs]
            }
        let names = formats.map(\.rawValue).sorted().joined(separator: ", ")
        want(format.map(formats.contains) ?? true, "writes \(names), and not \(format?.rawValue ?? "")")
        want(certificateFile == nil || keyFile != nil, "wants 'key_file' beside 'certificate_file'")
        return missing
    }
}
