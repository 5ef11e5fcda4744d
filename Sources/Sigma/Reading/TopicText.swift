/// What is wrong with an MQTT topic name or topic filter (MQTT 5.0, 4.7); `nil` if nothing is.
public func topicProblem(_ text: String, isFilter: Bool) -> String? {
    guard !text.isEmpty else { return "a topic has at least one character" }
    guard text.utf8.count <= 65_535 else { return "a topic has at most 65535 bytes" }
    if text.unicodeScalars.contains("\0") { return "a topic has no NUL in it" }
    let levels = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    for (index, level) in levels.enumerated() {
        let hasPlus = level.contains(UInt8(ascii: "+"))
        let hasHash = level.contains(UInt8(ascii: "#"))
        guard hasPlus || hasHash else { continue }
        if !isFilter { return "`\(text)` has wildcards, and `covers` needs the name of a topic" }
        if level.count > 1 { return "`+` and `#` stand alone in their level of `\(text)`" }
        if hasHash, index < levels.count - 1 { return "`#` can only be the last level of `\(text)`" }
    }
    return nil
}
