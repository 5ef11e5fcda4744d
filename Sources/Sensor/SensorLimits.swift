import Detection
import Engine

/// Every bound of the sensor in one place; each type documents its own with the reason.
public struct SensorLimits: Sendable {
    public var engine = EngineLimits()
    public var dissectors = Dissectors.Limits()
    public var detection = DetectionLimits()

    /// The defaults.
    public init() {}
}
