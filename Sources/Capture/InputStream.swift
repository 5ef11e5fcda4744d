import Bytes

/// The bytes of an input, decompressed where they are gzip or Zstandard, which is told by the first bytes.
struct InputStream: ~Copyable {
    /// How the input is compressed.
    enum Compression {
        case none
        case gzip(GzipDecoder)
        case zstd(ZstdDecoder)
    }

    private var file: InputFile
    private let raw: UnsafeMutableRawBufferPointer
    private var rawRange = 0..<0
    private var failure: CaptureError?
    /// How the input is compressed.
    let compression: Compression

    /// Takes over `file` and looks at its first bytes.
    init(_ file: consuming InputFile) throws(CaptureError) {
        let raw = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 * 1024, alignment: 16)
        var count = 0
        var failure: CaptureError?
        do throws(CaptureError) {
            while count < 4 {
                let read = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: raw[count...]))
                if read == 0 { break }
                count += read
            }
        } catch { failure = error }
        self.file = file
        self.raw = raw
        rawRange = 0..<count
        switch CompressionMagic(raw.bytes.extracting(first: count)) {
        case .gzip: compression = .gzip(GzipDecoder())
        case .zstd: compression = .zstd(ZstdDecoder())
        case .none: compression = .none
        }
        if let failure { throw failure }
    }

    deinit { raw.deallocate() }

    /// The path, or `standard input`.
    var name: String { file.name }
    /// Whether the input is a regular file.
    var isRegular: Bool { file.isRegular }
    /// The size of the input as it is stored, in bytes, where it is known.
    var size: Int64? { file.size }
    /// How many of the stored bytes were used; less than were read ahead.
    var storedBytesUsed: Int64 { file.bytesRead - Int64(rawRange.count) }
    /// Whether the input is compressed.
    var isCompressed: Bool {
        if case .none = compression { return false }
        return true
    }

    /// Gives the next bytes, at most the size of `space` and at least one; 0 at the end.
    mutating func read(into space: UnsafeMutableRawBufferPointer) throws(CaptureError) -> Int {
        if let failure { throw failure }
        switch compression {
        case .none:
            if rawRange.isEmpty { return try file.read(into: space) }
            let count = min(rawRange.count, space.count)
            space.copyMemory(from: UnsafeRawBufferPointer(rebasing: raw[rawRange.prefix(count)]))
            rawRange = rawRange.dropFirst(count)
            return count
        case .gzip(let decoder):
            return try decompress(into: space, "gzip", { decoder.decode($0, into: $1) }, { decoder.isAtBoundary })
        case .zstd(let decoder):
            return try decompress(into: space, "zstd", { decoder.decode($0, into: $1) }, { decoder.isAtBoundary })
        }
    }

    private mutating func decompress(
        into space: UnsafeMutableRawBufferPointer, _ format: String,
        _ decode: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) -> DecoderStep, _ isAtBoundary: () -> Bool
    ) throws(CaptureError) -> Int {
        while true {
            let step = decode(UnsafeRawBufferPointer(rebasing: raw[rawRange]), space)
            rawRange = rawRange.dropFirst(step.consumed)
            if let reason = step.failure {
                failure = CaptureError(.badCompression, source: name, "the \(format) data is damaged (\(reason))")
            }
            if step.produced > 0 { return step.produced }
            if let failure { throw failure }
            if step.consumed > 0 { continue }
            // Nothing taken and nothing given: the decoder wants more than the buffer holds.
            try refill()
            if rawRange.isEmpty {
                if isAtBoundary() { return 0 }
                let error = CaptureError(.badCompression, source: name, "the \(format) data is cut short")
                failure = error
                throw error
            }
        }
    }

    private mutating func refill() throws(CaptureError) {
        rawRange = 0..<(try file.read(into: raw))
    }
}

/// What the first bytes say about compression.
enum CompressionMagic {
    case none, gzip, zstd

    init(_ bytes: RawSpan) {
        guard bytes.byteCount >= 4 else {
            self = .none
            return
        }
        let word = bytes.uint32(at: 0)
        if word >> 8 == 0x1F8B08 {
            self = .gzip
        } else if word == 0x28B5_2FFD || word & 0xF0FF_FFFF == 0x502A_4D18 {
            self = .zstd
        } else {
            self = .none
        }
    }
}
