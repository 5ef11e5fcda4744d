import Bytes
import Events
import Payload
import Tables

// What payloads and joined bodies hold.
extension CoAPAnalyzer {
    /// Looks into the payload of the current message; of a body in blocks into the first, and into the whole once it is there.
    mutating func inspectPayload(_ bytes: RawSpan) {
        guard !current.code.isEmpty, !current.payload.isEmpty || current.code.isChange else { return }
        pathText.removeAll(keepingCapacity: true)
        if current.namesResource {
            current.writePath(bytes, to: &pathText)
        } else if let slot = state.exchangeSlot {
            directory.withPath(slot) { pathText.append(copying: $0) }
        }
        let type = PayloadType(
            contentFormat: Int(clamping: current.first(.contentFormat, bytes)?.unsigned(bytes) ?? UInt64(UInt16.max)))
        // A copy of the reference: the inspector changes while the path is read.
        let text = pathText
        let path = text.span.bytes
        guard let block = state.block else {
            // A block of a body that is not followed.
            if current.isBlockwise, current.payloadBlock(bytes)?.number ?? 0 > 0 { return }
            return inspector.inspect(
                bytes.slice(current.payload), total: current.payloadLength, topic: path, type: type)
        }
        if block.isEnd {
            let body = directory.bodies[block.slot]
            let total = max(body.total ?? body.received, body.received)
            // Of a body whose beginning was not kept nothing can be said.
            guard body.hasStart, !body.text.isEmpty || total == 0 else { return }
            let beginning = body.text
            inspector.inspect(
                beginning.span.bytes, total: total, topic: path,
                type: body.format >= 0 ? PayloadType(contentFormat: body.format) : type)
        } else if block.place == .first || block.place == .again {
            // There is more of it, however much.
            inspector.inspect(bytes.slice(current.payload), total: current.payloadLength + 1, topic: path, type: type)
            if !inspector.findings.secret.isEmpty { directory.bodies.noteSecret(block.slot) }
        }
    }

    /// What is hidden of the current message: the payload that holds a secret, and each block of a body that does or of which nobody
    /// knows.
    public var secrets: SecretPlaces {
        guard inspector.isOn, !current.payload.isEmpty else { return SecretPlaces() }
        guard let block = state.block else {
            // A block of a body that is not followed.
            if !inspector.hasLooked, current.isBlockwise { return hidden(current.payload) }
            return inspector.hidden(in: current.payload)
        }
        let body = directory.bodies[block.slot]
        if body.isSecret || !body.hasStart || block.isEnd && !inspector.findings.secret.isEmpty {
            return hidden(current.payload)
        }
        return inspector.hidden(in: current.payload)
    }

    private func hidden(_ range: ByteRange) -> SecretPlaces {
        var places = SecretPlaces()
        places.add(range, kind: 0)
        return places
    }

    borrowing func readPayload(_ field: PayloadField, _ bytes: RawSpan, into values: inout FieldValues) {
        guard field != .bytes else {
            if !current.code.isEmpty || !current.payload.isEmpty { values.append(current.payloadLength) }
            return
        }
        guard inspector.hasLooked else { return }
        guard let block = state.block, block.isEnd else {
            // Of a first block there is more than is here.
            let total = current.payloadLength + (state.block == nil ? 0 : 1)
            return inspector.read(field, bytes.slice(current.payload), total: total, into: &values)
        }
        let body = directory.bodies[block.slot]
        let total = max(body.total ?? body.received, body.received)
        directory.bodies.withBeginning(block.slot) { text in
            let digest = body.isComplete && directory.hashesBodies ? body.digest : nil
            inspector.read(field, text, total: total, digest: digest, into: &values)
        }
    }
}

extension CoAPCode {
    /// Whether a request of this method does something although it may carry nothing.
    fileprivate var isChange: Bool { self == .post || self == .put }
}
