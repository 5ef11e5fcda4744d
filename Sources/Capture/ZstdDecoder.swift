import CZstd

/// Decompresses Zstandard (RFC 8878), frame after frame; a frame may ask for 128 MiB of history, no more.
final class ZstdDecoder {
    private let stream: OpaquePointer?
    private var wanted: Int
    /// Whether the input so far ends where a frame does.
    private(set) var isAtBoundary = false

    init() {
        stream = ZSTD_createDStream()
        wanted = ZSTD_initDStream(stream)
        ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, 27)
    }

    deinit { ZSTD_freeDStream(stream) }

    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> DecoderStep {
        var step = DecoderStep()
        guard stream != nil else {
            step.failure = "no memory to decompress"
            return step
        }
        // Between two frames nothing is asked of the library: it would begin to wait for the next one.
        if isAtBoundary, input.isEmpty { return step }
        // One block at a time, as the library asks for it: on an error it withholds all that one call decoded.
        let size = isAtBoundary || wanted == 0 ? min(input.count, 5) : min(input.count, wanted)
        var source = ZSTD_inBuffer(src: input.baseAddress, size: size, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let status = ZSTD_decompressStream(stream, &target, &source)
        step.consumed = source.pos
        step.produced = target.pos
        if ZSTD_isError(status) != 0 {
            step.failure = String(cString: ZSTD_getErrorName(status))
        } else {
            wanted = status
            isAtBoundary = status == 0
        }
        return step
    }
}
