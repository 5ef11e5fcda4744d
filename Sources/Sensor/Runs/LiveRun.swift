import Alerts
import Capture
import Engine
import Foundation
import Network
import Packets

/// Listens on interfaces until told to stop.
///
/// Nothing is ever sent.
public enum LiveRun {
    /// How often the store is told how far the run has come.
    private static let reportNanoseconds: Int64 = 2_000_000_000

    /// What came of a run.
    public struct Result: Sendable {
        /// What the run saw, as the store has it.
        public var statistics: RunStatistics
        /// Why it ended, where nobody asked it to.
        public var error: CaptureError?
    }

    /// Opens `interfaces`, which takes rights that are not needed later; an error says why capturing cannot begin.
    public static func open(
        _ interfaces: [String], _ options: LiveCapture.Options, stop: StopSwitch
    ) throws(SensorError) -> LiveCapture {
        do throws(CaptureError) { return try LiveCapture.open(interfaces, options, stop: stop) } catch {
            throw SensorError(error)
        }
    }

    /// Looks at what an opened capture gives.
    ///
    /// The run ends by itself after `limit` frames, where it is given. `reloader` loads the rules again when asked;
    /// what it loaded takes over between two frames. `watchdog` is told that the capture moves. What becomes of interfaces,
    /// store and clock goes to `log`, numbers to `metrics`. `ready` is called once, when the run has begun, with warnings
    /// about what could not be done as asked and which interfaces are waited for.
    public static func run(
        _ capture: consuming LiveCapture, limit: UInt64? = nil, reloader: RuleReloader? = nil,
        watchdog: Watchdog? = nil, metrics: MetricsFile? = nil, log: @escaping (String) -> Void = { _ in },
        _ pipeline: inout Pipeline, ready: ([String]) -> Void
    ) throws(SensorError) -> Result {
        var capture = capture
        _ = try pipeline.begin(source: capture.interfaceNames.joined(separator: ","), digest: nil, again: true)
        ready(capture.warnings)
        var watch = LiveWatch(bufferBytes: capture.bufferSize, metrics: metrics, log: log)
        watch.look(capture, &pipeline)
        var failure: CaptureError?
        var lastReport = ContinuousClock.now
        var lastFrame = Timestamp.zero
        var silence: (since: ContinuousClock.Instant, from: Timestamp)?
        do throws(CaptureError) {
            loop: while limit.map({ pipeline.worker.counters.packets < $0 }) ?? true {
                switch try capture.step() {
                case .frame(let header):
                    silence = nil
                    lastFrame = header.timestamp
                    pipeline.worker.process(header, capture.bytes)
                    // Asking the clock costs more than most frames do; a slow link has no idle moments either.
                    guard header.number & 0x3F == 0 else { continue }
                case .idle:
                    // Capture time goes on from the last frame: a card's clock need not be that of the machine.
                    let now = ContinuousClock.now
                    let began = silence ?? (now, lastFrame)
                    silence = began
                    let passed = (now - began.since) / .nanoseconds(1)
                    pipeline.worker.advance(to: began.from.advanced(byNanoseconds: Int64(passed)))
                    pipeline.worker.sink.advance(to: began.from.advanced(byNanoseconds: Int64(passed)))
                    pipeline.worker.sink.tellRepetitions()
                case .end: break loop
                }
                watchdog?.noteCapture()
                watch.tellNotices(&capture)
                if let outcome = reloader?.poll() { pipeline.take(outcome) }
                if ContinuousClock.now - lastReport >= .nanoseconds(reportNanoseconds) {
                    lastReport = .now
                    watch.look(capture, &pipeline)
                    pipeline.writeInventory()
                    pipeline.report(drops: drops(capture))
                }
            }
        } catch { failure = error }
        watchdog?.noteEndOfCapture()
        pipeline.worker.finish()
        let statistics = pipeline.end(failure == nil ? .finished : .interrupted, drops: drops(capture))
        watch.end(capture, pipeline)
        return Result(statistics: statistics, error: failure)
    }

    private static func drops(_ capture: borrowing LiveCapture) -> CaptureDrops {
        var drops = CaptureDrops()
        for counters in capture.counters() {
            drops.kernel += counters.droppedByKernel
            drops.interface += counters.droppedByInterface
        }
        return drops
    }
}
