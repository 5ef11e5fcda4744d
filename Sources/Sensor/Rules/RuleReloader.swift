import Foundation
import Synchronization

/// Loads rules again beside a running capture: on a thread of its own, so that no frame waits for it.
public final class RuleReloader: Sendable {
    /// What came of loading.
    public enum Outcome: Sendable {
        /// The rules that are to run from now on.
        case loaded(RuleSet)
        /// The running rules stay. Why was said already.
        case failed
    }

    /// Where it is.
    public enum Phase: Sendable {
        /// Rules are read.
        case begins
        /// What came of it takes over, whatever it is.
        case ends
    }

    private struct State {
        var isLoading = false
        /// Whether somebody asked while it was loading: what is on disk may have changed since it was read.
        var isWantedAgain = false
        var outcome: Outcome?
    }

    private let state = Mutex(State())
    private let isReady = Atomic<Bool>(false)
    private let isWanted: @Sendable () -> Bool
    private let load: @Sendable () -> Outcome
    private let observe: @Sendable (Phase) -> Void

    /// A reloader that calls `load` on its own thread.
    ///
    /// `isWanted` says whether somebody asked for the rules to be loaded again since it was called last; `observe` is told
    /// on the thread that runs the rules.
    public init(
        isWanted: @escaping @Sendable () -> Bool, load: @escaping @Sendable () -> Outcome,
        observe: @escaping @Sendable (Phase) -> Void = { _ in }
    ) {
        self.isWanted = isWanted
        self.load = load
        self.observe = observe
    }

    /// What came of the latest load, once.
    ///
    /// To be called often, by the thread that runs the rules: costs next to nothing where there is nothing to do.
    public func poll() -> Outcome? {
        if isWanted() { begin() }
        guard isReady.load(ordering: .acquiring) else { return nil }
        let (outcome, isWantedAgain) = state.withLock { state in
            isReady.store(false, ordering: .relaxed)
            defer { (state.outcome, state.isWantedAgain, state.isLoading) = (nil, false, false) }
            return (state.outcome, state.isWantedAgain)
        }
        observe(.ends)
        if isWantedAgain { begin() }
        return outcome
    }

    private func begin() {
        let isIdle = state.withLock { state in
            if state.isLoading { state.isWantedAgain = true }
            defer { state.isLoading = true }
            return !state.isLoading
        }
        guard isIdle else { return }
        observe(.begins)
        let thread = Thread { [self] in
            let outcome = load()
            state.withLock { $0.outcome = outcome }
            isReady.store(true, ordering: .releasing)
        }
        thread.name = "earshot.rules"
        // Regular expressions and nested conditions are compiled by recursion.
        thread.stackSize = 8 << 20
        thread.start()
    }
}
