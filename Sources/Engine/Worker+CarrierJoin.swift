import Bytes
import Events
import Flows
import Network
import Tables
import WebSocket

extension Worker where Protocols: ~Copyable, Sink: ~Copyable {
    /// Looks whether a flow whose beginning was not seen carries a protocol over WebSocket, on whatever port: frames of one
    /// direction have to follow each other, and what is in them has to begin as the protocol does.
    ///
    /// - Parameters:
    ///   - messages: what is known of messages in the same bytes from a server, without WebSocket: its frames are not masked,
    ///     and a message in one is the same to look at.
    ///   - number: the protocol.
    /// - Returns: where frames may begin. The flow has a carrier where they do, and what is held goes to it.
    mutating func joinCarrier(
        _ slot: Int, _ side: Side, _ bytes: RawSpan, _ messages: BoundaryVerdict, _ number: UInt8,
        _ startsSegment: Bool, at time: Timestamp
    ) -> Int {
        guard core.streams.table[slot].carrier < 0, bytes.byteCount <= Self.longestSearch,
            let questions = core.entries[Int(number)].stream
        else { return bytes.byteCount }
        if case .proven(let offset) = messages, let start = frame(bytes, around: offset, questions) {
            joinCarrier(slot, side, .toClient, number, at: time)
            return start
        }
        var firstOpen = bytes.byteCount
        for direction in [Direction.toServer, .toClient] {
            switch provenFrame(bytes, direction, startsSegment, questions) {
            case .proven(let start):
                joinCarrier(slot, side, direction, number, at: time)
                return start
            case .open(let start): firstOpen = min(firstOpen, start)
            }
        }
        return firstOpen
    }

    private mutating func joinCarrier(
        _ slot: Int, _ side: Side, _ direction: Direction, _ number: UInt8, at time: Timestamp
    ) {
        let client = direction == .toServer ? side : side.other
        core.streams.table[slot].carrier =
            core.webSocket.join(
                isClientFirst: client == .first, atFrame: direction
            ).rawValue
        claim(slot, number, client: client, isFromStart: false, seenFrom: side, at: time)
        core.streams.table[slot][side].framing = .inOrder
        core.streams.table[slot][side.other].framing = .lost(startsSegment: false, searched: 0)
    }

    /// Bytes of one direction that are searched at a time, and how many places with frames are looked into.
    private static var longestSearch: Int { 16_384 }
    private static var frameTries: Int { 4 }

    private mutating func provenFrame(
        _ bytes: RawSpan, _ direction: Direction, _ startsSegment: Bool,
        _ questions: ProtocolEntry.StreamQuestions
    ) -> BoundaryVerdict {
        var frames = WebSocketBoundary(direction: direction, mayCompress: false)
        var start = 0
        var firstTried: Int?
        for _ in 0..<Self.frameTries {
            guard case .proven(let offset) = frames.find(bytes, from: start, isWeak: true) else { break }
            firstTried = firstTried ?? offset
            carriedProbe.removeAll(keepingCapacity: true)
            if frames.appendPayloads(of: bytes, from: offset, to: &carriedProbe) {
                let query = BoundaryQuery(startsSegment: startsSegment && offset == 0, sequel: .more)
                let payloads = carriedProbe
                // The port is that of the carrier.
                let verdict = questions.join(payloads.span.bytes, FlowHints(0, 0, hasBeginning: false), query)
                let isProven = direction == .toServer ? verdict.asClient : verdict.asServer
                if isProven == .proven(0) { return .proven(offset) }
            }
            start = offset + 1
        }
        if let firstTried { return .open(firstTried) }
        if case .open(let offset) = frames.find(bytes) { return .open(offset) }
        return .open(bytes.byteCount)
    }

    /// The offset of a frame of a server around a message that begins at `offset`: a head directly before it, and an end
    /// where a message ends.
    private func frame(
        _ bytes: RawSpan, around offset: Int, _ questions: ProtocolEntry.StreamQuestions
    ) -> Int? {
        for size in [2, 4, 10] where offset >= size {
            let start = offset - size
            guard let head = WebSocketFrameHeader(bytes.extracting(start..<offset)), !head.isMasked, head.isMinimal,
                head.reserved == 0, head.isFinal, head.opcode == .binary,
                WebSocketFrameHeader.size(bytes.byte(at: start), bytes.byte(at: start + 1)) == size
            else { continue }
            var rest = head.length
            var position = offset
            while rest > 0, position < bytes.byteCount {
                let message = bytes.extracting(position..<bytes.byteCount)
                let length: Int
                switch questions.frame(message) {
                case .message(let count): length = count
                case .incomplete(let total?): length = total
                case .incomplete(nil): return start
                case .lost: return nil
                }
                guard length <= rest else { return nil }
                rest -= UInt64(length)
                position += length
            }
            return start
        }
        return nil
    }
}
