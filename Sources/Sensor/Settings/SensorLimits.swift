import Detection
import Engine
import Inventory

/// Every bound of the sensor in one place; each type documents its own with the reason.
public struct SensorLimits: Sendable {
    /// Bounds of flows, streams and what carries messages.
    public var engine = EngineLimits()
    /// Bounds of the tables of each protocol.
    public var dissectors = Dissectors.Limits()
    /// Bounds of what rules remember: counts, windows and evidence.
    public var detection = DetectionLimits()

    /// Bounds of the inventory.
    public var inventory = InventoryLimits()

    /// Bytes of alerts that wait for the store.
    public var alertQueueBytes = 32 << 20
    /// Bytes of the store that are kept in memory.
    public var storeCacheBytes = 16 << 20

    /// Bytes of what is remembered to hold traffic against a policy.
    public var policyBytes = 16 << 20

    /// The default of the setting `max_memory`, in bytes.
    public static let defaultMemory = 512 << 20

    /// Each part with its own defaults.
    public init() {}

    /// The bounds of a sensor whose tables take at most about so many bytes, whatever it is sent: every other bound
    /// follows from this one.
    ///
    /// What the program takes before any frame comes on top.
    public init(memory: Int) {
        // Of 512 parts: 152 flows and what waits in them, 40 what carries messages, 8 what waits for its proof, 136
        // conversations, 80 correlations and alert rows, 12 the frames that correlations may want as evidence, 4 what sessions did lately, 32 the
        // inventory, 16 alerts that wait for the store, 16 the store, 16 the policy.
        let part = max(memory, 16 << 20) / 512
        engine = EngineLimits(flowBytes: 152 * part, carrierBytes: 40 * part, candidateBytes: 8 * part)
        dissectors = Dissectors.Limits(bytes: 136 * part)
        detection = DetectionLimits(bytes: 80 * part)
        detection.evidenceBytes = 12 * part
        detection.historyBytes = 4 * part
        inventory = InventoryLimits(bytes: 32 * part)
        alertQueueBytes = 16 * part
        storeCacheBytes = 16 * part
        policyBytes = 16 * part
    }
}
