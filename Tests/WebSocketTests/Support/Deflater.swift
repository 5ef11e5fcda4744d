import CZlib

/// Compresses messages as permessage-deflate does (RFC 7692, 7.2.1), with zlib's own encoder.
final class Deflater {
    private let stream: UnsafeMutablePointer<z_stream>
    private let hasContext: Bool

    init(windowBits: Int = 15, hasContext: Bool = true, level: Int = 6) {
        self.hasContext = hasContext
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        deflateInit2_(
            stream, Int32(level), Z_DEFLATED, -Int32(windowBits), 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// The payload of a message, without the four bytes at its end that are not sent.
    func message(_ bytes: [UInt8]) -> [UInt8] {
        if !hasContext { deflateReset(stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 100 + 1024)
        let size = UInt32(output.count)
        let count = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { sink in
                stream.pointee.next_in = source.baseAddress
                stream.pointee.avail_in = UInt32(source.count)
                stream.pointee.next_out = sink.baseAddress
                stream.pointee.avail_out = size
                deflate(stream, Z_SYNC_FLUSH)
                return Int(size - stream.pointee.avail_out)
            }
        }
        return Array(output[..<max(0, count - 4)])
    }
}
