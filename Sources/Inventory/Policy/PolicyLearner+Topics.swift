extension PolicyLearner {
    /// Learns a topic or resource.
    mutating func addTopic(_ record: TopicRecord) {
        let publishers = learned(record.publishers, of: record.server, publishing: true)
        let readers = learned(record.readers, of: record.server)
        guard !record.isFold else {
            omissions.append(
                Omission(subject: "topic \(record.key)", reason: "names that one client made up, without end"))
            return
        }
        // What a server lists and nobody asks for is no habit of anybody.
        guard !publishers.isEmpty || !readers.isEmpty else {
            if record.publishers.distinct + record.readers.distinct > 0 {
                leaveOut(
                    "topic \(record.key)", record.publishers.distinct > 0 ? record.publishers : record.readers,
                    of: record.server)
            }
            return
        }
        let isResource = record.methods.distinct > 0
        let scope = servers.shown(record.server)
        var entry = PolicyEntry(isResource ? .resources : .topics, record.template, scope: scope)
        entry.set(.publishers, publishers.count <= Self.mostTexts ? publishers : [])
        entry.set(.readers, readers.count <= Self.mostTexts ? readers : [])
        entry.set(.formats, record.formats.counts.keys)
        entry.set(.classes, record.categories.counts.keys)
        addBands(record, &entry)
        if isResource {
            entry.set(.methods, record.methods.counts.keys)
        } else {
            entry.values[.retained] = .flag(record.isRetained)
            entry.values[.qos] = .numbers((0...max(0, min(2, record.qos))).map(Double.init))
            addPublishing(record, publishers, &entry)
        }
        add(entry, record.seen)
    }

    /// What there is to say of those that publish, and of how often they do.
    private mutating func addPublishing(_ record: TopicRecord, _ publishers: [String], _ entry: inout PolicyEntry) {
        if let only = publishers.first, publishers.count == 1, !record.isCommand {
            let members = publishing(only, of: record.server)
            // As many names as clients, or more, and none of them had two: each client has its own. An estimate of the names
            // may be too low.
            let names = record.isEstimate ? record.distinct * 4 / 3 : record.distinct
            if members > 0, members <= names, record.isShared != true { entry.values[.single] = .flag(true) }
        }
        guard let interval = record.interval, interval.count >= 8, !record.isCommand else { return }
        // A pause of the whole plant, or between two captures, is no pause of one of its devices.
        let (shortest, mean) = (Double(interval.quantile(0.02)) / 1e6, Double(interval.quantile(0.5)) / 1e6)
        let longest = Double(interval.quantile(0.95)) / 1e6
        // What comes in bursts has no pace.
        guard mean > 0, longest <= 6 * mean else { return }
        entry.values[.pace] = .band(Self.rounded(min(mean / 5, shortest)), Self.rounded(max(5 * mean, longest)))
        var heartbeat = PolicyEntry(.heartbeats, record.template, scope: servers.shown(record.server))
        heartbeat.set(.publishers, publishers.count <= Self.mostTexts ? publishers : [])
        // A device that starts again, or a broker, takes its time; what is much longer is no pause of theirs.
        let restart = Double(interval.longest(upTo: Int64(20 * mean * 1e6))) / 1e6
        heartbeat.values[.silence] = .number(max(Self.leastSilence, Self.rounded(max(3 * longest, 1.5 * restart))))
        add(heartbeat, record.seen)
    }

    /// Shorter silences are those of a busy network.
    static let leastSilence = 10.0

    /// The numbers and lengths of its records.
    private func addBands(_ record: TopicRecord, _ entry: inout PolicyEntry) {
        if let shortest = record.shortest, let longest = record.longest {
            entry.values[.size] = .band(Double(max(0, shortest / 4 - 16)), Double(longest * 4 + 16))
        }
        guard let number = record.number, number.count >= Self.leastNumbers else { return }
        let micro = 1e6
        for (name, unit) in [("s", 1.0), ("ms", 1e3)] {
            let (first, last) = (Double(record.seen.first) / micro * unit, Double(record.seen.last) / micro * unit)
            if abs(number.least - first) < 3_600 * unit, abs(number.greatest - last) < 3_600 * unit {
                entry.set(.clock, [name])
                return
            }
        }
        if number.isCounter { return }
        if number.isWhole, let values = number.values, Int64(values.count) * 4 <= number.count {
            entry.values[.set] = .numbers(values.sorted())
            return
        }
        // Of a few numbers the ends are not known yet.
        let doubt = 1 + 8 / Double(number.count).squareRoot()
        // What never changed may do so by a little.
        let little = max(abs(number.least), abs(number.greatest)) / 20
        let slack = max(3 * number.deviation, (number.greatest - number.least) / 2, little) * doubt
        entry.values[.values] = .band(Self.rounded(number.least - slack), Self.rounded(number.greatest + slack))
        if let run = longestRun(number, record) { entry.values[.run] = .number(run) }
    }

    /// How often in a row a number may come; `nil` where it stands still anyway, or too little was seen.
    private func longestRun(_ number: NumberBand, _ record: TopicRecord) -> Double? {
        guard number.deviation > 0, let stretch = number.stretch, let repeats = number.repeats else { return nil }
        let (all, names) = (Double(record.messages), Double(max(1, record.distinct)))
        // Of so many records one was looked at. The longer a value stays, the oftener the next look finds it again.
        let step = max(1, all / Double(number.count))
        let share = min(0.98, Double(repeats) / max(1, Double(number.count) - names))
        let mean = 1 + step * share / (1 - share)
        // Of so many stretches of such a mean the longest, if each ends as likely as the next (0.693 is the logarithm of 2).
        var longest = mean * 0.693 * Double(max(1, (all / mean).exponent + 1))
        if stretch > 1 { longest = max(longest, Double(stretch) + 2 * step) }
        let most = (longest + max(10, longest)).rounded(.up)
        return most <= all / names ? most : nil
    }

    /// Numbers that have to be seen before a band of them says anything.
    private static let leastNumbers: Int64 = 8

    /// Three digits are as much as people want to read, and as much as an estimate is worth.
    static func rounded(_ value: Double) -> Double {
        guard value != 0, value.isFinite else { return 0 }
        var scale = 1.0
        while abs(value) * scale < 100, scale < 1e9 { scale *= 10 }
        while abs(value) * scale >= 10_000, scale > 1e-9 { scale /= 10 }
        return (value * scale).rounded() / scale
    }
}

extension NumberBand {
    /// Whether they look like those of something that counts: whole, never twice the same in a row, and spread evenly.
    ///
    /// A band would be left by the next of them.
    var isCounter: Bool {
        guard isWhole, longestRun <= 1, greatest > least, count >= 8, values == nil || values?.count == Int(count)
        else {
            return false
        }
        let even = (greatest - least) / 12.0.squareRoot()
        return abs(deviation - even) < even * 0.2 && greatest - least >= Double(count) * 0.5
    }
}
