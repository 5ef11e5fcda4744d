import Bytes

/// What the first three bits of a code say, RFC 7252, 12.1.
public enum CoAPClass: UInt8, Sendable {
    case empty, request, success, clientError, serverError, signal, reserved

    /// The name, as `coap.class` shows it.
    public var name: StaticString {
        switch self {
        case .empty: "empty"
        case .request: "request"
        case .success: "success"
        case .clientError: "client_error"
        case .serverError: "server_error"
        case .signal: "signal"
        case .reserved: "reserved"
        }
    }
}

/// A code of the IANA registry *CoAP Codes*, RFC 7252, 12.1: three bits of class, five of detail.
public struct CoAPCode: RawRepresentable, Hashable, Sendable {
    /// The byte of the wire: three bits of class, five of detail.
    public let rawValue: UInt8

    /// The code of that byte, whether or not it is assigned.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The code `class.detail`, such as `(4, 4)` for 4.04.
    public init(_ class: UInt8, _ detail: UInt8) { rawValue = (`class` & 7) << 5 | detail & 31 }

    /// 0.00: neither request nor response.
    public static let empty = CoAPCode(0, 0)

    // Methods: RFC 7252, 12.1.1; the last three RFC 8132.
    /// 0.01: GET.
    public static let get = CoAPCode(0, 1)
    /// 0.02: POST.
    public static let post = CoAPCode(0, 2)
    /// 0.03: PUT.
    public static let put = CoAPCode(0, 3)
    /// 0.04: DELETE.
    public static let delete = CoAPCode(0, 4)
    /// 0.05: FETCH (RFC 8132).
    public static let fetch = CoAPCode(0, 5)
    /// 0.06: PATCH (RFC 8132).
    public static let patch = CoAPCode(0, 6)
    /// 0.07: iPATCH (RFC 8132).
    public static let iPatch = CoAPCode(0, 7)

    // Responses: RFC 7252, 12.1.2; 2.31 and 4.08 RFC 7959; 4.09 and 4.22 RFC 8132; 4.29 RFC 8516; 5.08 RFC 8768.
    /// 2.01: created.
    public static let created = CoAPCode(2, 1)
    /// 2.02: deleted.
    public static let deleted = CoAPCode(2, 2)
    /// 2.03: valid.
    public static let valid = CoAPCode(2, 3)
    /// 2.04: changed.
    public static let changed = CoAPCode(2, 4)
    /// 2.05: content.
    public static let content = CoAPCode(2, 5)
    /// 2.31: continue.
    public static let `continue` = CoAPCode(2, 31)
    /// 4.00: bad request.
    public static let badRequest = CoAPCode(4, 0)
    /// 4.01: unauthorized.
    public static let unauthorized = CoAPCode(4, 1)
    /// 4.02: bad option.
    public static let badOption = CoAPCode(4, 2)
    /// 4.03: forbidden.
    public static let forbidden = CoAPCode(4, 3)
    /// 4.04: not found.
    public static let notFound = CoAPCode(4, 4)
    /// 4.05: method not allowed.
    public static let methodNotAllowed = CoAPCode(4, 5)
    /// 4.06: not acceptable.
    public static let notAcceptable = CoAPCode(4, 6)
    /// 4.08: request entity incomplete.
    public static let requestEntityIncomplete = CoAPCode(4, 8)
    /// 4.09: conflict.
    public static let conflict = CoAPCode(4, 9)
    /// 4.12: precondition failed.
    public static let preconditionFailed = CoAPCode(4, 12)
    /// 4.13: request entity too large.
    public static let requestEntityTooLarge = CoAPCode(4, 13)
    /// 4.15: unsupported content format.
    public static let unsupportedContentFormat = CoAPCode(4, 15)
    /// 4.22: unprocessable entity.
    public static let unprocessableEntity = CoAPCode(4, 22)
    /// 4.29: too many requests.
    public static let tooManyRequests = CoAPCode(4, 29)
    /// 5.00: internal server error.
    public static let internalServerError = CoAPCode(5, 0)
    /// 5.01: not implemented.
    public static let notImplemented = CoAPCode(5, 1)
    /// 5.02: bad gateway.
    public static let badGateway = CoAPCode(5, 2)
    /// 5.03: service unavailable.
    public static let serviceUnavailable = CoAPCode(5, 3)
    /// 5.04: gateway timeout.
    public static let gatewayTimeout = CoAPCode(5, 4)
    /// 5.05: proxying not supported.
    public static let proxyingNotSupported = CoAPCode(5, 5)
    /// 5.08: hop limit reached.
    public static let hopLimitReached = CoAPCode(5, 8)

    /// The class as a number, 0 to 7.
    public var classNumber: UInt8 { rawValue >> 5 }

    /// The detail, 0 to 31.
    public var detail: UInt8 { rawValue & 31 }

    /// What the class stands for.
    public var `class`: CoAPClass {
        switch classNumber {
        case 0: rawValue == 0 ? .empty : .request
        case 2: .success
        case 4: .clientError
        case 5: .serverError
        case 7: .signal
        default: .reserved
        }
    }

    /// 0.00.
    public var isEmpty: Bool { rawValue == 0 }

    /// 0.01 to 0.31.
    public var isRequest: Bool { rawValue > 0 && rawValue < 32 }

    /// 2.xx, 4.xx and 5.xx.
    public var isResponse: Bool { classNumber == 2 || classNumber == 4 || classNumber == 5 }

    /// 4.xx and 5.xx.
    public var isError: Bool { classNumber == 4 || classNumber == 5 }

    /// Appends `c.dd` (RFC 7252, 3).
    public func write(to text: inout [UInt8]) {
        text.append(UInt8(ascii: "0") &+ classNumber)
        text.append(UInt8(ascii: "."))
        text.append(UInt8(ascii: "0") &+ detail / 10)
        text.append(UInt8(ascii: "0") &+ detail % 10)
    }
}

extension CoAPCode {
    /// The registry's name of a method, a response or 0.00; `nil` for what is not assigned for use over UDP.
    public var name: StaticString? {
        if isRequest { return methodName }
        switch self {
        case .empty: return "Empty"
        case .created: return "Created"
        case .deleted: return "Deleted"
        case .valid: return "Valid"
        case .changed: return "Changed"
        case .content: return "Content"
        case .continue: return "Continue"
        case .badRequest: return "Bad Request"
        case .unauthorized: return "Unauthorized"
        case .badOption: return "Bad Option"
        case .forbidden: return "Forbidden"
        case .notFound: return "Not Found"
        case .methodNotAllowed: return "Method Not Allowed"
        case .notAcceptable: return "Not Acceptable"
        case .requestEntityIncomplete: return "Request Entity Incomplete"
        case .conflict: return "Conflict"
        case .preconditionFailed: return "Precondition Failed"
        case .requestEntityTooLarge: return "Request Entity Too Large"
        case .unsupportedContentFormat: return "Unsupported Content-Format"
        case .unprocessableEntity: return "Unprocessable Entity"
        case .tooManyRequests: return "Too Many Requests"
        case .internalServerError: return "Internal Server Error"
        case .notImplemented: return "Not Implemented"
        case .badGateway: return "Bad Gateway"
        case .serviceUnavailable: return "Service Unavailable"
        case .gatewayTimeout: return "Gateway Timeout"
        case .proxyingNotSupported: return "Proxying Not Supported"
        case .hopLimitReached: return "Hop Limit Reached"
        default: return nil
        }
    }

    /// The name of a request method; `nil` for an unassigned one and for what is not a request.
    public var methodName: StaticString? {
        switch self {
        case .get: "GET"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .fetch: "FETCH"
        case .patch: "PATCH"
        case .iPatch: "iPATCH"
        default: nil
        }
    }

    /// Whether a message with this code may have a payload: not GET and DELETE (RFC 7252, 5.8.1 and 5.8.4), 2.03
    /// (5.9.1.3), 2.31 (RFC 7959, 2.9.1) and what is Empty.
    public var mayCarryPayload: Bool {
        switch self {
        case .empty, .get, .delete, .valid, .continue: false
        default: true
        }
    }
}

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
