import Bytes
import Events

/// Finds a place in the bytes of one direction where frames demonstrably begin: behind lost bytes, or in a connection
/// that began before the sensor.
///
/// A place proves itself by heads in a row that this direction may send, each where the frame before it ends. Every head
/// counts for as many bits as chance would have to guess right, so that it takes four of whole binary messages, and more
/// of others. A length of eight bytes proves itself: more than thirty zero bits are no chance.
public struct WebSocketBoundary: Sendable {
    private let direction: Direction
    private let mayCompress: Bool
    /// What a whole search may cost: heads that are looked at.
    private var budget = 0

    /// A search in bytes that go in `direction`, of a connection whose messages may be compressed.
    public init(direction: Direction, mayCompress: Bool) {
        self.direction = direction
        self.mayCompress = mayCompress
    }

    /// Bits that prove a chain at any of many places.
    private static let proof = 28
    /// Bits that suffice where what is in the frames has to prove itself as well, or where nothing else will come.
    private static let weakProof = 14

    /// Looks at all places from `start` on in turn.
    ///
    /// - Parameters:
    ///   - bytes: consecutive bytes of one direction.
    ///   - start: the first place that is looked at.
    ///   - isWeak: whether two heads suffice: what is in the frames has to prove itself as well, or nothing follows.
    /// - Returns: where a frame begins that is proven, or from where on one may begin: what lies before is none.
    /// - Complexity: linear in the bytes; what would cost more is given up.
    public mutating func find(_ bytes: RawSpan, from start: Int = 0, isWeak: Bool = false) -> BoundaryVerdict {
        budget = 1024 + bytes.byteCount * 2
        var firstOpen = bytes.byteCount
        var offset = start
        while offset < bytes.byteCount {
            if mayBegin(bytes.byte(at: offset)) {
                switch chain(bytes, from: offset, proof: isWeak ? Self.weakProof : Self.proof) {
                case .proven: return .proven(offset)
                case .open: firstOpen = min(firstOpen, offset)
                case .disproven: break
                }
                if budget < 0 { return .open(bytes.byteCount) }
            }
            offset += 1
        }
        return .open(firstOpen)
    }

    private enum Chain {
        case proven, open, disproven
    }

    private mutating func chain(_ bytes: RawSpan, from start: Int, proof: Int) -> Chain {
        var offset = start
        var bits = 0
        while offset < bytes.byteCount {
            budget -= 1
            guard mayBegin(bytes.byte(at: offset)) else { return .disproven }
            guard let head = WebSocketFrameHeader(bytes.extracting(offset..<bytes.byteCount)) else {
                return isPlausible(bytes, at: offset) ? .open : .disproven
            }
            guard isPlausible(head) else { return .disproven }
            bits += Self.bits(head)
            if bits >= proof || head.length > 65_535 { return .proven }
            let size = WebSocketFrameHeader.size(bytes.byte(at: offset), bytes.byte(at: offset + 1))
            let end = offset + size + Int(truncatingIfNeeded: head.length)
            if end > bytes.byteCount { return .open }
            offset = end
        }
        return .open
    }

    /// The bits that a head is worth: most messages are binary and in one frame.
    private static func bits(_ head: WebSocketFrameHeader) -> Int {
        if head.opcode == .binary, head.isFinal { return 7 }
        return head.opcode.isControl ? 6 : 4
    }

    /// Whether a first byte is one that a frame of a message or of control begins with.
    private func mayBegin(_ first: UInt8) -> Bool {
        let opcode = WebSocketOpcode(rawValue: first & 15)
        guard opcode.isKnown, first & 0x30 == 0 else { return false }
        if first & 0x40 != 0, !mayCompress || opcode.isControl || opcode == .continuation { return false }
        return !opcode.isControl || first & 0x80 != 0
    }

    /// Whether the bytes that are there of a head speak against it.
    private func isPlausible(_ bytes: RawSpan, at offset: Int) -> Bool {
        guard offset + 1 < bytes.byteCount else { return true }
        let second = bytes.byte(at: offset + 1)
        guard (second & 0x80 != 0) == (direction == .toServer) else { return false }
        return bytes.byte(at: offset) & 8 == 0 || second & 0x7F <= 125
    }

    private func isPlausible(_ head: WebSocketFrameHeader) -> Bool {
        guard head.isMasked == (direction == .toServer), head.isMinimal, head.length <= Self.longest else {
            return false
        }
        return !head.opcode.isControl || head.length <= 125
    }

    /// No protocol inside has messages longer than 256 MiB, and a frame with more than a few of them is not sent.
    private static let longest: UInt64 = 1 << 30
}

extension WebSocketBoundary {
    /// Appends the payloads of the uncompressed data frames that begin at `start`, as far as the bytes go; gives whether
    /// every one of them is a frame that this direction may send.
    public func appendPayloads(of bytes: RawSpan, from start: Int, to output: inout [UInt8]) -> Bool {
        var offset = start
        while offset < bytes.byteCount {
            let rest = bytes.extracting(offset..<bytes.byteCount)
            guard mayBegin(rest.byte(at: 0)) else { return false }
            guard let head = WebSocketFrameHeader(rest) else { return isPlausible(rest, at: 0) }
            guard isPlausible(head), head.reserved == 0 else { return false }
            let size = WebSocketFrameHeader.size(rest.byte(at: 0), rest.byte(at: 1))
            let count = min(Int(truncatingIfNeeded: head.length), rest.byteCount - size)
            if !head.opcode.isControl {
                output.append(copying: rest.extracting(size..<(size + count)), maskedBy: head.mask, phase: 0)
            }
            offset += size + Int(truncatingIfNeeded: head.length)
        }
        return true
    }
}
