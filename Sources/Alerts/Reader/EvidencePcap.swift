/// Frames as a pcapng file: what Wireshark and tshark open.
///
/// Follows draft-ietf-opsawg-pcapng: one section, little-endian, one interface for each link type, nanosecond stamps.
public enum EvidencePcap {
    /// A frame and what is said of it.
    public struct Frame: Sendable {
        let frame: EvidenceFrame
        let comment: String?

        /// A frame with a comment, such as the alert that rests on it.
        public init(_ frame: EvidenceFrame, comment: String? = nil) {
            self.frame = frame
            self.comment = comment
        }
    }

    /// The file for frames, in the order in which they are given, without comments.
    public static func file(_ frames: [EvidenceFrame]) -> [UInt8] { file(commented: frames.map { Frame($0) }) }

    /// The file for frames, in the order in which they are given.
    ///
    /// A time before 1970 becomes 1970; a comment is the option opt_comment of its frame.
    public static func file(commented: [Frame]) -> [UInt8] {
        let frames = commented.map(\.frame)
        var file = sectionHeader()
        var interfaces: [UInt32: UInt32] = [:]
        for frame in frames where interfaces[frame.linkType] == nil {
            interfaces[frame.linkType] = UInt32(interfaces.count)
            file += interface(frame.linkType)
        }
        for entry in commented {
            guard let number = interfaces[entry.frame.linkType] else { continue }
            file += packet(entry.frame, interface: number, comment: entry.comment)
        }
        return file
    }

    /// Section Header Block.
    private static func sectionHeader() -> [UInt8] {
        var body: [UInt8] = []
        body.append(little: 0x1A2B_3C4D as UInt32)
        body.append(little: 1 as UInt16)
        body.append(little: 0 as UInt16)
        // Length of the section: not given.
        body.append(little: UInt64.max)
        return block(0x0A0D_0D0A, body)
    }

    /// Interface Description Block, with if_tsresol 10^-9.
    private static func interface(_ linkType: UInt32) -> [UInt8] {
        var body: [UInt8] = []
        body.append(little: UInt16(truncatingIfNeeded: linkType))
        body.append(little: 0 as UInt16)
        // Snap length: no limit.
        body.append(little: 0 as UInt32)
        // Option if_tsresol (9), one byte and its padding; end of options.
        body.append(little: 9 as UInt16)
        body.append(little: 1 as UInt16)
        body += [9, 0, 0, 0]
        body.append(little: 0 as UInt32)
        return block(1, body)
    }

    /// Enhanced Packet Block.
    private static func packet(_ frame: EvidenceFrame, interface: UInt32, comment: String?) -> [UInt8] {
        let time = UInt64(max(0, frame.timestampNanoseconds))
        var body: [UInt8] = []
        body.append(little: interface)
        body.append(little: UInt32(truncatingIfNeeded: time >> 32))
        body.append(little: UInt32(truncatingIfNeeded: time))
        body.append(little: UInt32(truncatingIfNeeded: frame.bytes.count))
        body.append(little: max(frame.originalLength, UInt32(truncatingIfNeeded: frame.bytes.count)))
        body += frame.bytes
        while body.count % 4 != 0 { body.append(0) }
        if let comment {
            let text = Array(comment.utf8.prefix(Int(UInt16.max)))
            // Option opt_comment (1), padded; end of options.
            body.append(little: 1 as UInt16)
            body.append(little: UInt16(text.count))
            body += text
            while body.count % 4 != 0 { body.append(0) }
            body.append(little: 0 as UInt32)
        }
        return block(6, body)
    }

    private static func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
        let length = UInt32(truncatingIfNeeded: body.count + 12)
        var block: [UInt8] = []
        block.append(little: type)
        block.append(little: length)
        block += body
        block.append(little: length)
        return block
    }
}

extension [UInt8] {
    /// Appends an integer, least significant byte first.
    fileprivate mutating func append(little value: some FixedWidthInteger & UnsignedInteger) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) { append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
}
