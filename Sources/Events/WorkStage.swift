import Synchronization

/// What the sensor is busy with: stages of the way from a frame to an alert.
///
/// Each stage says that it has begun; a clock that looks from time to time sees where the time goes (`replay --profile`). To say
/// so is one store, which is done whether or not anybody looks.
public enum WorkStage: UInt8, CaseIterable, Sendable {
    /// Reading the next frame of a capture, and what surrounds the loop over them.
    case reading
    /// Links, tunnels, IP, TCP and UDP.
    case decoding
    /// The table of flows.
    case flows
    /// Checksums, and bringing segments and fragments into order.
    case streams
    /// Messages of the protocols, and what is known of their conversations.
    case dissecting
    /// The last events of each conversation.
    case history
    /// Who is there.
    case inventory
    /// Conditions of rules.
    case matching
    /// Correlations, and telling new rows from repetitions.
    case correlating
    /// Making alerts, and handing them to the store's thread.
    case alerting
    /// Holding traffic against the policy.
    case policy

    /// What the profile calls it.
    public var name: StaticString {
        switch self {
        case .reading: "reading"
        case .decoding: "decoding"
        case .flows: "flows"
        case .streams: "streams"
        case .dissecting: "dissecting"
        case .history: "history"
        case .inventory: "inventory"
        case .matching: "matching"
        case .correlating: "correlating"
        case .alerting: "alerting"
        case .policy: "policy"
        }
    }

    private static let mark = Atomic<UInt8>(WorkStage.reading.rawValue)

    /// What the thread that handles frames is busy with.
    public static var current: WorkStage { WorkStage(rawValue: mark.load(ordering: .relaxed)) ?? .reading }

    /// Says that this stage has begun; for the thread that handles frames alone.
    public func begin() { Self.mark.store(rawValue, ordering: .relaxed) }
}
