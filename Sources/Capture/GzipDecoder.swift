import CZlib

/// What one step of a decoder did.
struct DecoderStep {
    /// How many bytes of the input were taken.
    var consumed = 0
    /// How many bytes were put out.
    var produced = 0
    /// What was wrong; the bytes put out before it are good.
    var failure: String?
}

/// Decompresses gzip (RFC 1952), member after member, with 32 KiB of history.
final class GzipDecoder {
    private let stream: UnsafeMutablePointer<z_stream>
    private var isReady = false
    /// Whether the input so far ends where a member does.
    private(set) var isAtBoundary = false

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 16 added to the window size asks for gzip framing (zlib.h, inflateInit2).
        isReady = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    }

    deinit {
        if isReady { inflateEnd(stream) }
        stream.deallocate()
    }

    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> DecoderStep {
        var step = DecoderStep()
        guard isReady else {
            step.failure = "no memory to decompress"
            return step
        }
        if isAtBoundary {
            // RFC 1952, 2.2: members follow each other; zeros behind the last one are padding of tapes and disks.
            while step.consumed < input.count, input[step.consumed] == 0 { step.consumed += 1 }
            if step.consumed == input.count { return step }
            isAtBoundary = false
            inflateReset(stream)
        }
        let rest = UnsafeRawBufferPointer(rebasing: input[step.consumed...])
        // zlib does not write to its input; the field lacks `const` only.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: rest.assumingMemoryBound(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(truncatingIfNeeded: rest.count)
        stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(truncatingIfNeeded: output.count)
        let status = inflate(stream, Z_NO_FLUSH)
        step.consumed += rest.count - Int(stream.pointee.avail_in)
        step.produced = output.count - Int(stream.pointee.avail_out)
        switch status {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: isAtBoundary = true
        default: step.failure = stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)"
        }
        return step
    }
}
