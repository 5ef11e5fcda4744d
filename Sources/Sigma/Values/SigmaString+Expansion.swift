/// A list that a rule refers to and that the site does not have.
public struct UnknownPlaceholder: Error, Hashable, Sendable {
    /// The name of the list, without `%`.
    public var name: String
    /// Whether the list is there, but with the others in the value makes more than `SigmaString.maximumExpansions`.
    public var isTooMany = false
}

extension SigmaString {
    /// The most values that the placeholders of one value can make.
    public static let maximumExpansions = 65_536

    /// All values that this one stands for, where each `%name%` is replaced by the members of that list.
    ///
    /// Members are read as values are, with their wildcards. Without a placeholder it is the value itself; a list without
    /// members makes no value at all.
    public func expanding(_ placeholders: Placeholders) throws(UnknownPlaceholder) -> [SigmaString] {
        var results = [SigmaString(raw: "", parts: [])]
        for part in parts {
            guard case .literal(let text) = part else {
                for index in results.indices { results[index].append(part) }
                continue
            }
            for piece in Self.pieces(of: text) {
                switch piece {
                case .text(let text): for index in results.indices { results[index].append(.literal(text)) }
                case .name(let name):
                    let members = try placeholders.members(of: name, times: results.count).map { SigmaString($0) }
                    results = results.flatMap { result in members.map { result.appending($0) } }
                }
            }
        }
        let raws = try expandingRaw(placeholders)
        // Both walks meet the same names in the same order, unless an escape hides a `%` from one of them.
        if raws.count == results.count { for index in results.indices { results[index].raw = raws[index] } }
        return results
    }

    /// The same for the text as the file has it, which is what `re` and `cidr` use; members stand in it as they are.
    private func expandingRaw(_ placeholders: Placeholders) throws(UnknownPlaceholder) -> [String] {
        var results = [""]
        for piece in Self.pieces(of: raw) {
            switch piece {
            case .text(let text): results = results.map { $0 + text }
            case .name(let name):
                let members = try placeholders.members(of: name, times: results.count)
                results = results.flatMap { result in members.map { result + $0 } }
            }
        }
        return results
    }

    private func appending(_ other: SigmaString) -> SigmaString {
        var result = self
        for part in other.parts { result.append(part) }
        return result
    }

    private mutating func append(_ part: Part) {
        if case .literal(let text) = part, case .literal(let before) = parts.last {
            parts[parts.count - 1] = .literal(before + text)
        } else if part != .anyRun || parts.last != .anyRun {
            parts.append(part)
        }
    }
}

extension Placeholders {
    fileprivate func members(of name: String, times: Int) throws(UnknownPlaceholder) -> [String] {
        guard let members = lists[name] else { throw UnknownPlaceholder(name: name) }
        guard members.count <= SigmaString.maximumExpansions / max(1, times) else {
            throw UnknownPlaceholder(name: name, isTooMany: true)
        }
        return members
    }
}
