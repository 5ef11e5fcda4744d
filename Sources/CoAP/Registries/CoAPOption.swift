/// An option number of the IANA registry *CoAP Option Numbers*, RFC 7252, 12.2.
///
/// Critical, unsafe and no-cache-key are no columns of a table: they are computed from the number (RFC 7252, 5.4.6).
public struct CoAPOption: RawRepresentable, Hashable, Sendable {
    /// The option number.
    public let rawValue: UInt16

    /// The option of that number, whether or not it is assigned.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// 1: If-Match, the ETag that the resource must have.
    public static let ifMatch = CoAPOption(rawValue: 1)
    /// 3: Uri-Host.
    public static let uriHost = CoAPOption(rawValue: 3)
    /// 4: ETag.
    public static let etag = CoAPOption(rawValue: 4)
    /// 5: If-None-Match, which asks that the resource does not exist yet.
    public static let ifNoneMatch = CoAPOption(rawValue: 5)
    /// RFC 7641.
    public static let observe = CoAPOption(rawValue: 6)
    /// 7: Uri-Port.
    public static let uriPort = CoAPOption(rawValue: 7)
    /// 8: Location-Path, one segment.
    public static let locationPath = CoAPOption(rawValue: 8)
    /// RFC 8613.
    public static let oscore = CoAPOption(rawValue: 9)
    /// 11: Uri-Path, one segment.
    public static let uriPath = CoAPOption(rawValue: 11)
    /// 12: Content-Format.
    public static let contentFormat = CoAPOption(rawValue: 12)
    /// 14: Max-Age, seconds.
    public static let maxAge = CoAPOption(rawValue: 14)
    /// 15: Uri-Query, one argument.
    public static let uriQuery = CoAPOption(rawValue: 15)
    /// RFC 8768.
    public static let hopLimit = CoAPOption(rawValue: 16)
    /// 17: Accept, the Content-Format that the client wants.
    public static let accept = CoAPOption(rawValue: 17)
    /// RFC 9177.
    public static let qBlock1 = CoAPOption(rawValue: 19)
    /// 20: Location-Query, one argument.
    public static let locationQuery = CoAPOption(rawValue: 20)
    /// RFC 9668.
    public static let edhoc = CoAPOption(rawValue: 21)
    /// RFC 7959.
    public static let block2 = CoAPOption(rawValue: 23)
    /// RFC 7959.
    public static let block1 = CoAPOption(rawValue: 27)
    /// RFC 7959.
    public static let size2 = CoAPOption(rawValue: 28)
    /// RFC 9177.
    public static let qBlock2 = CoAPOption(rawValue: 31)
    /// 35: Proxy-Uri.
    public static let proxyURI = CoAPOption(rawValue: 35)
    /// 39: Proxy-Scheme.
    public static let proxyScheme = CoAPOption(rawValue: 39)
    /// 60: Size1, bytes of the body of a request.
    public static let size1 = CoAPOption(rawValue: 60)
    /// RFC 9175.
    public static let echo = CoAPOption(rawValue: 252)
    /// RFC 7967.
    public static let noResponse = CoAPOption(rawValue: 258)
    /// RFC 9175.
    public static let requestTag = CoAPOption(rawValue: 292)
    /// Open Connectivity Foundation.
    public static let ocfAcceptContentFormatVersion = CoAPOption(rawValue: 2049)
    /// Open Connectivity Foundation.
    public static let ocfContentFormatVersion = CoAPOption(rawValue: 2053)

    /// The receiver must understand it or refuse the message (RFC 7252, 5.4.1).
    public var isCritical: Bool { rawValue & 1 != 0 }

    /// A proxy that does not know it must not forward it (RFC 7252, 5.4.2).
    public var isUnsafe: Bool { rawValue & 2 != 0 }

    /// It is not part of the cache key of a request (RFC 7252, 5.4.2); means nothing where it is unsafe.
    public var isNoCacheKey: Bool { rawValue & 0x1E == 0x1C }

    /// 65000 to 65535: for experiments, not for operational use (RFC 7252, 12.2).
    public var isExperimental: Bool { rawValue >= 65_000 }

    /// Whether oneM2M uses the number by its CoAP binding (TS-0008, 6.2.2.4): foreign to this sensor, not to its user.
    public var isOneM2M: Bool { (256...267).contains(rawValue) && self != .noResponse }

    /// The registry's name; `nil` for a number that this sensor does not know.
    public var name: StaticString? {
        switch self {
        case .ifMatch: "If-Match"
        case .uriHost: "Uri-Host"
        case .etag: "ETag"
        case .ifNoneMatch: "If-None-Match"
        case .observe: "Observe"
        case .uriPort: "Uri-Port"
        case .locationPath: "Location-Path"
        case .oscore: "OSCORE"
        case .uriPath: "Uri-Path"
        case .contentFormat: "Content-Format"
        case .maxAge: "Max-Age"
        case .uriQuery: "Uri-Query"
        case .hopLimit: "Hop-Limit"
        case .accept: "Accept"
        case .qBlock1: "Q-Block1"
        case .locationQuery: "Location-Query"
        case .edhoc: "EDHOC"
        case .block2: "Block2"
        case .block1: "Block1"
        case .size2: "Size2"
        case .qBlock2: "Q-Block2"
        case .proxyURI: "Proxy-Uri"
        case .proxyScheme: "Proxy-Scheme"
        case .size1: "Size1"
        case .echo: "Echo"
        case .noResponse: "No-Response"
        case .requestTag: "Request-Tag"
        case .ocfAcceptContentFormatVersion: "OCF-Accept-Content-Format-Version"
        case .ocfContentFormatVersion: "OCF-Content-Format-Version"
        default: nil
        }
    }
}
