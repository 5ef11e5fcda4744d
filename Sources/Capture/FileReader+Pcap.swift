import Bytes
import Network
import Packets

/// What the header of a pcap file says (draft-ietf-opsawg-pcap, section 4).
struct PcapLayout {
    /// Whether numbers are in the byte order that this machine does not have.
    var isSwapped: Bool
    /// Nanoseconds that one unit of the fraction stands for: 1 or 1000.
    var unit: Int64
    /// The length of a record header: 16 bytes, 24 in the modified format.
    var headerLength: Int
    /// The link type of all frames.
    var linkType: LinkType
    /// Which of the two lengths comes first.
    var lengths: LengthOrder

    /// Before version 2.3 the length on the wire came first; writers of 2.3 did as they liked.
    enum LengthOrder {
        case capturedFirst, originalFirst, unknown
    }
}

extension FileReader {
    /// Reads the 24 bytes of the file header.
    mutating func readPcapHeader(
        _ isSwapped: Bool, _ isNanosecond: Bool, _ isModified: Bool
    ) throws(CaptureError) -> PcapLayout {
        guard try fill(24) else {
            throw CaptureError(.truncated, source: stream.name, "ends in the middle of the file header", byte: 0)
        }
        let major = window.unused.native16(at: 4, swapped: isSwapped)
        let minor = window.unused.native16(at: 6, swapped: isSwapped)
        let lengths: PcapLayout.LengthOrder
        switch (major, minor) {
        case (2, 0...2), (543, 0): lengths = .originalFirst
        case (2, 3): lengths = .unknown
        case (2, _): lengths = .capturedFirst
        default:
            throw CaptureError(
                .unsupported, source: stream.name, "is of version \(major).\(minor) of pcap; only 2 can be read")
        }
        // The upper six bits tell the length of the frame check sequence; the snap length at 16 is not believed, since
        // many writers leave it at 0 or at less than what they capture.
        let linkType = LinkType(inFile: window.unused.native32(at: 20, swapped: isSwapped) & 0x03FF_FFFF)
        _ = window.consume(24)
        return PcapLayout(
            isSwapped: isSwapped, unit: isNanosecond ? 1 : 1000, headerLength: isModified ? 24 : 16,
            linkType: linkType, lengths: lengths)
    }

    /// Moves to the next record; `nil` at the end of the file.
    mutating func readPcapFrame(_ layout: PcapLayout) throws(CaptureError) -> FrameHeader? {
        let position = window.position
        guard try fill(layout.headerLength) else {
            if window.available == 0 { return nil }
            throw frameCutShort(at: position)
        }
        let record = Self.recordHeader(window.unused, layout.isSwapped)
        if record == (0, 0, 0, 0), isZero(layout.headerLength) {
            throw frameDamaged(
                at: position, "is nothing but zeros: room that the writer had set aside and did not get to")
        }
        var (captured, original) = (record.captured, record.original)
        if layout.lengths != .capturedFirst, layout.lengths == .originalFirst || captured > original {
            swap(&captured, &original)
        }
        guard captured <= maximumFrameLength else {
            throw frameDamaged(at: position, "says it is \(sizeText(UInt64(captured))) long")
        }
        guard try fill(layout.headerLength &+ captured) else { throw frameCutShort(at: position) }
        _ = window.consume(layout.headerLength)
        current = window.consume(captured)
        count &+= 1
        // 32 bits of seconds and of microseconds fit in 63 bits of nanoseconds.
        let time = record.seconds &* 1_000_000_000 &+ record.fraction &* layout.unit
        return FrameHeader(
            timestamp: Timestamp(nanoseconds: time), number: count, originalLength: original,
            linkType: layout.linkType)
    }

    /// The four numbers in front of a frame.
    private static func recordHeader(
        _ bytes: RawSpan, _ isSwapped: Bool
    ) -> (seconds: Int64, fraction: Int64, captured: Int, original: Int) {
        (
            Int64(bytes.native32(at: 0, swapped: isSwapped)), Int64(bytes.native32(at: 4, swapped: isSwapped)),
            Int(bytes.native32(at: 8, swapped: isSwapped)), Int(bytes.native32(at: 12, swapped: isSwapped))
        )
    }

    /// Whether the next bytes are zeros: a frame of no bytes at the beginning of 1970, which nobody captured.
    private func isZero(_ count: Int) -> Bool {
        for offset in 0..<count where window.unused.byte(at: offset) != 0 { return false }
        return true
    }
}
