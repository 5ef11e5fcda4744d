import Alerts
import Crypto
import Detection
import Foundation
import Sigma

/// Rules ready to run, with all that was said about them on the way.
public struct RuleSet: Sendable {
    /// The rules that can be loaded.
    public var compiled: CompiledRules
    /// Errors and warnings, in the order of the files.
    public var diagnostics: [Diagnostic]
    /// SHA-256 over all rule texts: two runs with the same digest ran the same rules.
    public var digest: String
    private var texts: [String: String]

    /// Reads and compiles the rules of some folders; with none given, the shipped ones.
    public static func load(_ paths: [String]) throws(SensorError) -> RuleSet {
        var paths = paths
        if paths.isEmpty {
            guard let shipped = RuleFiles.shipped() else {
                throw SensorError(.noInput, "the shipped rules were not found; name a folder with --rules")
            }
            paths = [shipped]
        }
        return RuleSet(files: try RuleFiles.read(paths))
    }

    /// Compiles rule files.
    public init(files: [RuleFiles.File]) {
        var documents: [SigmaDocument] = []
        var diagnostics: [Diagnostic] = []
        var hasher = SHA256()
        texts = [:]
        for file in files {
            let (read, found) = SigmaReader.read(text: file.text, file: file.path)
            documents += read
            diagnostics += found
            texts[file.path] = file.text
            hasher.update(data: Data(file.text.utf8))
            hasher.update(data: Data([0]))
        }
        let (rules, found) = RuleCompiler.compile(
            documents, registry: Protocols.registry, discriminators: Protocols.discriminators,
            rareFields: Protocols.rareFields)
        compiled = rules
        self.diagnostics = diagnostics + found
        digest = hasher.finalize().map { String(format: "%02x", $0) }.joined()
    }

    /// The diagnostics that keep a rule from being loaded.
    public var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }

    /// A diagnostic as text for people, with the line it is about.
    public func render(_ diagnostic: Diagnostic) -> String { diagnostic.render(source: texts[diagnostic.file]) }
}

extension RuleSet {
    /// The rules as the store keeps them.
    public var records: [RuleRecord] {
        let now = Int64(Date().timeIntervalSince1970 * 1_000_000)
        return compiled.rules.map { rule in
            RuleRecord(
                id: rule.id, title: rule.title, level: AlertLevel(rawValue: rule.level.rawValue) ?? .medium,
                tags: rule.tags, source: rule.source, loadedAt: now)
        }
    }
}
