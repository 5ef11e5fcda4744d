import Foundation

/// A captured frame that an alert rests on.
///
/// The bytes are kept as they came, secrets included.
public struct EvidenceFrame: Hashable, Sendable {
    /// Number of the frame in its source, from 1.
    public var frameNumber: UInt64
    /// Capture time, nanoseconds since 1970 UTC.
    public var timestampNanoseconds: Int64
    /// The LINKTYPE number that says what the bytes begin with.
    public var linkType: UInt32
    /// Length on the wire, in bytes; more than `bytes` holds where the capture cut the frame short.
    public var originalLength: UInt32
    /// The captured bytes.
    public var bytes: [UInt8]

    /// Makes a frame.
    public init(
        frameNumber: UInt64, timestampNanoseconds: Int64, linkType: UInt32, originalLength: UInt32, bytes: [UInt8]
    ) {
        self.frameNumber = frameNumber
        self.timestampNanoseconds = timestampNanoseconds
        self.linkType = linkType
        self.originalLength = originalLength
        self.bytes = bytes
    }
}

extension EvidenceFrame: Codable {
    private enum Key: String, CodingKey {
        case frameNumber, timestampNanoseconds, linkType, originalLength, bytes
    }

    /// Reads what `encode` wrote.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        frameNumber = try container.decode(UInt64.self, forKey: .frameNumber)
        timestampNanoseconds = try container.decode(Int64.self, forKey: .timestampNanoseconds)
        linkType = try container.decode(UInt32.self, forKey: .linkType)
        originalLength = try container.decode(UInt32.self, forKey: .originalLength)
        bytes = try [UInt8](container.decode(Data.self, forKey: .bytes))
    }

    /// Writes the bytes as `Data`, which a coder holds compactly.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(frameNumber, forKey: .frameNumber)
        try container.encode(timestampNanoseconds, forKey: .timestampNanoseconds)
        try container.encode(linkType, forKey: .linkType)
        try container.encode(originalLength, forKey: .originalLength)
        try container.encode(Data(bytes), forKey: .bytes)
    }
}
