/// The one list of targets.
enum Targets {
    /// The target of some settings.
    ///
    /// - Throws: `ForwardError` where a credential cannot be read, or what it needs cannot be had.
    static func make(_ settings: TargetSettings) throws(ForwardError) -> any ForwardTarget {
        switch settings.kind {
        case .file: FileTarget(settings)
        case .syslog: try SyslogTarget(settings)
        case .webhook: try WebhookTarget(settings)
        case .kafka: try KafkaTarget(settings)
        case .opensearch: try OpenSearchTarget(settings)
        }
    }
}
