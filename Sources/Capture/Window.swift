import Bytes

/// A stretch of a stream in memory, in which frames are handed out in place.
///
/// Bytes are read behind `end` and used from `start`; when the room behind runs out, what is unused moves to the front.
struct Window: ~Copyable {
    /// How many bytes are asked of the system at a time.
    static let initialSize = 256 * 1024
    /// The most bytes that can be asked for at once: a maximal frame with its block and options.
    static let maximumSize = 512 * 1024

    private var memory: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    /// How far into the stream the front of the memory is.
    private var origin: UInt64 = 0

    init() { memory = .allocate(byteCount: Window.initialSize, alignment: 16) }

    deinit { memory.deallocate() }

    /// How many bytes are there, unused.
    var available: Int { end &- start }
    /// How far into the stream the next unused byte is.
    var position: UInt64 { origin &+ UInt64(truncatingIfNeeded: start) }

    /// The unused bytes.
    var unused: RawSpan {
        @_lifetime(borrow self)
        get { span(in: ByteRange(offset: start, count: end &- start)) }
    }

    /// Bytes by their place in memory, as `consume` gave it; good until the next `fill`.
    @_lifetime(borrow self)
    func span(in range: ByteRange) -> RawSpan {
        _overrideLifetime(memory(in: range).bytes, borrowing: self)
    }

    /// The same without the guard of a borrow.
    func memory(in range: ByteRange) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: memory[range.offset..<(range.offset + range.count)])
    }

    /// Marks `count` bytes that are there as used, and says where they are.
    mutating func consume(_ count: Int) -> ByteRange {
        precondition(count >= 0 && count <= available)
        defer { start &+= count }
        return ByteRange(offset: start, count: count)
    }

    /// Reads until `count` bytes are there; false where the stream ends before.
    mutating func fill(_ count: Int, from stream: inout InputStream) throws(CaptureError) -> Bool {
        if count <= available { return true }
        return try fillSlowly(count, from: &stream)
    }

    @inline(never)
    private mutating func fillSlowly(_ count: Int, from stream: inout InputStream) throws(CaptureError) -> Bool {
        precondition(count <= Window.maximumSize)
        makeRoom(count)
        while available < count {
            let read = try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[end...]))
            if read == 0 { return false }
            end += read
        }
        return true
    }

    /// Moves over `count` bytes, however many; false where the stream ends before.
    mutating func skip(_ count: UInt64, from stream: inout InputStream) throws(CaptureError) -> Bool {
        var rest = count
        while rest > UInt64(available) {
            rest -= UInt64(available)
            start = end
            guard try fill(1, from: &stream) else { return false }
        }
        start += Int(rest)
        return true
    }

    private mutating func makeRoom(_ count: Int) {
        let kept = UnsafeRawBufferPointer(rebasing: memory[start..<end])
        if count > memory.count {
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: Window.maximumSize, alignment: 16)
            larger.copyMemory(from: kept)
            memory.deallocate()
            memory = larger
        } else {
            memory.copyMemory(from: kept)
        }
        origin += UInt64(start)
        end -= start
        start = 0
    }
}
