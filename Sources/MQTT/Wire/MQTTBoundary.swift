import Bytes
import Events
import Tables

/// Finds a place in a stream of one direction where messages demonstrably begin: behind lost bytes, or in a
/// connection that began before the sensor.
///
/// A place proves itself by what follows: messages of types and flags that this direction may send, each without any
/// fault, each ending where the next one begins. Every message counts for as many bits as chance would have to guess
/// right; a chain is believed from three messages on, or with fewer when they are worth enough or end exactly where the
/// bytes do.
public struct MQTTBoundary: Sendable {
    /// Which way the bytes go.
    private let direction: Direction
    private let version: MQTTVersion
    /// Whether the stream is known, or by its port expected, to be MQTT.
    private let isExpected: Bool
    /// What the whole search may cost: bytes that are read as parts of messages.
    private var budget = 0

    /// A search in bytes that go in `direction`, of a session in a version that may be unknown.
    ///
    /// Where the stream is expected to be MQTT, a single short message is believed that fills a segment: a SUBACK or
    /// PINGRESP at the beginning of a capture need not wait for the next one, which may be a minute away.
    public init(direction: Direction, version: MQTTVersion = .unknown, isExpected: Bool = false) {
        self.direction = direction
        self.version = version
        self.isExpected = isExpected
    }

    /// Bits that prove a chain, at any of 65,536 places.
    private static let proof = 36
    /// Bits that prove a single message or two whose end is not that of the bytes.
    private static let strongProof = 56
    /// Bits that prove messages that fill a segment, of a stream that is expected to be MQTT: any one message.
    private static let expectedProof = 28
    /// Bits that suffice for a chain that ends with the stream, when nothing else will come.
    private static let lastProof = 20
    /// Senders mostly begin a segment with a message, and end one with a message.
    private static let segmentBits = 8
    /// A longer topic counts, but is not walked for a proof.
    private static let longestTopic = 256
    /// A longer message of any type but PUBLISH is no part of a proof.
    private static let longestOther = 512

    /// Looks at all places in turn.
    ///
    /// - Parameters:
    ///   - bytes: consecutive bytes of one direction.
    ///   - startsSegment: whether the first byte began a segment.
    ///   - sequel: what follows.
    ///   - isFull: whether no more can be held, so that a message too long to see the end of is believed by its topic.
    /// - Returns: where a message begins that is proven, or from where on one may begin: what lies before is none.
    /// - Complexity: linear in the bytes; what would cost more is given up.
    public mutating func find(
        _ bytes: RawSpan, startsSegment: Bool, sequel: Sequel = .more, isFull: Bool = false
    ) -> BoundaryVerdict {
        budget = 4096 + bytes.byteCount * 16
        var firstOpen = bytes.byteCount
        // Text may pass for the head of a PUBLISH whose payload hides the messages that follow it: `0`, a digit, and a
        // password behind its length. A chain of three is better than such a one, wherever it begins.
        var shortChain: Int?
        for offset in 0..<bytes.byteCount where isPlausibleHeader(bytes.byte(at: offset)) {
            switch chain(bytes, at: offset, startsSegment: startsSegment && offset == 0, sequel) {
            case .proven(let isShort):
                if !isShort || startsSegment && offset == 0 { return .proven(offset) }
                shortChain = shortChain ?? offset
            case .open:
                firstOpen = min(firstOpen, offset)
                if isFull, isLongPublish(bytes.extracting(offset..<bytes.byteCount)) { return .proven(offset) }
            case .disproven: break
            }
            // Giving up means that nothing before this place is kept.
            if budget < 0 { return shortChain.map { .proven($0) } ?? .open(bytes.byteCount) }
        }
        return shortChain.map { .proven($0) } ?? .open(firstOpen)
    }

    private enum Chain {
        /// Messages begin here; `isShort` where fewer than three say so.
        case proven(isShort: Bool)
        case open, disproven
    }

    private mutating func chain(_ bytes: RawSpan, at start: Int, startsSegment: Bool, _ sequel: Sequel) -> Chain {
        var bits = startsSegment ? Self.segmentBits : 0
        var messages = 0
        var offset = start
        while offset < bytes.byteCount {
            guard isPlausibleHeader(bytes.byte(at: offset)) else { return broken(bits) }
            let rest = bytes.extracting(offset..<bytes.byteCount)
            switch MQTTFraming.frame(rest) {
            case .lost: return broken(bits)
            case .incomplete(let total):
                guard isPlausibleBeginning(rest, total: total) else { return broken(bits) }
                // Where nothing follows, what is cut off is no reason to give up what stands before it.
                if sequel == .more { return bits >= Self.strongProof ? .proven(isShort: true) : .open }
                let head = messages > 0 || startsSegment ? topicBits(ofCut: rest) : 0
                return bits + head >= Self.proof ? .proven(isShort: true) : .open
            case .message(let length):
                guard let worth = worth(rest.extracting(0..<length)) else { return broken(bits) }
                bits += worth
                messages += 1
                offset += length
                if messages >= 3 && bits >= Self.proof { return .proven(isShort: false) }
            }
        }
        bits += Self.segmentBits
        // Two bytes at the end of a stream are the DISCONNECT or PINGRESP that they look like. In front of a hole they may
        // as well be two bytes of a payload.
        let isEnd = sequel == .nothing || sequel == .lost && startsSegment
        let needed = isEnd ? Self.lastProof : isExpected && startsSegment ? Self.expectedProof : Self.proof
        return bits >= needed ? .proven(isShort: true) : .open
    }

    /// What a chain is worth whose next message is none: something may be wrong with that one alone.
    private func broken(_ bits: Int) -> Chain { bits >= Self.strongProof ? .proven(isShort: true) : .disproven }

    /// Whether a first byte is one of a message that this direction may send.
    private func isPlausibleHeader(_ first: UInt8) -> Bool {
        let type = MQTTPacketType(rawValue: first >> 4)
        switch type {
        case .reserved: return false
        case .publish: return first & 6 != 6 && !(first & 8 != 0 && first & 6 == 0)
        case .auth where version.isThree: return false
        // MQTT 3.1 (2.1) lets these three be sent again with DUP.
        case .pubrel, .subscribe, .unsubscribe:
            let mayRepeat = version == .v31 || version == .three || version == .unknown
            if first & (mayRepeat ? 7 : 15) != 2 { return false }
        default: if first & 15 != type.requiredFlags { return false }
        }
        return type.onlyDirection(version) ?? direction == direction
    }

    /// Whether a PUBLISH begins here that goes on behind the bytes, with a topic that chance would hardly make.
    private func isLongPublish(_ bytes: RawSpan) -> Bool {
        guard bytes.byteCount > 16, bytes.byte(at: 0) >> 4 == MQTTPacketType.publish.rawValue,
            case .incomplete(let total?) = MQTTFraming.frame(bytes), total > bytes.byteCount
        else { return false }
        let header = 1 + lengthBytes(of: bytes)
        let topic = Int(bytes.uint16(at: header))
        return topic >= 8 && header + 2 + topic <= bytes.byteCount
    }

    /// The bits that the whole topic of a PUBLISH is worth whose end is not there; 0 for any other message.
    private func topicBits(ofCut bytes: RawSpan) -> Int {
        guard bytes.byte(at: 0) >> 4 == MQTTPacketType.publish.rawValue else { return 0 }
        let header = 1 + lengthBytes(of: bytes)
        guard bytes.byteCount >= header + 2 else { return 0 }
        let topic = Int(bytes.uint16(at: header))
        return header + 2 + topic <= bytes.byteCount ? min(28, 2 * topic) : 0
    }

    /// Whether the bytes that are there of a message speak against it.
    private func isPlausibleBeginning(_ bytes: RawSpan, total: Int?) -> Bool {
        guard let total else { return true }
        let type = MQTTPacketType(rawValue: bytes.byte(at: 0) >> 4)
        guard type == .publish else { return isPlausibleBeginning(of: type, bytes, total) }
        let header = 1 + lengthBytes(of: bytes)
        guard bytes.byteCount >= header + 2 else { return true }
        let topic = Int(bytes.uint16(at: header))
        guard topic <= Self.longestTopic, header + 2 + topic <= total else { return false }
        return isPlainTopic(bytes.slice(ByteRange(offset: header + 2, count: topic)), isCut: true)
    }

    private func isPlausibleBeginning(of type: MQTTPacketType, _ bytes: RawSpan, _ total: Int) -> Bool {
        switch type {
        case .connect: return true
        case .pingreq, .pingresp: return total == 2
        case .puback, .pubrec, .pubrel, .pubcomp:
            if version.isThree || total <= 4 { return total == 4 }
            // 5.0 has a reason code behind the packet identifier: success, no subscribers, or an error.
            guard total <= Self.longestOther, bytes.byteCount > 4 else { return total <= Self.longestOther }
            let code = bytes.byte(at: 4)
            return code == 0 || code == 0x10 || (0x80...0xA2).contains(code)
        default: return total <= Self.longestOther
        }
    }

    /// The bits that a whole message is worth; `nil` where anything is wrong with it.
    private mutating func worth(_ message: RawSpan) -> Int? {
        let type = MQTTPacketType(rawValue: message.byte(at: 0) >> 4)
        if type == .publish {
            let header = 1 + lengthBytes(of: message)
            guard message.byteCount >= header + 2 else { return nil }
            let topic = Int(message.uint16(at: header))
            guard topic <= Self.longestTopic, header + 2 + topic <= message.byteCount else { return nil }
            guard isPlainTopic(message.slice(ByteRange(offset: header + 2, count: topic)), isCut: false) else {
                return nil
            }
            budget -= topic + 16
        } else {
            guard message.byteCount <= Self.longestOther || type == .connect else { return nil }
            budget -= message.byteCount
        }
        if version != .unknown { return worth(message, as: version) }
        // Read leniently, a packet of an unknown version could be nearly anything.
        return worth(message, as: .v311) ?? worth(message, as: .v5)
    }

    private func worth(_ message: RawSpan, as version: MQTTVersion) -> Int? {
        var notes = MQTTNotes(version: version, direction: direction)
        let read = MQTTMessage(message, wholeLength: message.byteCount, &notes)
        guard !read.isFatal, notes.violations.isEmpty else { return nil }
        return bits(read)
    }

    private func bits(_ message: MQTTMessage) -> Int {
        switch message.body {
        case .connect: return 64
        case .connack: return 20
        case .publish(let publish): return 12 + min(28, 2 * (publish.topic?.count ?? 0))
        case .subscribe, .unsubscribe: return 26
        case .subscribeAnswer: return 14
        case .answer, .disconnect, .auth, .none: return 12
        }
    }

    /// How many bytes the remaining length takes.
    private func lengthBytes(of bytes: RawSpan) -> Int {
        var count = 1
        while count < 4, count < bytes.byteCount, bytes.byte(at: count) & 0x80 != 0 { count += 1 }
        return count
    }

    /// Whether a topic holds nothing that a topic of an ordinary client does not hold: no control characters, no
    /// wildcards, no bytes that are not UTF-8.
    ///
    /// `isCut` lets it end in the middle of a character.
    private func isPlainTopic(_ topic: RawSpan, isCut: Bool) -> Bool {
        var offset = 0
        while offset < topic.byteCount {
            let byte = topic.byte(at: offset)
            if byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "#") { return false }
            let length = utf8SequenceLength(topic, at: offset)
            if length == 0 { return isCut && topic.byteCount - offset < 4 }
            offset += length
        }
        return true
    }
}
