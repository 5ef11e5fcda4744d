import Bytes
import Network
import Tables

extension CoAPDirectory {
    /// A block of a request's body: Block1 (RFC 7959, 2.5) or Q-Block1 (RFC 9177, 4.3).
    ///
    /// Request-Tag tells bodies apart (RFC 9175, 3.3).
    mutating func addRequestBlock(
        _ message: CoAPMessage, _ bytes: RawSpan, _ passage: Passage, _ slot: Int, _ state: inout MessageState
    ) {
        guard limits.features.contains(.bodies) else { return }
        checkGrownBlock(message, bytes, passage, slot, &state)
        guard let block = message.payloadBlock(bytes), !block.isReservedSize, !message.violations.isFatal,
            message.isWhole
        else { return }
        var tag: UInt64 = 0
        var walk = CoAPOptionWalk(message.options)
        while message.mayHave(.requestTag), case .option(let instance) = walk.next(bytes) {
            if instance.option == .requestTag { tag = hash.hash(bytes.slice(instance.value), initial: tag) }
        }
        let key = hash.body(
            ofRequest: true, client: passage.source, server: passage.destination, resource: exchanges[slot].resource,
            tag: tag)
        // By address: a client may use a port for each.
        let upload = hash.key(.pair, hash.end(Endpoint(passage.address, 0)), passage.destination, 1, 0).low
        state.block = add(block, .qBlock1, message, bytes, key, version: 0, passage, state, upload: upload)
        state.openUploads = bodies.openUploads(upload)
    }

    /// A block of a response's body: Block2 (RFC 7959, 2.4) or Q-Block2 (RFC 9177, 4.4).
    ///
    /// ETag tells versions apart.
    mutating func addResponseBlock(
        _ message: CoAPMessage, _ bytes: RawSpan, _ passage: Passage, _ slot: Int, _ state: inout MessageState
    ) {
        guard message.code.class == .success, let block = message.payloadBlock(bytes), !block.isReservedSize,
            !message.violations.isFatal, message.isWhole
        else { return }
        if let asked = exchanges[slot].askedBlock, !asked.isReservedSize, message.mayHave(.block2),
            answersNewest(message, slot)
        {
            if block.sizeExponent > asked.sizeExponent { state.violations.insert(.blockLargerThanAsked) }
            if block.offset != asked.offset { state.violations.insert(.blockNotAskedFor) }
        }
        guard limits.features.contains(.bodies) else { return }
        var version: UInt64 = 0
        if let etag = message.first(.etag, bytes) { version = hash.hash(bytes.slice(etag.value)) }
        let key = responseBodyKey(passage.destination, passage.source, slot)
        state.block = add(block, .qBlock2, message, bytes, key, version: version, passage, state)
    }

    /// Whether a response is known to be one to the newest request under its token.
    ///
    /// A late copy of an answer, or of a separate response, may be one to the request before; a notification begins a
    /// body anew, whatever block of the one before was asked for last (RFC 7959, 2.6).
    private func answersNewest(_ message: CoAPMessage, _ slot: Int) -> Bool {
        if message.observe != nil, exchanges[slot].isObserved, exchanges[slot].flags.contains(.tokenUsedBefore) {
            return false
        }
        if message.isStreamed { return true }
        if message.type == .acknowledgement { return message.messageID == exchanges[slot].messageID }
        return !exchanges[slot].flags.contains(.tokenUsedBefore)
    }

    private mutating func add(
        _ block: CoAPBlock, _ quick: CoAPOption, _ message: CoAPMessage, _ bytes: RawSpan, _ key: Hash128,
        version: UInt64, _ passage: Passage, _ state: MessageState, upload: UInt64? = nil
    ) -> BlockState {
        var format = -1
        if let number = message.first(.contentFormat, bytes)?.unsigned(bytes) { format = Int(clamping: number) }
        let piece = BlockPiece(
            offset: block.offset, isLast: !block.hasMore, isQuick: message.mayHave(quick),
            isCopy: state.isRetransmitted, format: format, version: version, upload: upload)
        return bodies.add(piece, bytes.slice(message.payload), key, at: passage.time)
    }

    /// Where the request for the first block gave a size, later ones are asked for with the size that the server used
    /// then (RFC 7959, 2.4); smaller ones do no harm.
    ///
    /// Only a token that goes on tells that a request belongs to the transfer: a proxy may fetch the same body for two
    /// clients at once.
    private func checkGrownBlock(
        _ message: CoAPMessage, _ bytes: RawSpan, _ passage: Passage, _ slot: Int, _ state: inout MessageState
    ) {
        guard let asked = exchanges[slot].askedBlock, asked.number > 0, !asked.isReservedSize, message.mayHave(.block2),
            exchanges[slot].flags.contains(.sizeAskedBefore),
            let size = bodies.blockSize(responseBodyKey(passage.source, passage.destination, slot), passage.time)
        else { return }
        if asked.size > size { state.violations.insert(.blockSizeGrown) }
    }

    private func responseBodyKey(_ client: Hash128, _ server: Hash128, _ slot: Int) -> Hash128 {
        hash.body(ofRequest: false, client: client, server: server, resource: exchanges[slot].resource, tag: 0)
    }
}
