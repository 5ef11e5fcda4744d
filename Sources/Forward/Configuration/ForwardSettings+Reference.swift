extension ForwardSettings {
    /// Every key of the configuration with what it wants and what it is for, as text for people.
    public static var reference: String {
        var lines = keys.map { "\($0.name): \($0.noun)\n    \($0.documentation)" }
        let kinds = TargetKind.allCases.map(\.rawValue).joined(separator: ", ")
        lines.append("targets: a map of names and their settings, each with 'type', one of \(kinds):")
        for key in TargetSettings.keys {
            let owners = TargetKind.allCases.filter { key.kinds.contains($0) }.map(\.rawValue).joined(separator: ", ")
            lines.append(
                "  \(key.name)\(owners.isEmpty ? "" : " (\(owners))"): \(key.noun)\n      \(key.documentation)")
        }
        return lines.joined(separator: "\n")
    }
}
