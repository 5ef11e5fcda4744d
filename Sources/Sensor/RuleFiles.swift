import Foundation

/// Finds rule files on disk and reads them.
public enum RuleFiles {
    /// A rule file with its text.
    public struct File: Sendable {
        /// The path as it was found.
        public var path: String
        public var text: String
    }

    /// A larger file is no rule.
    static let sizeLimit = 1 << 20

    /// Every `.yml` and `.yaml` file below the given folders, in the order of their paths; files are taken as given.
    ///
    /// - Parameter isRequired: Whether a folder without any is an error.
    public static func read(_ paths: [String], isRequired: Bool = true) throws(SensorError) -> [File] {
        var files: [File] = []
        for path in paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw SensorError(.noInput, "\(path): there are no rules here: no such file or folder")
            }
            let found = isFolder.boolValue ? ruleFiles(below: path) : [path]
            if found.isEmpty, isRequired {
                throw SensorError(.noInput, "\(path): no .yml or .yaml file is below this folder")
            }
            for file in found { files.append(try read(file: file)) }
        }
        return files
    }

    /// Symbolic links are followed; no folder is entered twice.
    private static func ruleFiles(below root: String) -> [String] {
        var found: [String] = []
        var visited: Set<String> = []
        var pending = [root]
        while let folder = pending.popLast() {
            guard visited.insert(URL(fileURLWithPath: folder).resolvingSymlinksInPath().path).inserted,
                let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
            else { continue }
            for name in names {
                let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
                var isFolder: ObjCBool = false
                guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { continue }
                if isFolder.boolValue {
                    pending.append(path)
                } else if name.hasSuffix(".yml") || name.hasSuffix(".yaml") {
                    found.append(path)
                }
            }
        }
        return found.sorted()
    }

    private static func read(file: String) throws(SensorError) -> File {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw SensorError(.noInput, "\(file): the rule file cannot be read")
        }
        guard data.count <= sizeLimit else {
            throw SensorError(.configuration, "\(file): larger than \(sizeLimit >> 10) KiB, which is no rule file")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw SensorError(.configuration, "\(file): not UTF-8 text")
        }
        return File(path: file, text: text)
    }

    /// Whether a file is one of the shipped rules.
    public static func isShipped(_ file: String) -> Bool {
        guard let folder = shipped() else { return false }
        func real(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        return real(file).hasPrefix(real(folder) + "/")
    }

    /// Where the shipped rules are: beside an installed program, in the source tree it was built in, or in `./Rules`.
    public static func shipped(environment: [String: String] = ProcessInfo.processInfo.environment) -> String? {
        var candidates = ["/etc/earshot/rules", "/usr/share/earshot/rules", "/usr/local/share/earshot/rules"]
        if let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            var folder = URL(fileURLWithPath: program).deletingLastPathComponent()
            candidates.insert(folder.appendingPathComponent("../share/earshot/rules").standardized.path, at: 0)
            for _ in 0..<5 {
                candidates.append(folder.appendingPathComponent("Rules").path)
                folder.deleteLastPathComponent()
            }
        }
        candidates.append("Rules")
        return candidates.first { FileManager.default.fileExists(atPath: $0 + "/mqtt") }
    }
}
