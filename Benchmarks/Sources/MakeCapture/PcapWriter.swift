import Glibc

/// Writes frames to a capture file: classic pcap, microseconds, Ethernet.
struct PcapWriter {
    private let file: CInt
    private var buffer: [UInt8] = []
    private var start = 0
    private(set) var frames = 0
    private(set) var wireBytes = 0
    private(set) var fileBytes = 0
    /// Capture time of the latest frame, microseconds since 1970.
    private(set) var clock = 1_700_000_000_000_000

    private static let room = 1 << 20
    private static let recordHeader = 16
    /// The longest capture that a record may state.
    private static let snapLength: UInt32 = 262_144

    init?(path: String) {
        file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0o644)
        guard file >= 0 else { return nil }
        buffer.reserveCapacity(2 * Self.room)
        for word: UInt32 in [0xA1B2_C3D4, 0x0004_0002, 0, 0, Self.snapLength, 1] { appendNative(word) }
    }

    /// Adds a frame, `after` microseconds behind the one before; `compose` appends its bytes.
    mutating func frame(after: Int, _ compose: (inout [UInt8]) -> Void) {
        clock += after
        start = buffer.count
        appendNative(UInt32(clock / 1_000_000))
        appendNative(UInt32(clock % 1_000_000))
        let lengths = buffer.count
        for _ in 0..<8 { buffer.append(0) }
        compose(&buffer)
        let length = buffer.count - start - Self.recordHeader
        for (offset, shift) in [0, 8, 16, 24].enumerated() {
            buffer[lengths + offset] = UInt8(truncatingIfNeeded: length >> shift)
            buffer[lengths + 4 + offset] = UInt8(truncatingIfNeeded: length >> shift)
        }
        frames += 1
        wireBytes += length
        if buffer.count >= Self.room { flush() }
    }

    mutating func finish() {
        flush()
        close(file)
    }

    private mutating func appendNative(_ word: UInt32) {
        for shift in stride(from: UInt32(0), to: 32, by: 8) { buffer.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }

    private mutating func flush() {
        var done = 0
        while done < buffer.count {
            let written = buffer.withUnsafeBytes { write(file, $0.baseAddress.map { $0 + done }, $0.count - done) }
            guard written > 0 else { fail("the capture cannot be written: \(String(cString: strerror(errno)))") }
            done += written
        }
        fileBytes += buffer.count
        buffer.removeAll(keepingCapacity: true)
    }
}
