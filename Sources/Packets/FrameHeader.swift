import Network

/// What is known of a frame beside its bytes.
public struct FrameHeader: Hashable, BitwiseCopyable, Sendable {
    /// When the frame was captured. A pcapng Simple Packet Block has no time: it takes that of the frame before it.
    public var timestamp: Timestamp
    /// The number of the frame in its source, from 1; frames that a filter leaves out are counted too.
    public var number: UInt64
    /// The length on the wire, in bytes; more than was captured where the snap length cut the frame short.
    public var originalLength: Int
    /// What the frame begins with.
    public var linkType: LinkType
    /// Which interface of the source saw the frame, from 0.
    public var interface: UInt32

    /// Makes a header.
    public init(
        timestamp: Timestamp, number: UInt64, originalLength: Int, linkType: LinkType, interface: UInt32 = 0
    ) {
        self.timestamp = timestamp
        self.number = number
        self.originalLength = originalLength
        self.linkType = linkType
        self.interface = interface
    }
}
