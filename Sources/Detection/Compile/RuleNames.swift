import Sigma

/// What rules can be called: by id, name, title, the name of their file, or the beginning of their id.
///
/// An id or a name, as Sigma has it, goes before all else.
public struct RuleNames: Sendable {
    /// What is known of a rule.
    public struct Entry: Sendable {
        /// The id, in small letters.
        public var id: String?
        /// The name.
        public var name: String?
        /// The title.
        public var title: String
        /// The path of its file.
        public var file: String
        /// Whether alerts of it are meant to be seen: of several rules in a file it is the one that gives the file its name.
        public var isMain: Bool

        /// What is known of a rule.
        public init(id: String?, name: String?, title: String, file: String, isMain: Bool) {
            self.id = id
            self.name = name
            self.title = title
            self.file = file
            self.isMain = isMain
        }
    }

    /// What came of looking for a rule.
    public enum Finding: Equatable, Sendable {
        /// It is this one of the entries.
        case one(Int)
        /// So many could be meant.
        case several(Int)
        /// There is none; the name that is spelled most like it.
        case none(nearest: String?)
    }

    private var exact: [String: Int] = [:]
    private var titles: [String: [Int]] = [:]
    private var files: [String: [Int]] = [:]
    private var ids: [(id: String, place: Int)] = []
    /// A beginning of an id tells nothing if it is shorter.
    private static let shortestBeginning = 4

    /// Names of rules, in their order.
    public init(_ entries: [Entry]) {
        var stems: [String: [Int]] = [:]
        for (place, entry) in entries.enumerated() {
            for name in [entry.id, entry.name].compactMap({ $0 }) where exact[name] == nil { exact[name] = place }
            if let id = entry.id { ids.append((id, place)) }
            if !entry.title.isEmpty { titles[entry.title.lowercased(), default: []].append(place) }
            if !entry.file.isEmpty { stems[Self.stem(entry.file), default: []].append(place) }
        }
        for (stem, places) in stems {
            let main = places.filter { entries[$0].isMain }
            files[stem.lowercased(), default: []] += main.isEmpty ? places : main
        }
    }

    /// The rule that a text means.
    public func find(_ wanted: String) -> Finding {
        let small = wanted.lowercased()
        if let place = exact[wanted] ?? exact[small] { return .one(place) }
        let file = Self.stem(small)
        if let places = titles[small] ?? files[file] {
            return places.count == 1 ? .one(places[0]) : .several(places.count)
        }
        let begun = small.count >= Self.shortestBeginning ? ids.filter { $0.id.hasPrefix(small) } : []
        if begun.count == 1 { return .one(begun[0].place) }
        if begun.count > 1 { return .several(begun.count) }
        let known = exact.keys.sorted() + files.keys.sorted() + titles.keys.sorted()
        return .none(nearest: nearestName(to: file, among: known))
    }

    /// The last part of a path, without `.yml` or `.yaml`.
    private static func stem(_ path: String) -> String {
        // Octet by octet: comparing characters takes many times as long, and each rule has a path.
        let bytes = path.utf8
        let end = bytes.lastIndex { $0 != UInt8(ascii: "/") }.map { bytes.index(after: $0) } ?? bytes.endIndex
        var name = bytes[..<end]
        if let slash = name.lastIndex(of: UInt8(ascii: "/")) { name = name[name.index(after: slash)...] }
        for ending in [".yml", ".yaml"] where name.reversed().starts(with: ending.utf8.reversed()) {
            return String(Substring(name.dropLast(ending.utf8.count)))
        }
        return String(Substring(name))
    }
}

extension RuleNames {
    /// Names of the rules and correlations among documents; filters are called by id and name alone.
    init(_ documents: [SigmaDocument]) {
        self.init(
            documents.map { document in
                let identities = document.identities
                return Entry(
                    id: identities.id?.value, name: identities.name?.value, title: document.title,
                    file: document.nameOfFile, isMain: document.isMain)
            })
    }
}

extension RuleNames {
    /// Names of rules that were loaded.
    init(_ rules: [CompiledRule]) {
        self.init(
            rules.map { rule in
                Entry(
                    id: rule.id, name: rule.metadata.name?.value, title: rule.title, file: rule.file,
                    isMain: rule.level != .informational)
            })
    }
}

extension SigmaDocument {
    fileprivate var title: String {
        switch self {
        case .rule(let rule): rule.metadata.title.value
        case .correlation(let correlation): correlation.metadata.title.value
        case .filter: ""
        }
    }

    fileprivate var nameOfFile: String { if case .filter = self { "" } else { file } }

    fileprivate var isMain: Bool {
        switch self {
        case .rule(let rule): rule.metadata.level.value != .informational
        case .correlation(let correlation): correlation.metadata.level.value != .informational
        case .filter: false
        }
    }
}
