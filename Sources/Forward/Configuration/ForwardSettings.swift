import Foundation

/// What the forwarder is told before it starts.
public struct ForwardSettings: Sendable {
    /// Where the configuration is looked for when nobody names one.
    public static let defaultFile = "/etc/earshot/forward.yaml"

    /// The stores that are read.
    public var stores: [String] = ["/var/lib/earshot/alerts.db"]
    /// The folder for cursors and dead letters.
    public var state = "/var/lib/earshot-forward"
    /// Where metrics are written, for node_exporter; `nil` for nowhere.
    public var metricsFile: String?
    /// Where alerts go.
    public var targets: [TargetSettings] = []

    /// The defaults in a given environment: systemd names the folder for state (systemd.exec(5), STATE_DIRECTORY).
    public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        if let folder = environment["STATE_DIRECTORY"]?.split(separator: ":").first { state = String(folder) }
    }

    /// The target of a name.
    ///
    /// - Throws: `ForwardError` where there is none, with those that there are.
    public func target(named name: String) throws(ForwardError) -> TargetSettings {
        if let target = targets.first(where: { $0.name == name }) { return target }
        let names = targets.map(\.name).joined(separator: ", ")
        throw ForwardError(64, "there is no target '\(name)'; there are: \(names)")
    }
}
