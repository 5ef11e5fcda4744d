/// One direction of a connection.
///
/// A plain value, which is copied out, changed and written back at each step.
struct WebSocketStream: Sendable {
    /// Where the direction is.
    enum Phase: UInt8, Sendable {
        /// The head of the opening request or answer is not whole.
        case head
        /// Bytes of a body are passed over, `remaining` of them.
        case body
        /// The line before a chunk is not whole.
        case chunk
        /// The fields behind the last chunk are not over.
        case trailer
        /// The client's request is whole, the answer was not seen.
        case waiting
        /// Frames follow each other.
        case frames
        /// The boundaries of frames are not known.
        case lost
    }

    var phase = Phase.head
    /// Whether the body consists of chunks.
    var isChunked = false
    /// Whether what came so far is HTTP.
    var isOpening: Bool { phase.rawValue <= Phase.waiting.rawValue }
    /// Bytes that wait, by number of their buffer; -1 for none.
    var waiting: Int32 = -1
    /// Of a head: where its last line begins, as far as it has come.
    ///
    /// Behind lost bytes: how many waited when they were last searched for a frame.
    var searched = 0

    /// How many bytes were taken of which nothing has come out yet, such as the head of a frame; bytes that wait lie behind
    /// them.
    var keptBack = 0
    /// Within a step, where those bytes begin, counted from where they began before it.
    var needed = 0

    /// Whether the other direction can go on, which is to be said once the output has been taken.
    var owesAnswer = false

    /// The bytes of a head that have come, and how many.
    var head = InlineArray<14, UInt8>(repeating: 0)
    var headCount = 0
    /// The frame whose payload comes.
    var frame = WebSocketFrameHeader()
    /// Whether there is one.
    var isInFrame = false
    /// Bytes of its payload that still have to come.
    var remaining = 0
    /// How many bytes of its payload have come, modulo 4.
    var maskPhase = 0
    /// The first two bytes of a Close frame's payload, and how many have come.
    var closeCode: UInt16 = 0
    var closeBytes = 0

    /// Whether a message goes on.
    var isInMessage = false
    /// What is done with the payload of the message.
    var treatment = Treatment.plain
    /// The inflater; -1 for none.
    var inflater: Int32 = -1
    /// Whether the inflater may have more for what it was given.
    var isDraining = false
    /// Whether what is inflated is not put out, since there is too much of it.
    var isOverBudget = false
    /// Whether any byte of the current message was inflated.
    var hasInflated = false
    /// How many of the four bytes that end a compressed message the inflater still has to take; -1 outside of an end.
    var tail = -1
    /// Whether the window is gone that later messages refer to.
    var isContextLost = false

    /// Whether bytes were lost, and how many frames were good since: a head that cannot be is then no violation.
    var hasGap = false
    var goodFrames = 0
    /// Whether a Close frame was sent.
    var hasClosed = false

    /// Whether a frame or a compressed message has begun and is not over.
    var isMidway: Bool { headCount > 0 || isInFrame || isInflating }
    private var isInflating: Bool { isInMessage && treatment == .inflate }

    /// Notes that what was taken up to `position` is done with, but for what the inflater was given and has not put out.
    mutating func settle(at position: Int) {
        if !isInflating { needed = position }
    }

    /// What is done with the payload of a message.
    enum Treatment: UInt8, Sendable {
        /// It is put out.
        case plain
        /// It is inflated.
        case inflate
        /// It is passed over.
        case skip
    }
}
