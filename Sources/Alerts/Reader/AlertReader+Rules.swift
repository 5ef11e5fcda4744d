import GRDB

extension AlertReader {
    /// The rules that the sensor ever ran, each as it was loaded last.
    public func rules() throws(StoreError) -> [RuleRecord] {
        let all = try read { database in
            try Row.fetchAll(
                database, sql: "SELECT id, title, level, tags, source, loaded_at FROM rule ORDER BY version"
            ).map { RuleRecord(row: $0) }
        }
        var places: [String: Int] = [:]
        var latest: [RuleRecord] = []
        for rule in all {
            if let place = places[rule.id] {
                latest[place] = rule
            } else {
                places[rule.id] = latest.count
                latest.append(rule)
            }
        }
        return latest
    }
}
