import Network
import Packets

/// Two ends that send to each other, whatever VLANs and tunnels their frames come in.
struct Conversation: Sendable {
    /// Of which ends frames must have been seen and were.
    enum Sight: Sendable {
        case both
        /// Only frames of the client, though the server certainly answered.
        case clientOnly
        /// Only frames of the server, though the client certainly asked.
        case serverOnly
        /// Too little to tell: a scan, a datagram that nobody answers.
        case unclear
    }

    /// What names it: the lesser end first.
    struct Key: Hashable, Sendable {
        var first: Endpoint
        var second: Endpoint
        var transport: Transport
    }

    let key: Key
    /// What the first end sent.
    var first = StreamSide()
    /// What the second end sent.
    var second = StreamSide()
    /// Segments that are longer than their receiver said that it takes: several were glued together on the way.
    var glued: UInt64 = 0
    /// Of those, the ones that were cut short too.
    var gluedAndCut: UInt64 = 0
    /// Frames with a record of TLS or DTLS at their beginning.
    var encrypted: UInt64 = 0

    init(_ key: Key) { self.key = key }

    /// Takes a frame of it.
    mutating func note(_ facts: FrameFacts, fromFirst: Bool) {
        if facts.opening != .other { encrypted += 1 }
        let limit = fromFirst ? second.maximumSegment : first.maximumSegment
        if facts.transport == .tcp, facts.payloadLength > limit ?? Self.longestSegment {
            glued += 1
            if facts.missing > 0 { gluedAndCut += 1 }
        }
        let acknowledges = facts.tcp.flags.contains(.ack) && !facts.tcp.flags.contains(.rst)
        if fromFirst {
            first.note(facts)
            if facts.transport == .tcp, acknowledges {
                second.noteAcknowledged(facts.tcp.acknowledgement, at: facts.time)
            }
        } else {
            second.note(facts)
            if facts.transport == .tcp, acknowledges {
                first.noteAcknowledged(facts.tcp.acknowledgement, at: facts.time)
            }
        }
    }

    /// What jumbo frames hold; where no SYN told the limit, and it is not loopback, more was glued.
    private static let longestSegment = 9216

    /// Which end is the server: it answered a SYN, or did not send it; else the one with the port of a server.
    var isFirstServer: Bool {
        if first.hasAnsweredSYN != second.hasAnsweredSYN { return first.hasAnsweredSYN }
        let (firstAsked, secondAsked) = (first.flags.contains(.syn), second.flags.contains(.syn))
        if key.transport == .tcp, firstAsked != secondAsked { return secondAsked }
        return key.first.port <= key.second.port
    }

    /// The end that answers.
    var server: Endpoint { isFirstServer ? key.first : key.second }
    /// The end that asks.
    var client: Endpoint { isFirstServer ? key.second : key.first }

    /// Of which ends frames were seen.
    var sight: Sight {
        if first.frames > 0, second.frames > 0 { return .both }
        guard key.transport == .tcp else { return .unclear }
        let (seen, other) = first.frames > 0 ? (first, second) : (second, first)
        // Who goes on after a SYN, sends much or acknowledges more and more had answers.
        let isCertain =
            seen.hasAnsweredSYN || other.hasUnseen || seen.newSegments >= 4
            || seen.flags.contains(.syn) && seen.hasPlainACK
        guard isCertain else { return .unclear }
        return (first.frames > 0) == isFirstServer ? .serverOnly : .clientOnly
    }

    /// Whether the frames of one end carry tags and those of the other do not.
    var isTaggedOnOneSide: Bool {
        guard let one = first.tags, let other = second.tags, !first.tagsVary, !second.tagsVary else { return false }
        return (one.count == 0) != (other.count == 0)
    }

    /// Whether the two ends send in different VLANs.
    var hasTwoVLANs: Bool {
        guard let one = first.tags, let other = second.tags, !first.tagsVary, !second.tagsVary else { return false }
        return one.count > 0 && other.count > 0 && one != other
    }
}

/// The conversations that a survey follows: the first so many; frames of others are counted.
struct ConversationTable: Sendable {
    private(set) var all: [Conversation] = []
    /// Frames of conversations for which there was no room.
    private(set) var untracked: UInt64 = 0
    private var places: [Conversation.Key: Int] = [:]
    private static let limit = 16_384

    /// Takes a packet.
    mutating func note(_ facts: FrameFacts) {
        let (source, destination) = (facts.source, facts.destination)
        let fromFirst =
            source.address != destination.address
            ? source.address < destination.address : source.port <= destination.port
        let key = Conversation.Key(
            first: fromFirst ? source : destination, second: fromFirst ? destination : source,
            transport: facts.transport)
        if let place = places[key] { return all[place].note(facts, fromFirst: fromFirst) }
        guard all.count < Self.limit else { return untracked += 1 }
        places[key] = all.count
        all.append(Conversation(key))
        all[all.count - 1].note(facts, fromFirst: fromFirst)
    }

    /// Counts what was acknowledged and not seen.
    mutating func settle() {
        for index in all.indices {
            all[index].first.settle()
            all[index].second.settle()
        }
    }
}
