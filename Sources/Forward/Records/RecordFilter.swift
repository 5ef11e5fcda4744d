import Alerts

#if canImport(Glibc)
    import Glibc
#endif

/// Which alerts go to a target.
struct RecordFilter: Sendable {
    let level: AlertLevel
    let rules: [String]
    let notRules: [String]
    let tags: [String]

    init(_ settings: TargetSettings) {
        level = settings.level
        rules = settings.rules
        notRules = settings.notRules
        tags = settings.tags
    }

    /// Whether an alert goes there.
    func takes(_ alert: OutboxAlert) -> Bool {
        let row = alert.stored.alert
        guard row.level >= level else { return false }
        guard rules.isEmpty || Self.names(rules, row) else { return false }
        guard notRules.isEmpty || !Self.names(notRules, row) else { return false }
        return tags.isEmpty || tags.contains { tag in alert.tags.contains { Self.fits(tag, $0) } }
    }

    private static func names(_ patterns: [String], _ alert: Alert) -> Bool {
        patterns.contains { fits($0, alert.ruleID) || fits($0, alert.ruleTitle) }
    }

    /// Letters without case, as people type names.
    private static func fits(_ pattern: String, _ text: String) -> Bool {
        fnmatch(pattern.lowercased(), text.lowercased(), 0) == 0
    }
}
