/// What the specification of an option says about its value and its place: RFC 7252, 5.10 (table 4), and the tables
/// of the documents named beside the rows.
public struct CoAPOptionDefinition: Hashable, Sendable {
    /// How the value is to be read, RFC 7252, 3.2.
    public enum Format: UInt8, Sendable {
        case empty, opaque, uint, string
    }

    /// In which messages the option has a meaning.
    public enum Usage: UInt8, Sendable {
        case requests, responses, both
    }

    /// How the value is to be read.
    public let format: Format
    /// The smallest length of the value in bytes.
    public let minimumLength: UInt16
    /// The largest length of the value in bytes.
    public let maximumLength: UInt16
    /// Whether it may occur more than once.
    public let isRepeatable: Bool
    /// In which messages it has a meaning.
    public let usage: Usage

    init(_ format: Format, _ lengths: ClosedRange<UInt16>, repeatable: Bool = false, _ usage: Usage) {
        self.format = format
        minimumLength = lengths.lowerBound
        maximumLength = lengths.upperBound
        isRepeatable = repeatable
        self.usage = usage
    }

    /// Whether a value of `length` bytes is within the bounds.
    public func allows(length: Int) -> Bool { length >= Int(minimumLength) && length <= Int(maximumLength) }
}

extension CoAPOption {
    /// What its specification says; `nil` for an option that this sensor does not know.
    public var definition: CoAPOptionDefinition? {
        switch self {
        // RFC 7252, 5.10, table 4.
        case .ifMatch: CoAPOptionDefinition(.opaque, 0...8, repeatable: true, .requests)
        case .uriHost: CoAPOptionDefinition(.string, 1...255, .requests)
        case .etag: CoAPOptionDefinition(.opaque, 1...8, repeatable: true, .both)
        case .ifNoneMatch: CoAPOptionDefinition(.empty, 0...0, .requests)
        case .uriPort: CoAPOptionDefinition(.uint, 0...2, .requests)
        case .locationPath: CoAPOptionDefinition(.string, 0...255, repeatable: true, .responses)
        case .uriPath: CoAPOptionDefinition(.string, 0...255, repeatable: true, .requests)
        case .contentFormat: CoAPOptionDefinition(.uint, 0...2, .both)
        case .maxAge: CoAPOptionDefinition(.uint, 0...4, .both)
        case .uriQuery: CoAPOptionDefinition(.string, 0...255, repeatable: true, .requests)
        case .accept: CoAPOptionDefinition(.uint, 0...2, .requests)
        case .locationQuery: CoAPOptionDefinition(.string, 0...255, repeatable: true, .responses)
        case .proxyURI: CoAPOptionDefinition(.string, 1...1034, .requests)
        case .proxyScheme: CoAPOptionDefinition(.string, 1...255, .requests)
        case .size1: CoAPOptionDefinition(.uint, 0...4, .both)
        // RFC 7641, 2.
        case .observe: CoAPOptionDefinition(.uint, 0...3, .both)
        // RFC 7959, 2.1 and 4.
        case .block1, .block2: CoAPOptionDefinition(.uint, 0...3, .both)
        case .size2: CoAPOptionDefinition(.uint, 0...4, .both)
        // RFC 9177, 4.1: Q-Block2 may be repeated in a request that asks for missing blocks.
        case .qBlock1: CoAPOptionDefinition(.uint, 0...3, .both)
        case .qBlock2: CoAPOptionDefinition(.uint, 0...3, repeatable: true, .both)
        // RFC 7967, 2.
        case .noResponse: CoAPOptionDefinition(.uint, 0...1, .requests)
        // RFC 8613, 2.
        case .oscore: CoAPOptionDefinition(.opaque, 0...255, .both)
        // RFC 8768, 3.
        case .hopLimit: CoAPOptionDefinition(.uint, 1...1, .both)
        // RFC 9175, 2.2.1 and 3.2.1.
        case .echo: CoAPOptionDefinition(.opaque, 1...40, .both)
        case .requestTag: CoAPOptionDefinition(.opaque, 0...8, repeatable: true, .both)
        // RFC 9668, 3.1.
        case .edhoc: CoAPOptionDefinition(.empty, 0...0, .requests)
        // OCF Core Framework Specification, 12.2.5.
        case .ocfAcceptContentFormatVersion: CoAPOptionDefinition(.uint, 2...2, .requests)
        case .ocfContentFormatVersion: CoAPOptionDefinition(.uint, 2...2, .both)
        default: nil
        }
    }
}
