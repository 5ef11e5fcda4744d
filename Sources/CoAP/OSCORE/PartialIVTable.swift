import Bytes
import Events
import Network
import Tables

/// Which Partial IVs were used, by sender, receiver and key identifier.
///
/// A sender uses each once (RFC 8613, 7.2.1); one that comes again in another message was replayed, or its key is used
/// anew, which gives away what it protects. Bounded: the one unused for longest is forgotten.
struct PartialIVTable: ~Copyable, Sendable {
    private var seen: LRUTable<Hash128, Void>

    init(limit: Int) { seen = LRUTable(limit: limit) }

    /// The memory taken, in bytes.
    var bytes: Int { seen.bytes }

    /// How many were forgotten because the table was full.
    var evictions: UInt64 { seen.evictions }

    /// Whether a message repeats a Partial IV; `nil` where it has none that could be a repeat.
    ///
    /// A copy by the message layer is none, nor is one block of many that an intermediary cut an OSCORE message into:
    /// each of them has the option of the whole (RFC 8613, 4.1.3.4.2). A response has no key identifier of its own; its
    /// Partial IV counts under its token, so that notifications of one observation are held against each other.
    mutating func take(
        _ message: CoAPMessage, _ option: OSCOREOption, _ bytes: RawSpan, _ context: EventContext, isCopy: Bool,
        _ hash: ConversationHash
    ) -> Bool? {
        guard let partialIV = option.partialIV, option.violations.isEmpty, !isCopy else { return nil }
        guard !message.isOuterBlock else { return nil }
        if message.code.isRequest, option.kid == nil { return nil }
        let kid = bytes.slice(option.kid ?? message.token)
        let kidContext = bytes.slice(option.kidContext ?? .empty)
        let key = hash.partialIV(
            bytes.slice(partialIV), from: hash.end(context.source), to: hash.end(context.destination), kid: kid,
            kidContext: kidContext)
        if let slot = seen.find(key) {
            seen.touch(slot)
            return true
        }
        _ = seen.insert(key, ())
        return false
    }

    /// Whether a request is one that was seen before under another message id or from another end: number, key and what they
    /// protect are the same; `nil` where it has no number.
    ///
    /// Two clients may have the same short key identifier and count alike; what they protect differs.
    mutating func takesAgain(
        _ message: CoAPMessage, _ option: OSCOREOption, _ bytes: RawSpan, _ context: EventContext, isCopy: Bool,
        _ hash: ConversationHash
    ) -> Bool? {
        guard message.code.isRequest, let partialIV = option.partialIV, let kid = option.kid, !isCopy,
            option.violations.isEmpty, !message.isOuterBlock, message.isWhole
        else { return nil }
        let server = hash.end(context.destination)
        var key = hash.partialIV(
            bytes.slice(partialIV), from: server, to: server, kid: bytes.slice(kid),
            kidContext: bytes.slice(option.kidContext ?? .empty))
        hash.add(hash.hash(bytes.slice(message.payload)), 1, to: &key)
        if let slot = seen.find(key) {
            seen.touch(slot)
            return true
        }
        _ = seen.insert(key, ())
        return false
    }
}

extension CoAPMessage {
    /// Whether options in clear say that it is part of a longer message.
    fileprivate var isOuterBlock: Bool {
        mayHave(.block1) || mayHave(.block2) || mayHave(.qBlock1) || mayHave(.qBlock2)
    }
}
