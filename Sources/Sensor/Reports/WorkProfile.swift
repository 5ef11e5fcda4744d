import Events
import Foundation
import Synchronization

/// Where the time of a replay goes: a clock of its own looks two thousand times a second at which stage is at work.
///
/// Shares are of the thread that handles frames, by the wall clock; what the store's thread does beside it stands apart, as
/// processor time.
public final class WorkProfile: Sendable {
    private struct State: Sendable {
        var samples: [UInt64] = Array(repeating: 0, count: WorkStage.allCases.count)
        var isOver = false
    }

    private static let interval: UInt32 = 500

    private let state = Mutex(State())
    private let cpuOfProcess: Double
    private let cpuOfThread: Double

    /// Begins to look; to be made by the thread that handles frames.
    public init() {
        cpuOfProcess = Self.seconds(CLOCK_PROCESS_CPUTIME_ID)
        cpuOfThread = Self.seconds(CLOCK_THREAD_CPUTIME_ID)
        let thread = Thread { [self] in
            while !state.withLock({ $0.isOver }) {
                // A varying time, so that nothing that comes at regular times is seen always or never.
                usleep(Self.interval / 2 + UInt32.random(in: 0..<Self.interval))
                let stage = Int(WorkStage.current.rawValue)
                state.withLock { $0.samples[stage] += 1 }
            }
        }
        thread.start()
    }

    /// Stops looking.
    ///
    /// - Returns: a line for each stage, the dearest first, and one for the other threads; to be asked for by the thread
    ///   that made this.
    public func end() -> String {
        let samples = state.withLock { state in
            state.isOver = true
            return state.samples
        }
        let total = max(1, samples.reduce(0, +))
        let stages = zip(WorkStage.allCases, samples).filter { $1 > 0 }.sorted { $0.1 > $1.1 }
        let own = Self.seconds(CLOCK_THREAD_CPUTIME_ID) - cpuOfThread
        let others = max(0, Self.seconds(CLOCK_PROCESS_CPUTIME_ID) - cpuOfProcess - own)
        var lines = ["profile: \(total) looks at what was at work"]
        for (stage, count) in stages {
            let name = "\(stage.name)".padding(toLength: 12, withPad: " ", startingAt: 0)
            lines.append("  \(name) " + String(format: "%5.1f %%", 100 * Double(count) / Double(total)))
        }
        lines.append(
            String(format: "  processor time: %.2f s for frames, %.2f s beside, mostly the store's", own, others))
        return lines.joined(separator: "\n")
    }

    /// What a clock of processor time, of the process or this thread, shows.
    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
