/// Builds capture files byte by byte, in either byte order.
struct CaptureBytes {
    var isBigEndian = false
    var bytes: [UInt8] = []

    mutating func add<T: FixedWidthInteger>(_ value: T) {
        let ordered = isBigEndian ? value.bigEndian : value.littleEndian
        withUnsafeBytes(of: ordered) { bytes.append(contentsOf: $0) }
    }

    /// The header of a pcap file.
    static func pcap(
        isBigEndian: Bool = false, magic: UInt32 = 0xA1B2_C3D4, version: (UInt16, UInt16) = (2, 4),
        snapLength: UInt32 = 65_535, linkType: UInt32 = 1
    ) -> CaptureBytes {
        var file = CaptureBytes(isBigEndian: isBigEndian)
        file.add(magic)
        file.add(version.0)
        file.add(version.1)
        file.add(UInt32(0))
        file.add(UInt32(0))
        file.add(snapLength)
        file.add(linkType)
        return file
    }

    /// A record of a pcap file; `extra` stands between header and frame, as the modified format has it.
    mutating func record(
        _ seconds: UInt32, _ fraction: UInt32, _ frame: [UInt8], original: Int? = nil, extra: [UInt8] = []
    ) {
        add(seconds)
        add(fraction)
        add(UInt32(frame.count))
        add(UInt32(original ?? frame.count))
        bytes += extra + frame
    }

    /// A block of a pcapng file.
    mutating func block(_ type: UInt32, _ body: (inout CaptureBytes) -> Void) {
        var content = CaptureBytes(isBigEndian: isBigEndian)
        body(&content)
        while content.bytes.count % 4 != 0 { content.bytes.append(0) }
        add(type)
        add(UInt32(content.bytes.count + 12))
        bytes += content.bytes
        add(UInt32(content.bytes.count + 12))
    }

    mutating func section(version: (UInt16, UInt16) = (1, 0)) {
        block(0x0A0D_0D0A) {
            $0.add(UInt32(0x1A2B_3C4D))
            $0.add(version.0)
            $0.add(version.1)
            $0.add(UInt64.max)
        }
    }

    mutating func option(_ code: UInt16, _ value: [UInt8]) {
        add(code)
        add(UInt16(value.count))
        bytes += value
        while bytes.count % 4 != 0 { bytes.append(0) }
    }

    mutating func interface(
        linkType: UInt16 = 1, snapLength: UInt32 = 0, options: (inout CaptureBytes) -> Void = { _ in }
    ) {
        block(1) {
            $0.add(linkType)
            $0.add(UInt16(0))
            $0.add(snapLength)
            options(&$0)
        }
    }

    mutating func enhanced(
        _ interface: UInt32, _ time: UInt64, _ frame: [UInt8], original: Int? = nil,
        options: (inout CaptureBytes) -> Void = { _ in }
    ) {
        block(6) {
            $0.add(interface)
            $0.add(UInt32(truncatingIfNeeded: time >> 32))
            $0.add(UInt32(truncatingIfNeeded: time))
            $0.add(UInt32(frame.count))
            $0.add(UInt32(original ?? frame.count))
            $0.bytes += frame
            while $0.bytes.count % 4 != 0 { $0.bytes.append(0) }
            options(&$0)
        }
    }

    mutating func simple(_ frame: [UInt8], original: Int? = nil) {
        block(3) {
            $0.add(UInt32(original ?? frame.count))
            $0.bytes += frame
        }
    }

    mutating func obsolete(_ interface: UInt16, _ time: UInt64, _ frame: [UInt8]) {
        block(2) {
            $0.add(interface)
            $0.add(UInt16(0xFFFF))
            $0.add(UInt32(truncatingIfNeeded: time >> 32))
            $0.add(UInt32(truncatingIfNeeded: time))
            $0.add(UInt32(frame.count))
            $0.add(UInt32(frame.count))
            $0.bytes += frame
        }
    }
}
