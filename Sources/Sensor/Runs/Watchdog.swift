import Foundation
import Synchronization

/// Watches over the two that must not hang, capture and writer: as long as both move it gives signs of life.
///
/// It has a thread of its own, which looks at what the two have done and does nothing of their work, so that one that hangs
/// is told. A capture without frames moves, and so does a writer that waits for alerts or whose store takes nothing.
public final class Watchdog: Sendable {
    /// How long one may stand still before it counts as hanging, in seconds.
    public static let patienceSeconds = 30.0

    /// How the writer is: what is held against each other is not the time but the number of its steps.
    public struct WriterState: Hashable, Sendable {
        /// Whether it has work in hand; one that waits for some does not hang.
        public var isBusy: Bool
        /// How many steps it has done.
        public var steps: Int

        /// A state.
        public init(isBusy: Bool, steps: Int) {
            self.isBusy = isBusy
            self.steps = steps
        }
    }

    /// What moved when.
    private struct Seen {
        var captureSteps = 0
        var captureMoved = ContinuousClock.now
        var writer = WriterState(isBusy: false, steps: 0)
        var writerMoved = ContinuousClock.now
        var hasTold = false
    }

    private let captureSteps = Atomic<Int>(0)
    private let captureHasEnded = Atomic<Bool>(false)
    private let isOver = Atomic<Bool>(false)
    private let patience: Duration
    private let intervalSeconds: Double
    private let writer: @Sendable () -> WriterState
    private let alive: @Sendable () -> Void
    private let log: @Sendable (String) -> Void

    /// Begins to watch.
    ///
    /// - Parameters:
    ///   - patienceSeconds: how long one may stand still.
    ///   - intervalSeconds: how often it looks.
    ///   - writer: how the writer is.
    ///   - alive: called at each look while both move.
    ///   - log: told why signs of life stop, and when they go on.
    public init(
        patienceSeconds: Double = Watchdog.patienceSeconds, intervalSeconds: Double,
        writer: @escaping @Sendable () -> WriterState, alive: @escaping @Sendable () -> Void,
        log: @escaping @Sendable (String) -> Void
    ) {
        patience = .seconds(patienceSeconds)
        self.intervalSeconds = intervalSeconds
        self.writer = writer
        self.alive = alive
        self.log = log
        let thread = Thread { [weak self] in
            var seen = Seen()
            while let self, !self.isOver.load(ordering: .relaxed) {
                self.look(&seen)
                Thread.sleep(forTimeInterval: self.intervalSeconds)
            }
        }
        thread.name = "earshot.watch"
        thread.start()
    }

    /// Says that the capture moves, with frames or without; costs next to nothing.
    public func noteCapture() { captureSteps.wrappingAdd(1, ordering: .relaxed) }

    /// From now on the capture has a right to stand still: it has ended.
    public func noteEndOfCapture() { captureHasEnded.store(true, ordering: .relaxed) }

    /// Watches no longer.
    public func end() { isOver.store(true, ordering: .relaxed) }

    private func look(_ seen: inout Seen) {
        let now = ContinuousClock.now
        let (steps, state) = (captureSteps.load(ordering: .relaxed), writer())
        if steps != seen.captureSteps || captureHasEnded.load(ordering: .relaxed) {
            (seen.captureSteps, seen.captureMoved) = (steps, now)
        }
        if state != seen.writer || !state.isBusy { (seen.writer, seen.writerMoved) = (state, now) }
        // The capture waits for a writer that hangs, so that one is named.
        let culprit: String? =
            now - seen.writerMoved >= patience
            ? "the writer of the alert store" : now - seen.captureMoved >= patience ? "the capture" : nil
        guard let culprit else {
            if seen.hasTold { log("all moves again; signs of life go on") }
            seen.hasTold = false
            return alive()
        }
        guard !seen.hasTold else { return }
        seen.hasTold = true
        let seconds = patience / .seconds(1)
        log("\(culprit) has not moved for \(Int(seconds.rounded())) s; no more signs of life are given")
    }
}
