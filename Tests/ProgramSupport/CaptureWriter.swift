/// Puts frames into a pcap file (version 2.4, microseconds, Ethernet), so many milliseconds apart.
public func pcap(_ frames: [[UInt8]], isTruncated cut: Int = 0, every milliseconds: Int = 1, from start: Int = 0)
    -> [UInt8]
{
    var file = little(0xA1B2_C3D4) + [2, 0, 4, 0] + little(0) + little(0) + little(65_535) + little(1)
    for (index, frame) in frames.enumerated() {
        let time = start * 1000 + index * milliseconds
        file += little(1_795_000_000 + UInt32(time / 1000)) + little(UInt32(time % 1000) * 1000)
        file += little(UInt32(frame.count)) + little(UInt32(frame.count)) + frame
    }
    return Array(file.dropLast(cut))
}

private func little(_ value: UInt32) -> [UInt8] {
    [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
}
