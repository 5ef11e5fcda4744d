import Detection
import Engine
import Events
import Foundation
import Patterns
import Payload
import Sigma

/// The lists of words that tell classes and kinds of payloads, on disk: files called `*.words` in the folder `lists` of a folder
/// of rules.
public enum WordListFiles {
    /// A larger file is no list.
    private static let sizeLimit = 1 << 20

    /// Reads the lists below the folders of rules: those of `sources`, and of the shipped rules where the first have none.
    ///
    /// - Throws: `SensorError` where a file cannot be read.
    static func read(_ sources: RuleSources) throws(SensorError) -> [WordList] {
        var lists: [WordList] = []
        for folder in sources.onlyRules { lists += try read(below: folder) }
        if lists.isEmpty, let shipped = RuleFiles.shipped() { lists = try read(below: shipped) }
        for folder in sources.rules { lists += try read(below: folder) }
        return lists
    }

    private static func read(below folder: String) throws(SensorError) -> [WordList] {
        let path = folder + "/lists"
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return [] }
        var lists: [WordList] = []
        for name in names.sorted() where name.hasSuffix(".words") {
            let file = "\(path)/\(name)"
            guard let data = FileManager.default.contents(atPath: file), data.count <= sizeLimit else {
                throw SensorError(.configuration, "\(file): the list of words cannot be read, or is larger than 1 MiB")
            }
            lists.append(WordList(name: name, text: String(decoding: data, as: UTF8.self)))
        }
        return lists
    }
}

extension PayloadKnowledge {
    /// Takes the lists of words beside rules; regular expressions that were compiled before come from `patterns`.
    ///
    /// - Throws: `SensorError` where a list cannot be read, with file and line.
    public static func load(
        _ sources: RuleSources, patterns: PatternCache = PatternCache()
    ) throws(SensorError) -> PayloadKnowledge {
        try load(try WordListFiles.read(sources), patterns: patterns)
    }

    /// Takes lists that were read.
    static func load(_ lists: [WordList], patterns: PatternCache) throws(SensorError) -> PayloadKnowledge {
        do throws(WordList.Fault) { return try PayloadKnowledge(lists, patterns: patterns) } catch {
            throw SensorError(.configuration, "lists/\(error.name):\(error.line): \(error.reason)")
        }
    }

    /// Whether any of these fields needs a look into payloads.
    static func isAsked(by fields: [String]) -> Bool {
        fields.contains { name in
            name.contains("payload.") && !name.hasSuffix("payload.bytes")
        }
    }
}
