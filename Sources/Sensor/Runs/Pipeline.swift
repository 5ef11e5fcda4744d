import Alerts
import Capture
import Detection
import Engine
import Events
import Foundation
import Inventory
import Network
import Sigma

/// A worker with its rules and the store behind it: what `run` and `replay` drive.
public struct Pipeline: ~Copyable {
    /// From frames to events to alerts.
    public var worker: SensorWorker<DetectionSink>
    /// Where the alerts go.
    public let writer: AlertWriter
    private var baseline = RunStatistics()
    /// The number of the run in the store, where it is there.
    private var runID: Int64?
    private(set) var rules: RuleSet
    /// When the inventory was written last.
    var inventoryWritten = ContinuousClock.now
    /// The levels of all rules that ran, by their ids.
    private(set) var levels: [String: AlertLevel] = [:]
    /// What is told of the sensor itself.
    var life: LifeSigns
    private var reloads = ReloadCounters()
    let settings: Settings
    /// How the process has shut itself in, in a few words.
    private let sandbox: String?
    /// What the writer had lost when the run began.
    private var lostBefore = 0
    /// Names this start of the program in the statistics of its runs.
    private let invocation = UUID().uuidString

    /// Joins rules and store.
    ///
    /// `observe` sees every alert and repetition on its way to the store. Where `resumesRows`, alert rows that an earlier
    /// live run of this sensor began are added to while their time is not over: a restart is no reason to tell a standing
    /// state again. `sandbox` says how the process has shut itself in, for the statistics.
    public init(
        settings: Settings, rules: RuleSet, writer: AlertWriter, resumesRows: Bool = false, sandbox: String? = nil,
        observe: @escaping (AlertChange) -> Void = { _ in }
    ) {
        self.settings = settings
        self.sandbox = sandbox
        self.rules = rules
        self.writer = writer
        life = LifeSigns(settings.life)
        // A store that takes nothing now keeps nobody from listening: then rows begin anew.
        let seed = resumesRows ? try? writer.rowSeed() : nil
        let hash = seed.map { SeededHash(seed: $0) } ?? SeededHash()
        var sink = DetectionSink(
            rules: rules.compiled, limits: settings.limits.detection, hash: hash, keepsRowKeys: seed != nil,
            gathersRepetitions: true
        ) { change in
            writer.submit(change)
            observe(change)
        }
        sink.watch(rules.policy, bytes: settings.limits.policyBytes, hash: hash)
        sink.watch(rules.siteList, homeNetworks: Self.homeNetworks(rules), hash: hash)
        if seed != nil { sink.restore(Self.openRows(writer, settings, rules)) }
        var limits = settings.limits
        if settings.keepsInventory { sink.inventory = Self.inventory(writer, settings, rules) }
        // What neither a rule nor the inventory or a policy asks for is not worked out.
        let isAsked = settings.keepsInventory || settings.policy != nil || settings.siteList != nil
        limits.dissectors.limit(to: rules.compiled.fields + (isAsked ? Protocols.inventoryFields : []))
        if rules.payload != nil { limits.dissectors.inspectPayloads(bytes: settings.inspectedBytes) }
        worker = SensorWorker(limits: limits, hash: hash, sink: sink)
        serveDissectors(rules)
        noteLevels()
    }

    /// Tells the dissectors what is asked of them beside the messages.
    private mutating func serveDissectors(_ rules: RuleSet) {
        worker.dissectors.serve(
            rules, key: settings.passwordKey, inspecting: settings.inspectedBytes, inventory: settings.keepsInventory)
    }

    /// Begins a run in the store; a finished one of the same source and rules is returned instead, unless `again`.
    public mutating func begin(source: String, digest: String?, again: Bool) throws(SensorError) -> RunRecord? {
        worker.beginSource()
        baseline = statistics
        lostBefore = writer.counters.lost
        do throws(StoreError) {
            switch try writer.beginRun(start(source, digest), again: again) {
            case .started(let number):
                runID = number
                return nil
            case .alreadyRecorded(let run): return run
            }
        } catch { throw SensorError(error) }
    }

    /// The runs of captures that are in the store, each with what tells its frames from others.
    func recordedContents() throws(SensorError) -> [RecordedContent] {
        do throws(StoreError) { return try writer.recordedContents() } catch { throw SensorError(error) }
    }

    /// Makes one of the alerts that earlier runs and the one that ended just now have: it read their frames again, all of them,
    /// or with `near` some.
    func mergeRepeated(of runs: [Int64], near: [Int64]) throws(SensorError) {
        guard let runID, !runs.isEmpty || !near.isEmpty else { return }
        do throws(StoreError) { try writer.mergeRepeated(of: runs, near: near, in: runID) } catch {
            throw SensorError(error)
        }
    }

    /// Whether a finished run of that source and these rules is in the store.
    public func isRecorded(source: String, digest: String) throws(SensorError) -> Bool {
        do throws(StoreError) { return try writer.isRecorded(start(source, digest)) } catch { throw SensorError(error) }
    }

    private func start(_ source: String, _ digest: String?) -> RunStart {
        RunStart(
            sensor: settings.sensorName, started: now(), source: source, sourceDigest: digest,
            version: Version.current, rulesDigest: rules.digest)
    }

    /// Whether alerts of the run were lost, as far as the store knows when all that waits was tried.
    mutating func hasLostAlerts() -> Bool {
        worker.sink.tellRepetitions()
        writer.flush()
        return writer.counters.lost > lostBefore
    }

    /// Ends the run in the store with what it saw; returns that.
    ///
    /// `ends` are the conversations at both ends of a capture. `hasInventory` says that the inventory has what a capture shows from an earlier run.
    /// What the store does not take now waits in its spill file, which the writer says by itself.
    public mutating func end(
        _ status: RunStatus, drops: CaptureDrops, content: String? = nil, span: ClosedRange<Timestamp>? = nil,
        ends: CaptureEnds = CaptureEnds(), hasInventory: Bool = false
    ) -> RunStatistics {
        worker.sink.tellRepetitions()
        // Of a capture that is to be read again nothing is kept, and nothing twice of one that was read before.
        let isKept = content == nil || status != .interrupted && !hasInventory
        if isKept { finishInventory() } else { renewInventory() }
        // What retention takes away is told with the run.
        writer.applyRetention()
        var seen = statistics(drops)
        seen.content = content
        if settings.keepsInventory, status != .interrupted { seen.inventory = true }
        // A capture has no life.
        if content == nil { seen.reported = now() }
        seen.firstFrame = span?.lowerBound.microseconds
        seen.lastFrame = span?.upperBound.microseconds
        seen.goneOn = ends.goneOn
        seen.cutOff = ends.cutOff
        writer.endRun(summary(seen, status, drops))
        return seen
    }

    /// Tells the store how far a run has come, for `earshot stats` beside a live run; of a capture, which frames it read.
    public mutating func report(drops: CaptureDrops, content: String? = nil) {
        worker.sink.tellRepetitions()
        var seen = statistics(drops)
        seen.content = content
        // A capture has no life.
        if content == nil { seen.reported = now() }
        writer.updateRun(summary(seen, .running, drops))
    }

    private func statistics(_ drops: CaptureDrops) -> RunStatistics {
        var seen = statistics.since(baseline)
        seen.invocation = invocation
        seen.sandbox = sandbox
        seen.dropped = ["kernel": drops.kernel, "interface": drops.interface]
        return seen
    }

    private func summary(_ seen: RunStatistics, _ status: RunStatus, _ drops: CaptureDrops) -> RunSummary {
        RunSummary(
            status: status, ended: status == .running ? nil : now(), packets: Int64(clamping: seen.packets),
            bytes: Int64(clamping: seen.bytes), droppedKernel: Int64(clamping: drops.kernel),
            droppedInterface: Int64(clamping: drops.interface), flows: Int64(clamping: seen.flows),
            messages: Int64(clamping: seen.messageCount), stats: seen.json)
    }

    /// Takes what came of loading the rules again: other rules run from the next event on, or the running ones stay.
    ///
    /// The run in the store goes on. Its digest stays that of the rules it began with; those of later ones stand in its
    /// statistics, and each alert refers to the text of its rule as it was when it fired.
    public mutating func take(_ outcome: RuleReloader.Outcome) {
        switch outcome {
        case .failed: reloads.failed += 1
        case .loaded(let rules):
            reloads.done += 1
            reloads.digests.append(rules.digest)
            if reloads.digests.count > ReloadCounters.digestsKept { reloads.digests.removeFirst() }
            writer.setRules(rules.records)
            worker.sink.replaceRules(rules.compiled)
            worker.sink.watch(rules.policy, bytes: settings.limits.policyBytes, hash: SeededHash())
            worker.sink.watch(rules.siteList, homeNetworks: Self.homeNetworks(rules), hash: SeededHash())
            serveDissectors(rules)
            self.rules = rules
            noteLevels()
        }
    }

    /// An alert of a rule that is gone has its level still.
    private mutating func noteLevels() {
        for rule in rules.compiled.rules { levels[rule.id] = AlertLevel(rawValue: rule.level.rawValue) }
    }

    /// How many rules are loaded that raise alerts.
    var ruleCount: Int { rules.compiled.rules.count { $0.raisesAlerts } }

    /// What the present run saw.
    var runStatistics: RunStatistics { statistics.since(baseline) }

    /// All that was seen since the pipeline was made.
    public var statistics: RunStatistics {
        var statistics = worker.statistics
        statistics.alerts = worker.sink.alertsByRule
        statistics.suppressed = worker.sink.suppressedByRule
        statistics.reloads = reloads.done
        statistics.reloadsFailed = reloads.failed
        statistics.rulesDigests = reloads.digests
        let counters = worker.sink.engine.counters
        if counters.groupsEvicted > 0 { statistics.evicted["correlation_groups"] = counters.groupsEvicted }
        if counters.suppressionsEvicted > 0 { statistics.evicted["suppressions"] = counters.suppressionsEvicted }
        for (name, count) in worker.sink.leftOutOfInventory {
            statistics.evicted["inventory_\(name)"] = UInt64(clamping: count)
        }
        statistics.policyDigest = worker.sink.policyDigest
        let deviations = worker.sink.deviations
        if !deviations.isEmpty { statistics.deviations = deviations }
        let hidden = worker.sink.hiddenDeviations
        if !hidden.isEmpty { statistics.hiddenDeviations = hidden }
        if !life.told.isEmpty {
            statistics.signs = Dictionary(uniqueKeysWithValues: life.told.map { ("\($0.key.name)", $0.value) })
        }
        let removed = writer.counters.removedByLevel
        if !removed.isEmpty {
            statistics.removed = Dictionary(uniqueKeysWithValues: removed.map { ($0.key.rawValue, UInt64($0.value)) })
        }
        return statistics
    }

    private func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000_000) }

    private static func openRows(_ writer: AlertWriter, _ settings: Settings, _ rules: RuleSet) -> [StoredRow] {
        let longest = Double(rules.compiled.longestSuppression) / 1e9
        let since = Int64((Date().timeIntervalSince1970 - longest) * 1_000_000)
        let rows = try? writer.openRows(
            sensor: settings.sensorName, since: since, limit: settings.limits.detection.suppressions / 2)
        // What is folded stands for rows beyond a number that is counted anew.
        return (rows ?? []).filter { $0.tally?.isFolded != true }
    }
}

/// How often the rules were loaded again.
private struct ReloadCounters {
    /// Of this many reloads the digests are kept.
    static let digestsKept = 100

    var done: UInt64 = 0
    var failed: UInt64 = 0
    var digests: [String] = []
}

/// Frames that never reached the sensor.
public struct CaptureDrops: Hashable, Sendable {
    /// Frames that found no room in the buffer of the kernel.
    public var kernel: UInt64 = 0
    /// Frames that the interface or its driver dropped.
    public var interface: UInt64 = 0

    /// None.
    public init() {}
}

extension RunStatistics {
    /// What came since `earlier`, an older state of the same counters.
    func since(_ earlier: RunStatistics) -> RunStatistics {
        var result = self
        result.packets -= earlier.packets
        result.bytes -= earlier.bytes
        result.flows -= earlier.flows
        result.gaps -= earlier.gaps
        result.unparsedBytes -= earlier.unparsedBytes
        result.cutShort -= earlier.cutShort
        result.reloads -= earlier.reloads
        result.reloadsFailed -= earlier.reloadsFailed
        result.foreignDatagrams = difference(foreignDatagrams, earlier.foreignDatagrams)
        result.violations = difference(violations, earlier.violations)
        result.alerts = difference(alerts, earlier.alerts)
        result.suppressed = difference(suppressed, earlier.suppressed)
        result.evicted = difference(evicted, earlier.evicted)
        result.undecoded = difference(undecoded, earlier.undecoded)
        let spots = difference(blindSpots ?? [:], earlier.blindSpots ?? [:])
        result.blindSpots = spots.isEmpty ? nil : spots
        result.tcp = difference(tcp, earlier.tcp)
        result.fragments = difference(fragments, earlier.fragments)
        result.wrongChecksums -= earlier.wrongChecksums
        result.missingChecksums -= earlier.missingChecksums
        result.confirmedFlows = difference(confirmedFlows, earlier.confirmedFlows)
        result.encryptedFlows -= earlier.encryptedFlows
        let sessions = (encryptedSessions ?? 0) - (earlier.encryptedSessions ?? 0)
        result.encryptedSessions = sessions > 0 ? sessions : nil
        result.expired -= earlier.expired
        let connections = difference(self.connections ?? [:], earlier.connections ?? [:])
        result.connections = connections.isEmpty ? nil : connections
        let tricks = difference(self.tricks ?? [:], earlier.tricks ?? [:])
        result.tricks = tricks.isEmpty ? nil : tricks
        let deviations = difference(self.deviations ?? [:], earlier.deviations ?? [:])
        result.deviations = deviations.isEmpty ? nil : deviations
        let hidden = difference(hiddenDeviations ?? [:], earlier.hiddenDeviations ?? [:])
        result.hiddenDeviations = hidden.isEmpty ? nil : hidden
        let told = difference(signs ?? [:], earlier.signs ?? [:])
        result.signs = told.isEmpty ? nil : told
        let holes = (self.holes ?? 0) - (earlier.holes ?? 0)
        result.holes = holes > 0 ? holes : nil
        let carried = difference(webSocket ?? [:], earlier.webSocket ?? [:])
        result.webSocket = carried.isEmpty ? nil : carried
        let gone = difference(removed ?? [:], earlier.removed ?? [:])
        result.removed = gone.isEmpty ? nil : gone
        for (server, loss) in earlier.losses {
            result.losses[server]?.gaps -= loss.gaps
            result.losses[server]?.unparsedBytes -= loss.unparsedBytes
            result.losses[server]?.resynchronised -= loss.resynchronised
        }
        result.losses = result.losses.filter { $0.value != LossesByServer.Loss() }
        for (name, counts) in messages {
            let rest = difference(counts, earlier.messages[name] ?? [:])
            result.messages[name] = rest.isEmpty ? nil : rest
        }
        return result
    }
}

private func difference(_ later: [String: UInt64], _ earlier: [String: UInt64]) -> [String: UInt64] {
    var result: [String: UInt64] = [:]
    for (key, count) in later where count > earlier[key] ?? 0 { result[key] = count - (earlier[key] ?? 0) }
    return result
}
