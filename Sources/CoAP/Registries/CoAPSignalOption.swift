/// A number of the IANA registry *CoAP Signaling Option Numbers*, RFC 8323, 11.2: its meaning hangs on the code.
public struct CoAPSignalOption: Hashable, Sendable {
    /// The code of the message, of class 7.
    public let code: CoAPCode
    /// The option number, which means something with the code of the signal only.
    public let number: UInt16

    /// Makes a number under a code.
    public init(_ code: CoAPCode, _ number: UInt16) {
        self.code = code
        self.number = number
    }

    /// RFC 8323, 5.3.1.
    public static let maxMessageSize = CoAPSignalOption(.csm, 2)
    /// RFC 8323, 5.3.2.
    public static let blockWiseTransfer = CoAPSignalOption(.csm, 4)
    /// RFC 8974, 2.2.1.
    public static let extendedTokenLength = CoAPSignalOption(.csm, 6)
    /// RFC 8323, 5.4.1.
    public static let pingCustody = CoAPSignalOption(.ping, 2)
    /// RFC 8323, 5.4.1.
    public static let pongCustody = CoAPSignalOption(.pong, 2)
    /// RFC 8323, 5.5.
    public static let alternativeAddress = CoAPSignalOption(.release, 2)
    /// RFC 8323, 5.5.
    public static let holdOff = CoAPSignalOption(.release, 4)
    /// RFC 8323, 5.6.1.
    public static let badCSMOption = CoAPSignalOption(.abort, 2)

    /// The receiver must understand it or abort the connection (RFC 8323, 5.2).
    public var isCritical: Bool { number & 1 != 0 }

    /// Whether it carries what OSCORE needs, which it may under every code of class 7 (RFC 8613, 4.3).
    public var isOSCORE: Bool { number == CoAPOption.oscore.rawValue }

    /// The registry's name; `nil` for a number that this sensor does not know.
    public var name: StaticString? {
        switch self {
        case .maxMessageSize: "Max-Message-Size"
        case .blockWiseTransfer: "Block-Wise-Transfer"
        case .extendedTokenLength: "Extended-Token-Length"
        case .pingCustody, .pongCustody: "Custody"
        case .alternativeAddress: "Alternative-Address"
        case .holdOff: "Hold-Off"
        case .badCSMOption: "Bad-CSM-Option"
        default: isOSCORE ? "OSCORE" : nil
        }
    }

    /// What its specification says of its value; `nil` for an option that this sensor does not know.
    public var definition: CoAPOptionDefinition? {
        switch self {
        case .maxMessageSize: CoAPOptionDefinition(.uint, 0...4, .both)
        case .blockWiseTransfer, .pingCustody, .pongCustody: CoAPOptionDefinition(.empty, 0...0, .both)
        case .extendedTokenLength, .holdOff: CoAPOptionDefinition(.uint, 0...3, .both)
        case .alternativeAddress: CoAPOptionDefinition(.string, 1...255, repeatable: true, .both)
        case .badCSMOption: CoAPOptionDefinition(.uint, 0...2, .both)
        default: isOSCORE ? CoAPOption.oscore.definition : nil
        }
    }
}
