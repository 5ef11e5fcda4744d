import Foundation
import Synchronization

/// How a target does, as its thread says it.
public struct TargetStatus: Codable, Hashable, Sendable {
    /// `idle`, `sending`, `retrying` or `stopped`.
    public var state = "idle"
    /// Records that were confirmed since the forwarder began.
    public var sent: Int64 = 0
    /// Attempts that failed since then.
    public var retries: Int64 = 0
    /// Records that a far end would never take, ever.
    public var deadLetters: Int64 = 0
    /// Alerts that were removed from the store before they could go, ever.
    public var removed: Int64 = 0
    /// Wall clock of the last confirmation, microseconds since 1970 UTC; 0 for never.
    public var confirmedAt: Int64 = 0
    /// Alerts and changes that wait.
    public var lag = 0
    /// How long the oldest of them has waited, in seconds.
    public var oldestSeconds = 0.0
    /// What went wrong last; empty where it works.
    public var problem = ""

    /// Nothing done yet.
    public init() {}
}

/// How all targets do, for signs of life, metrics and `status`.
final class StatusBoard: Sendable {
    private struct State {
        var targets: [String: TargetStatus] = [:]
        /// What is to be told to every target: by target what it has not taken yet.
        var notices: [String: [ForwardRecord]] = [:]
    }

    /// How many notices wait for a target at most.
    private static let noticeLimit = 100

    private let state = Mutex(State())
    private let start = ContinuousClock.now

    init(_ names: [String]) {
        state.withLock { state in
            for name in names { (state.targets[name], state.notices[name]) = (TargetStatus(), []) }
        }
    }

    /// Changes what is said of a target.
    func change(_ name: String, _ body: (inout TargetStatus) -> Void) {
        state.withLock { state in body(&state.targets[name, default: TargetStatus()]) }
    }

    /// What is said of all targets.
    var all: [String: TargetStatus] { state.withLock { $0.targets } }

    /// Tells something to every target.
    func tellAll(_ record: ForwardRecord) {
        state.withLock { state in
            for name in state.notices.keys where (state.notices[name]?.count ?? 0) < Self.noticeLimit {
                state.notices[name]?.append(record)
            }
        }
    }

    /// What was to be told to a target.
    func takeNotices(_ name: String) -> [ForwardRecord] {
        state.withLock { state in
            defer { state.notices[name] = [] }
            return state.notices[name] ?? []
        }
    }

    /// Seconds since the forwarder began.
    var uptime: Int64 { Int64((ContinuousClock.now - start) / .seconds(1)) }
}
