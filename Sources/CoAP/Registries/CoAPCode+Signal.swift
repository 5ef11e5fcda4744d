/// The IANA registry *CoAP Signaling Codes*, RFC 8323, 11.1.
extension CoAPCode {
    /// Capabilities and Settings Message, RFC 8323, 5.3.
    public static let csm = CoAPCode(7, 1)
    /// RFC 8323, 5.4.
    public static let ping = CoAPCode(7, 2)
    /// RFC 8323, 5.4.
    public static let pong = CoAPCode(7, 3)
    /// RFC 8323, 5.5.
    public static let release = CoAPCode(7, 4)
    /// RFC 8323, 5.6.
    public static let abort = CoAPCode(7, 5)

    /// 7.00 to 7.31.
    public var isSignal: Bool { classNumber == 7 }

    /// The registry's name of a signal; `nil` for what is none, or not assigned.
    public var signalName: StaticString? {
        switch self {
        case .csm: "CSM"
        case .ping: "Ping"
        case .pong: "Pong"
        case .release: "Release"
        case .abort: "Abort"
        default: nil
        }
    }
}
