import Bytes
import Events
import Foundation
import Sigma

/// Finds rule files on disk and reads them.
public enum RuleFiles {
    /// A rule file with its text.
    public struct File: Sendable {
        /// The path as it was found.
        public var path: String
        /// What could be read of it, ill-formed bytes replaced.
        public var text: String
        /// What is wrong with the file as a whole; its rules are not used then.
        public var problem: Diagnostic?
    }

    /// What the files of a folder are to be.
    public enum Kind: Sendable {
        /// There must be some.
        case rules
        /// There may be none, which is worth a warning.
        case filters
    }

    /// A larger file is no rule.
    static let sizeLimit = 1 << 20

    /// Every `.yml` and `.yaml` file below the given folders, in the order of their paths; files are taken as given.
    ///
    /// What is wrong with a single file is told with it. Where there are no rules, that is an error; where there are no
    /// filters, a warning is among the diagnostics.
    public static func read(
        _ paths: [String], _ kind: Kind = .rules
    ) throws(SensorError) -> (files: [File], diagnostics: [Diagnostic]) {
        var files: [File] = []
        var diagnostics: [Diagnostic] = []
        for path in paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                guard kind == .filters else {
                    throw SensorError(.noInput, "\(path): there are no rules here: no such file or folder")
                }
                diagnostics.append(
                    Diagnostic(
                        "no-filters", .warning, file: path, at: nil, "there are no filters here: no such file or folder"
                    ))
                continue
            }
            let found = isFolder.boolValue ? ruleFiles(below: path) : [path]
            if found.isEmpty {
                guard kind == .filters else {
                    throw SensorError(.noInput, "\(path): no .yml or .yaml file is below this folder")
                }
                diagnostics.append(
                    Diagnostic(
                        "no-filters", .warning, file: path, at: nil,
                        "there are no filters here: no .yml or .yaml file is below this folder"))
            }
            for file in found { files.append(read(file: file)) }
        }
        return (files, diagnostics)
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

    private static func read(file: String) -> File {
        func problem(_ message: String, at position: SourcePosition? = nil) -> Diagnostic {
            Diagnostic("unreadable-file", file: file, at: position, message)
        }
        guard let data = FileManager.default.contents(atPath: file) else {
            return File(path: file, text: "", problem: problem("the rule file cannot be read"))
        }
        guard data.count <= sizeLimit else {
            return File(
                path: file, text: "", problem: problem("larger than \(sizeLimit >> 10) KiB, which is no rule file"))
        }
        let bytes = [UInt8](data)
        if let text = String(validating: bytes, as: UTF8.self) { return File(path: file, text: text) }
        let text = String(decoding: bytes, as: UTF8.self)
        return File(path: file, text: text, problem: problem("not UTF-8 text", at: firstIllFormed(bytes)))
    }

    /// Where the first byte stands that is not part of well-formed UTF-8.
    private static func firstIllFormed(_ bytes: [UInt8]) -> SourcePosition? {
        let span = bytes.span.bytes
        var place = SourcePosition(line: 1, column: 1)
        var offset = 0
        while offset < bytes.count {
            let length = utf8SequenceLength(span, at: offset)
            guard length > 0 else { return place }
            if bytes[offset] == UInt8(ascii: "\n") {
                place = SourcePosition(line: place.line + 1, column: 1)
            } else {
                place.column += 1
            }
            offset += length
        }
        return nil
    }

    /// Whether a rule file is below a folder, or is what the path names.
    static func holdsAny(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return false }
        return !isFolder.boolValue || !ruleFiles(below: path).isEmpty
    }

    /// The path of a file without links, by which two paths to it are one.
    static func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }

    /// Whether a file is one of the shipped rules.
    public static func isShipped(_ file: String) -> Bool {
        guard let folder = shipped() else { return false }
        func real(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        return real(file).hasPrefix(real(folder) + "/")
    }

    /// Where the shipped rules are: beside an installed program, in the source tree it was built in, or in `./Rules`.
    public static func shipped(environment: [String: String] = ProcessInfo.processInfo.environment) -> String? {
        var candidates = ["/usr/share/earshot/rules", "/usr/local/share/earshot/rules"]
        if let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            var folder = URL(fileURLWithPath: program).deletingLastPathComponent()
            candidates.insert(folder.appendingPathComponent("../share/earshot/rules").standardized.path, at: 0)
            for _ in 0..<5 {
                candidates.append(folder.appendingPathComponent("Rules").path)
                folder.deleteLastPathComponent()
            }
        }
        candidates.append("Rules")
        return candidates.first { folder in
            Protocols.descriptors.contains {
                FileManager.default.fileExists(atPath: "\(folder)/\($0.category.name)")
            }
        }
    }
}
