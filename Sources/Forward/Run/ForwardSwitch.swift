import Foundation
import Synchronization

/// What signals ask of the threads of the forwarder.
public final class ForwardSwitch: Sendable {
    private let stopped = Atomic<Bool>(false)
    private let openings = Atomic<Int>(0)

    /// Nothing asked yet.
    public init() {}

    /// Whether they are to end.
    public var isStopped: Bool { stopped.load(ordering: .relaxed) }

    /// How often files were to be opened anew.
    var reopenings: Int { openings.load(ordering: .relaxed) }

    /// Asks them to end; may be called by the handler of a signal.
    public func stop() { stopped.store(true, ordering: .relaxed) }

    /// Asks for files to be opened anew; may be called by the handler of a signal.
    public func reopen() { openings.add(1, ordering: .relaxed) }

    /// Lets so many seconds pass, or fewer where the end is asked for.
    func pause(_ seconds: Double) {
        let end = ContinuousClock.now + .seconds(seconds)
        while !isStopped, ContinuousClock.now < end {
            let left = (end - ContinuousClock.now) / .seconds(1)
            Thread.sleep(forTimeInterval: min(0.05, max(0.001, left)))
        }
    }
}
