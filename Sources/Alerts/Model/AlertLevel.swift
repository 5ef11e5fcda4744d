/// How much an alert matters; the levels of Sigma.
public enum AlertLevel: String, CaseIterable, Codable, Hashable, Sendable {
    case informational, low, medium, high, critical

    /// The level that is called so; also `info`, as lists show `informational`.
    public init?(named name: String) { self.init(rawValue: name == "info" ? "informational" : name) }

    /// 0 for `informational` to 4 for `critical`.
    public var rank: Int {
        switch self {
        case .informational: 0
        case .low: 1
        case .medium: 2
        case .high: 3
        case .critical: 4
        }
    }
}

extension AlertLevel: Comparable {
    /// Orders by weight: `informational` is the least.
    public static func < (left: AlertLevel, right: AlertLevel) -> Bool { left.rank < right.rank }
}
