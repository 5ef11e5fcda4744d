import CZlib

/// What one step of an inflater did.
public struct InflateStep: Hashable, Sendable {
    /// How many bytes of the input were taken.
    public var consumed = 0
    /// How many bytes were put out.
    public var produced = 0
    /// Whether the room was used up: more may come for the same input.
    public var isFull = false
    /// Whether the bytes are not DEFLATE, or refer to what lies before the window; what was put out before is good.
    public var isBroken = false

    /// Nothing done.
    public init() {}
}

/// Streams of raw DEFLATE (RFC 1951) that come in pieces: a bounded pool of zlib's inflaters, named by numbers.
///
/// An inflater takes up its window, 512 bytes to 32 KiB, and about 7 KiB beside. Memory is given back when it is closed.
public struct InflaterPool: ~Copyable {
    private var streams: [UnsafeMutablePointer<z_stream>?] = []
    private var free: [Int32] = []
    /// The memory of each inflater, in bytes.
    private var sizes: [Int] = []
    private let limit: Int
    /// The memory of all open inflaters, in bytes.
    public private(set) var bytes = 0
    /// Where zlib puts what it has inflated.
    private let space: UnsafeMutableRawBufferPointer

    /// A pool of at most `limit` inflaters.
    public init(limit: Int) {
        self.limit = max(0, min(limit, 1 << 20))
        space = .allocate(byteCount: 16 * 1024, alignment: 16)
    }

    deinit {
        for case let stream? in streams {
            inflateEnd(stream)
            stream.deallocate()
        }
        space.deallocate()
    }

    /// How many inflaters are open.
    public var count: Int { streams.count - free.count }

    /// Opens an inflater with a window of 2 to the power of `windowBits` bytes, 9 to 15.
    ///
    /// - Returns: its number; `nil` where the pool is full or there is no memory.
    public mutating func open(windowBits: Int) -> Int32? {
        guard count < limit else { return nil }
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // A negative size asks for DEFLATE without a header (zlib.h, inflateInit2).
        let bits = -Int32(max(9, min(windowBits, 15)))
        guard inflateInit2_(stream, bits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            stream.deallocate()
            return nil
        }
        let size = Self.bytes(windowBits: -Int(bits))
        bytes += size
        if let number = free.popLast() {
            streams[Int(number)] = stream
            sizes[Int(number)] = size
            return number
        }
        streams.append(stream)
        sizes.append(size)
        return Int32(truncatingIfNeeded: streams.count - 1)
    }

    /// What an inflater with a window of 2 to the power of `windowBits` bytes takes, in bytes.
    public static func bytes(windowBits: Int) -> Int { (1 << windowBits) + 8192 }

    /// Closes an inflater.
    ///
    /// Nothing happens where there is none of that number.
    public mutating func close(_ number: Int32) {
        guard let stream = stream(number) else { return }
        inflateEnd(stream)
        stream.deallocate()
        streams[Int(number)] = nil
        bytes -= sizes[Int(number)]
        free.append(number)
    }

    /// Inflates the next bytes of a stream and appends what comes of them, at most `room` bytes.
    ///
    /// A stream that says that it ends goes on with what follows, and keeps its window (RFC 7692, 7.2.3.4).
    public mutating func inflate(
        _ number: Int32, _ input: RawSpan, into output: inout [UInt8], room: Int
    ) -> InflateStep {
        var step = InflateStep()
        guard let stream = stream(number) else {
            step.isBroken = true
            return step
        }
        input.withUnsafeBytes { bytes in
            // zlib does not write to its input; the field lacks `const` only.
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: bytes.assumingMemoryBound(to: UInt8.self).baseAddress)
            stream.pointee.avail_in = UInt32(clamping: bytes.count)
            while step.produced < room {
                let size = min(space.count, room - step.produced)
                stream.pointee.next_out = space.assumingMemoryBound(to: UInt8.self).baseAddress
                stream.pointee.avail_out = UInt32(truncatingIfNeeded: size)
                let status = CZlib.inflate(stream, Z_SYNC_FLUSH)
                let produced = size - Int(stream.pointee.avail_out)
                output.append(contentsOf: UnsafeRawBufferPointer(rebasing: space[..<produced]))
                step.produced += produced
                if status == Z_STREAM_END {
                    inflateResetKeep(stream)
                } else if status != Z_OK, status != Z_BUF_ERROR {
                    step.isBroken = true
                    break
                } else if stream.pointee.avail_out > 0 {
                    break
                }
            }
            step.consumed = bytes.count - Int(stream.pointee.avail_in)
            stream.pointee.next_in = nil
            stream.pointee.avail_in = 0
        }
        step.isFull = step.produced >= room
        return step
    }

    private func stream(_ number: Int32) -> UnsafeMutablePointer<z_stream>? {
        guard number >= 0, Int(number) < streams.count else { return nil }
        return streams[Int(number)]
    }
}
