/// RFC 6455, 7.4: why a connection is closed.
public struct WebSocketCloseCode: RawRepresentable, Hashable, Sendable {
    /// The number of the wire.
    public let rawValue: UInt16

    /// The code of that number, whether or not it is assigned.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// 1000: the connection has served its purpose.
    public static let normal = Self(rawValue: 1000)
    /// Stands for a Close frame without a code.
    public static let noStatus = Self(rawValue: 1005)
    /// Stands for an end without a Close frame.
    public static let abnormal = Self(rawValue: 1006)
    /// Stands for a failed TLS handshake.
    public static let tlsHandshake = Self(rawValue: 1015)

    /// Whether it must not stand in a frame (7.4.1).
    public var isReserved: Bool { [.noStatus, .abnormal, .tlsHandshake].contains(self) }

    /// Whether it lies in a range that somebody may give out (7.4.2).
    public var isInRange: Bool { (1000..<5000).contains(rawValue) }
}
