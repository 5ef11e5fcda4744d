import Bytes

/// The frames of the latest events, by the token of each event: what a sink keeps until a correlation asks for the evidence
/// of its matches.
///
/// Tokens ascend; gaps between them are no matter. The ring is bounded by the bytes of the frames and by the numbers of
/// frames and events; what is oldest goes first, a whole event at a time, and is counted. A token is looked up by halving, in
/// log n steps. Memory grows by doubling up to the bounds, and from then on nothing is allocated.
///
/// All of it is inlinable, so that it is specialised for the header of whoever uses it.
public struct EvidenceRing<Header: BitwiseCopyable & Sendable>: ~Copyable, Sendable {
    @usableFromInline
    struct Frame: BitwiseCopyable, Sendable {
        @usableFromInline var header: Header
        @usableFromInline var offset: Int
        @usableFromInline var count: Int

        @inlinable
        init(header: Header, offset: Int, count: Int) {
            self.header = header
            self.offset = offset
            self.count = count
        }

        /// An empty frame takes a byte, so that a full ring is told from an empty one.
        @inlinable var room: Int { Swift.max(1, count) }
    }

    @usableFromInline
    struct Event: BitwiseCopyable, Sendable {
        @usableFromInline var token: UInt64
        @usableFromInline var frames: Int

        /// The number of its first frame, of all that were ever kept.
        @usableFromInline var first: UInt64

        @inlinable
        init(token: UInt64, frames: Int, first: UInt64) {
            self.token = token
            self.frames = frames
            self.first = first
        }
    }

    @usableFromInline var bytes: [UInt8] = []
    @usableFromInline var frames = RingQueue<Frame>()
    @usableFromInline var events = RingQueue<Event>()
    /// How many frames were removed from the front.
    @usableFromInline var removedFrames: UInt64 = 0
    /// Where the next frame goes.
    @usableFromInline var next = 0
    @usableFromInline var evicted: UInt64 = 0
    @usableFromInline var refused: UInt64 = 0
    /// The most bytes of frames that are kept.
    public let byteLimit: Int
    /// The most events that are kept.
    public let eventLimit: Int
    /// The most frames that are kept.
    public let frameLimit: Int

    /// An empty ring.
    ///
    /// - Parameters:
    ///   - bytes: the most bytes of all frames together.
    ///   - events: the most events.
    ///   - frames: the most frames; four for each event unless something else is asked for.
    @inlinable
    public init(bytes: Int, events: Int, frames: Int? = nil) {
        byteLimit = max(1, min(bytes, 1 << 40))
        eventLimit = max(1, min(events, 1 << 30))
        frameLimit = max(1, min(frames ?? 4 * min(events, 1 << 28), 1 << 30))
    }

    /// An empty ring that takes at most about so many bytes of memory: half of it for the frames themselves.
    @inlinable
    public init(memory: Int) {
        let part = max(memory, 1 << 16) / 8
        // The tables grow by doubling.
        func doubled(_ most: Int) -> Int {
            var count = 16
            while 2 * count <= most { count *= 2 }
            return count
        }
        self.init(
            bytes: 4 * part, events: doubled(part / MemoryLayout<Event>.stride),
            frames: doubled(3 * part / MemoryLayout<Frame>.stride))
    }

    /// How many events are kept.
    @inlinable
    public var count: Int { events.count }

    /// How many events had to go before their time: with each new event that found no room, the oldest.
    @inlinable
    public var evictions: UInt64 { evicted }

    /// How many frames were too large to be kept with the others of their event.
    @inlinable
    public var refusals: UInt64 { refused }

    /// The memory taken, in bytes.
    @inlinable
    public var memory: Int {
        bytes.capacity + frames.capacity * MemoryLayout<Frame>.stride + events.capacity * MemoryLayout<Event>.stride
    }

    /// Begins the list of frames of an event, which is now the newest.
    ///
    /// - Returns: whether that was done: a token must be larger than all before.
    @inlinable @discardableResult
    public mutating func begin(_ token: UInt64) -> Bool {
        if events.count > 0, events[events.count - 1].token >= token { return false }
        if events.count >= eventLimit { removeOldest() }
        events.append(Event(token: token, frames: 0, first: removedFrames + UInt64(frames.count)))
        return true
    }

    /// Adds a frame to the newest event; older events make room for it.
    ///
    /// - Returns: whether it is kept: not so where there is no event, or where the frames of the newest alone take too much.
    @inlinable @discardableResult
    public mutating func add(_ header: Header, _ frame: RawSpan) -> Bool {
        guard events.count > 0 else { return false }
        let room = max(1, frame.byteCount)
        while room <= byteLimit {
            if frames.count < frameLimit, let offset = place(of: room) {
                bytes.overwrite(at: offset, copying: frame)
                next = offset + room
                frames.append(Frame(header: header, offset: offset, count: frame.byteCount))
                events[events.count - 1].frames += 1
                return true
            }
            guard events.count > 1 else { break }
            removeOldest()
        }
        refused += 1
        return false
    }

    /// How many frames are kept of an event; `nil` where it is gone, or never was.
    @inlinable
    public func frameCount(of token: UInt64) -> Int? { index(of: token).map { events[$0].frames } }

    /// Lends a frame of an event, counted from 0 in the order in which they were added.
    ///
    /// - Returns: what `body` made of it; `nil` where the event or the frame is not there.
    @inlinable
    public func withFrame<Result>(
        _ number: Int, of token: UInt64, _ body: (Header, RawSpan) -> Result
    ) -> Result? {
        guard let index = index(of: token), number >= 0, number < events[index].frames else { return nil }
        let frame = frames[Int(events[index].first - removedFrames) + number]
        return body(frame.header, bytes.span.bytes.slice(ByteRange(offset: frame.offset, count: frame.count)))
    }

    /// Forgets everything; memory stays.
    @inlinable
    public mutating func removeAll() {
        while events.count > 0 { forgetOldest() }
    }

    @inlinable
    func index(of token: UInt64) -> Int? {
        var (low, high) = (0, events.count)
        while low < high {
            let middle = (low + high) / 2
            if events[middle].token < token { low = middle + 1 } else { high = middle }
        }
        return low < events.count && events[low].token == token ? low : nil
    }

    @inlinable
    mutating func removeOldest() {
        forgetOldest()
        evicted += 1
    }

    @inlinable
    mutating func forgetOldest() {
        let event = events.removeFirst()
        for _ in 0..<event.frames { _ = frames.removeFirst() }
        removedFrames += UInt64(event.frames)
    }

    /// Where so many bytes can lie; `nil` where older ones must go first.
    ///
    /// Frames lie in the order of their age, once around.
    @inlinable
    mutating func place(of room: Int) -> Int? {
        if frames.count == 0 { next = 0 }
        let oldest = frames.count > 0 ? frames[0].offset : 0
        if frames.count == 0 || next > oldest {
            if bytes.count - next >= room { return next }
            if frames.count > 0, oldest >= room { return 0 }
        } else if oldest - next >= room {
            return next
        }
        return bytes.count < byteLimit ? grow(for: room) : nil
    }

    /// Makes the buffer larger, with the frames in their order from its beginning on.
    @inlinable
    mutating func grow(for room: Int) -> Int? {
        var used = 0
        for index in 0..<frames.count { used += frames[index].room }
        guard used + room <= byteLimit else { return nil }
        let size = min(byteLimit, max(4096, used + room, 2 * bytes.count))
        var larger = [UInt8](repeating: 0, count: size)
        var offset = 0
        for index in 0..<frames.count {
            let frame = frames[index]
            larger.overwrite(
                at: offset, copying: bytes.span.bytes.slice(ByteRange(offset: frame.offset, count: frame.count)))
            frames[index].offset = offset
            offset += frame.room
        }
        bytes = larger
        next = offset
        return offset
    }
}

/// A queue in an array that is used round and round; it doubles when it is full.
@usableFromInline
struct RingQueue<Element: BitwiseCopyable & Sendable>: Sendable {
    @usableFromInline var elements: [Element] = []
    @usableFromInline var first = 0
    @usableFromInline var count = 0

    @inlinable
    init() {}

    @inlinable var capacity: Int { elements.capacity }

    /// An element, counted from the oldest.
    @inlinable
    subscript(index: Int) -> Element {
        get { elements[(first + index) % elements.count] }
        _modify { yield &elements[(first + index) % elements.count] }
    }

    @inlinable
    mutating func append(_ element: Element) {
        if count == elements.count {
            // In order from the beginning, and twice as many places.
            var larger: [Element] = []
            larger.reserveCapacity(max(16, 2 * count))
            for index in 0..<count { larger.append(self[index]) }
            while larger.count < max(16, 2 * count) { larger.append(element) }
            elements = larger
            first = 0
        }
        elements[(first + count) % elements.count] = element
        count += 1
    }

    @inlinable
    mutating func removeFirst() -> Element {
        let element = self[0]
        first = (first + 1) % elements.count
        count -= 1
        return element
    }
}
