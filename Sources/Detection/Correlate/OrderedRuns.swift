import Tables

/// What a `temporal_ordered` correlation remembers of each group: for each node of its plan how late the latest of its runs
/// began, and when each rule matched last.
///
/// A run's latest beginning is enough: no other run of that kind lies in a window when that one does not. Runs ascend in
/// time: two matches at the same instant are not in order, as in pySigma's SQLite backend. Rules that must not match are
/// looked for in the same window, which ends with a match: what comes later is not waited for.
///
/// A match that comes late is put to its place: beside the state there is an earlier one and the matches since then, from
/// which the state is made again. These are the newest `longestLog` of the group, as long as there is room for them; a match
/// that is older counts as seen with the first of them.
struct OrderedRuns: Sendable {
    /// What makes the condition true.
    struct Finding: BitwiseCopyable, Sendable {
        /// Of how many rules the run is.
        var length: Int
        /// The match that the window ends with.
        var end: Int64
    }

    private struct Group: BitwiseCopyable, Sendable {
        var latest: Int64
        /// The time of the earlier state.
        var base = Int64.min
        var oldest: Int32 = -1
        var newest: Int32 = -1
        var count: Int32 = 0
    }

    private struct Match: BitwiseCopyable, Sendable {
        var time: Int64
        var token: UInt64
        var rule: Int32
        /// The next one in order of time, or the next free one.
        var next: Int32
    }

    /// A state is a row of words: for each node `start`, `end`, `earlierStart`; for each rule the time and the token of its
    /// latest match; for each node the tokens of its run, and of the one before it.
    private struct Layout: Sendable {
        let seen: Int
        /// For each node where its tokens are; empty where there are too many.
        let paths: [Int32]
        let words: Int

        init(_ plan: OrderedPlan) {
            seen = 3 * plan.nodes.count
            var words = seen + 2 * plan.rules
            let lengths = plan.nodes.map { Int($0.length) }
            var paths: [Int32] = []
            if lengths.reduce(0, +) <= 64, lengths.max() ?? 0 <= TokenSets.setSize {
                for length in lengths {
                    paths.append(Int32(words))
                    words += 2 * length
                }
            }
            self.paths = paths
            self.words = words
        }
    }

    /// How many matches of a group are kept one by one.
    static let longestLog = 64
    /// What a group of an ordinary plan takes, in bytes.
    private static let groupBytes = 768

    private let plan: OrderedPlan
    private let layout: Layout
    private var order = LRUList()
    private var index = HashIndex()
    private var keys: [Hash128] = []
    private var groups: [Group] = []
    /// For each group its state and the earlier one.
    private var words: [Int64] = []
    private var log: [Match] = []
    private var freeMatch: Int32 = -1
    private var usedMatches = 0
    private let limit: Int
    private let logLimit: Int
    let timespan: Int64
    /// Groups that were pushed out while a match of theirs was in the window.
    private(set) var evictions: UInt64 = 0

    /// A table for at most `limit` groups, or fewer by as much as the plan is larger than an ordinary one.
    init(_ plan: OrderedPlan, timespan: Int64, limit: Int) {
        self.plan = plan
        layout = Layout(plan)
        self.timespan = timespan
        let own = 2 * 8 * layout.words + 64
        self.limit = max(1, limit * Self.groupBytes / max(Self.groupBytes, own))
        logLimit = max(Self.longestLog, 8 * self.limit)
    }

    /// The memory that it has taken, in bytes.
    var bytes: Int {
        order.bytes + index.bytes + keys.capacity * 16 + groups.capacity * MemoryLayout<Group>.stride
            + words.capacity * 8 + log.capacity * MemoryLayout<Match>.stride
    }

    /// Notes a match of a rule.
    ///
    /// Unless it is the last that its event brings, the condition is not looked at.
    ///
    /// - Returns: how the condition is met in the earliest window that the match is in; `nil` where it is not.
    mutating func add(
        _ key: Hash128, rule: Int, now: Int64, token: UInt64, isLast: Bool, _ evidence: inout TokenCollector
    ) -> Finding? {
        guard rule >= 0, rule < plan.rules else { return nil }
        let slot = open(key, now: now)
        makeRoom(slot)
        let first = slot * 2 * layout.words
        let time = max(now, groups[slot].base)
        if time >= groups[slot].latest {
            groups[slot].latest = time
            apply(rule, time, token, first)
            append(slot, Match(time: time, token: token, rule: Int32(rule), next: -1))
            return isLast ? finding(first, time, &evidence) : nil
        }
        insert(slot, Match(time: time, token: token, rule: Int32(rule), next: -1))
        return replay(slot, first, from: time, isLast: isLast, &evidence)
    }
}

extension OrderedRuns {
    /// Makes the state again from the earlier one and the matches since then; looks at each window that ends with one of them
    /// from `time` on.
    private mutating func replay(
        _ slot: Int, _ first: Int, from time: Int64, isLast: Bool, _ evidence: inout TokenCollector
    ) -> Finding? {
        for word in 0..<layout.words { words[first + word] = words[first + layout.words + word] }
        var result: Finding?
        var place = groups[slot].oldest
        while place >= 0 {
            let match = log[Int(place)]
            apply(Int(match.rule), match.time, match.token, first)
            place = match.next
            let endsWindow = place < 0 || log[Int(place)].time > match.time
            guard isLast, result == nil, endsWindow, match.time >= time, isRecent(time, match.time) else { continue }
            result = finding(first, match.time, &evidence)
        }
        return result
    }

    /// Whether the condition is met in the window that ends with the latest match, and by what.
    private func finding(_ first: Int, _ now: Int64, _ evidence: inout TokenCollector) -> Finding? {
        var present: UInt64 = 0
        for rule in 0..<plan.rules where isRecent(words[first + layout.seen + 2 * rule], now) {
            present |= 1 << UInt64(rule)
        }
        if !plan.counts.isEmpty {
            let count = present.nonzeroBitCount
            for index in plan.counts.indices where !plan.counts[index].holds(Int64(count)) { return nil }
            let node = Int(present) - 1
            guard isRecent(words[first + 3 * node], now) else { return nil }
            collect(first, node, now, &evidence)
            return Finding(length: count, end: now)
        }
        for index in plan.alternatives.indices where plan.alternatives[index].absent & present == 0 {
            let node = Int(plan.alternatives[index].node)
            guard node < 0 || isRecent(words[first + 3 * node], now) else { continue }
            collect(first, node, now, &evidence)
            return Finding(length: Int(plan.alternatives[index].length), end: now)
        }
        return nil
    }

    /// Gives the tokens of a run to `evidence`, the newest first; where those of runs are not kept, the latest of each rule.
    private func collect(_ first: Int, _ node: Int, _ now: Int64, _ evidence: inout TokenCollector) {
        evidence.removeAll()
        guard node >= 0 else { return }
        if layout.paths.isEmpty {
            for rule in (0..<plan.rules).reversed() where isRecent(words[first + layout.seen + 2 * rule], now) {
                if !evidence.add(UInt64(bitPattern: words[first + layout.seen + 2 * rule + 1])) { return }
            }
            return
        }
        let path = first + Int(layout.paths[node])
        for place in (0..<Int(plan.nodes[node].length)).reversed() {
            if !evidence.add(UInt64(bitPattern: words[path + place])) { return }
        }
    }

    private func isRecent(_ time: Int64, _ now: Int64) -> Bool { time > .min && difference(now, time) <= timespan }

    /// Lets a match, which is not earlier than all before, change a state.
    private mutating func apply(_ rule: Int, _ now: Int64, _ token: UInt64, _ first: Int) {
        let word = Int64(bitPattern: token)
        words[first + layout.seen + 2 * rule] = now
        words[first + layout.seen + 2 * rule + 1] = word
        for place in plan.endingRanges[rule].indices {
            let number = Int(plan.endings[place])
            let node = plan.nodes[number]
            if node.length == 1 {
                extend(first, number, start: now, from: -1, isEarlier: false, now: now, word)
                continue
            }
            var start = Int64.min
            var found = -1
            var isEarlier = false
            for parent in node.parents.indices {
                let place = first + 3 * parent
                let hasEnded = words[place + 1] < now
                let own = hasEnded ? words[place] : words[place + 2]
                if own > start { (start, found, isEarlier) = (own, parent, !hasEnded) }
            }
            if found >= 0 { extend(first, number, start: start, from: found, isEarlier: isEarlier, now: now, word) }
        }
    }

    private mutating func extend(
        _ first: Int, _ number: Int, start: Int64, from parent: Int, isEarlier: Bool, now: Int64, _ token: Int64
    ) {
        let place = first + 3 * number
        let hasPath = !layout.paths.isEmpty
        let length = Int(plan.nodes[number].length)
        let path = hasPath ? first + Int(layout.paths[number]) : 0
        if words[place + 1] < now {
            words[place + 2] = words[place]
            if hasPath { for index in 0..<length { words[path + length + index] = words[path + index] } }
        }
        words[place + 1] = now
        guard start >= words[place] else { return }
        words[place] = start
        guard hasPath else { return }
        if parent >= 0 {
            let from = first + Int(layout.paths[parent]) + (isEarlier ? length - 1 : 0)
            for index in 0..<(length - 1) { words[path + index] = words[from + index] }
        }
        words[path + length - 1] = token
    }
}

extension OrderedRuns {
    /// Finds or makes a group; one that lies in the future, since the clock was set back, begins anew.
    private mutating func open(_ key: Hash128, now: Int64) -> Int {
        var position = index.start(key.tag)
        while let slot = index.next(key.tag, &position) {
            guard keys[slot] == key else { continue }
            order.touch(slot)
            if isSetBack(now, latest: groups[slot].latest, timespan: timespan) { reset(slot, now) }
            return slot
        }
        if order.count >= limit, let oldest = order.oldest {
            if difference(now, groups[oldest].latest) <= timespan { evictions += 1 }
            while groups[oldest].oldest >= 0 { forgetFirst(oldest) }
            index.remove(keys[oldest].tag, slot: oldest)
            order.release(oldest)
        }
        let slot = order.allocate()
        if slot == groups.count {
            keys.append(key)
            groups.append(Group(latest: now))
            words += repeatElement(0, count: 2 * layout.words)
        }
        keys[slot] = key
        index.insert(key.tag, slot: slot)
        reset(slot, now)
        return slot
    }

    private mutating func reset(_ slot: Int, _ now: Int64) {
        while groups[slot].oldest >= 0 { forgetFirst(slot) }
        groups[slot] = Group(latest: now)
        let first = slot * 2 * layout.words
        for half in 0..<2 {
            let start = first + half * layout.words
            let timed = layout.seen + 2 * plan.rules
            for word in 0..<layout.words { words[start + word] = word < timed ? .min : 0 }
        }
    }

    /// Appends a match to those of its group; where there is no room, the earlier state goes on to it.
    private mutating func append(_ slot: Int, _ match: Match) {
        guard usedMatches < logLimit else {
            apply(Int(match.rule), match.time, match.token, (2 * slot + 1) * layout.words)
            groups[slot].base = match.time
            return
        }
        let place = store(match)
        if groups[slot].newest >= 0 { log[Int(groups[slot].newest)].next = place } else { groups[slot].oldest = place }
        groups[slot].newest = place
        groups[slot].count += 1
    }

    /// Puts a match to its place among those of its group, behind those of the same time.
    private mutating func insert(_ slot: Int, _ match: Match) {
        var before: Int32 = -1
        var next = groups[slot].oldest
        while next >= 0, log[Int(next)].time <= match.time {
            before = next
            next = log[Int(next)].next
        }
        let place = store(match)
        log[Int(place)].next = next
        if before >= 0 { log[Int(before)].next = place } else { groups[slot].oldest = place }
        if next < 0 { groups[slot].newest = place }
        groups[slot].count += 1
    }

    /// Takes the first matches of a group into its earlier state, where there are too many or they are too old.
    private mutating func makeRoom(_ slot: Int) {
        while groups[slot].oldest >= 0,
            groups[slot].count >= Self.longestLog || usedMatches >= logLimit
                || difference(groups[slot].latest, log[Int(groups[slot].oldest)].time) > latenessBound
        {
            fold(slot)
        }
    }

    /// Takes the first match of a group into its earlier state.
    private mutating func fold(_ slot: Int) {
        let match = log[Int(groups[slot].oldest)]
        apply(Int(match.rule), match.time, match.token, (2 * slot + 1) * layout.words)
        groups[slot].base = match.time
        forgetFirst(slot)
    }

    private mutating func forgetFirst(_ slot: Int) {
        let place = groups[slot].oldest
        groups[slot].oldest = log[Int(place)].next
        if groups[slot].oldest < 0 { groups[slot].newest = -1 }
        groups[slot].count -= 1
        log[Int(place)].next = freeMatch
        freeMatch = place
        usedMatches -= 1
    }

    private mutating func store(_ match: Match) -> Int32 {
        usedMatches += 1
        guard freeMatch >= 0 else {
            log.append(match)
            return Int32(truncatingIfNeeded: log.count - 1)
        }
        let place = freeMatch
        freeMatch = log[Int(place)].next
        log[Int(place)] = match
        return place
    }
}
