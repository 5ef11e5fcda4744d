/// How targets do, in the text format of Prometheus (exposition format 0.0.4).
enum Metrics {
    static func text(_ targets: [String: TargetStatus]) -> String {
        let rows = targets.sorted { $0.key < $1.key }
        var text = ""
        func add(_ name: String, _ kind: String, _ help: String, _ value: (TargetStatus) -> Double) {
            text += "# HELP earshot_forward_\(name) \(help)\n# TYPE earshot_forward_\(name) \(kind)\n"
            for (target, status) in rows {
                let number = value(status)
                let shown = number == number.rounded() ? "\(Int64(number))" : "\(number)"
                text += "earshot_forward_\(name){target=\"\(target)\"} \(shown)\n"
            }
        }
        add("sent_total", "counter", "Records that the far end has confirmed.") { Double($0.sent) }
        add("retries_total", "counter", "Attempts that failed.") { Double($0.retries) }
        add("dead_letters", "gauge", "Records that the far end refused for good, ever.") { Double($0.deadLetters) }
        add("removed_alerts", "gauge", "Alerts that were removed from the store before they could go, ever.") {
            Double($0.removed)
        }
        add("lag_records", "gauge", "Alerts and changes that wait.") { Double($0.lag) }
        add("oldest_unsent_seconds", "gauge", "How long the oldest of them has waited.") { $0.oldestSeconds }
        add("confirmed_timestamp_seconds", "gauge", "When the far end confirmed last.") {
            Double($0.confirmedAt / 1_000_000)
        }
        add("working", "gauge", "1 where the last attempt worked, 0 where it failed.") { $0.problem.isEmpty ? 1 : 0 }
        return text
    }
}
