extension RunStatistics {
    /// Whether the port or capture delivered what the sensor needs, in one line: `earshot doctor` in short, from what every run
    /// counts.
    ///
    /// What is less than one in a thousand is left out.
    public var captureQuality: String {
        guard packets > 0 else { return "no frame" }
        var faults: [String] = []
        for (cause, count) in dropped.sorted(by: { $0.key < $1.key }) where isMuch(count, of: packets &+ count) {
            faults.append("\(percent(count, of: packets &+ count)) of the frames dropped by the \(cause)")
        }
        if let count = connections?["one_sided"], count > 0 {
            faults.append("only one direction of \(count) \(count == 1 ? "connection" : "connections")")
        }
        if isMuch(cutShort, of: packets) { faults.append("\(percent(cutShort, of: packets)) of the frames cut short") }
        if let lost = tcp["lost_bytes"], isMuch(lost, of: bytes) {
            faults.append("\(lost) bytes of streams were never seen")
        }
        if messageCount == 0 { faults.append("nothing in it that the sensor reads") }
        if faults.isEmpty { return "complete" }
        return faults.joined(separator: ", ") + " ('earshot doctor' says why)"
    }

    private func isMuch(_ part: UInt64, of whole: UInt64) -> Bool { part > 0 && part >= whole / 1000 }

    private func percent(_ part: UInt64, of whole: UInt64) -> String {
        let tenths = (Double(part) / Double(max(whole, 1)) * 1000).rounded()
        return tenths < 100 ? "\(tenths / 10) %" : "\(Int(tenths / 10)) %"
    }
}
