import Bytes
import Events
import Tables

extension WebSocketTable {
    /// Takes the whole head of a request; `false` where the search for an upgrade ends with it.
    mutating func takeRequest(_ index: Int, _ stream: inout WebSocketStream, _ head: RawSpan) -> Bool {
        let request = WebSocketRequest(head, names)
        guard request.isUpgrade else { return takePlainRequest(index, &stream, head) }
        guard connections[index].exchanges.add(.upgrade) else { return false }
        connections[index].request = request
        connections[index].hasRequest = true
        connections[index].isPlain = false
        if request.isWrong { connections[index].note(CarrierViolations(.requestFields), .toServer) }
        stream.phase = connections[index].isAnswered ? .frames : .waiting
        return true
    }

    /// A request that does not upgrade: what stands behind it may (RFC 9112, 9.3).
    private mutating func takePlainRequest(
        _ index: Int, _ stream: inout WebSocketStream, _ head: RawSpan
    ) -> Bool {
        guard HTTPMessage.isRequest(head) else { return false }
        counters.httpRequests &+= 1
        let kind: HTTPExchanges.Kind =
            head.starts(with: "HEAD ") ? .head : head.starts(with: "CONNECT ") ? .connect : .other
        guard connections[index].exchanges.add(kind), stayPlain(index) else { return false }
        var body = HTTPMessage(head).body
        // Without a length a request has no body (6.3).
        if case .untilClose = body { body = .none }
        return pass(body, &stream)
    }

    /// Counts a request that did not upgrade its connection; `false` where there were enough of them.
    private mutating func stayPlain(_ index: Int) -> Bool {
        connections[index].isPlain = true
        connections[index].exchanges.countFollowed()
        guard connections[index].exchanges.followed <= min(limits.httpMessages, 31) else {
            counters.searchesGivenUp &+= 1
            return false
        }
        return true
    }

    /// Goes on behind a head; `false` where no other one will come.
    private func pass(_ body: HTTPMessage.Body, _ stream: inout WebSocketStream) -> Bool {
        switch body {
        case .none: stream.phase = .head
        case .length(let count):
            stream.phase = .body
            stream.remaining = count
            stream.isChunked = false
        case .chunks: stream.phase = .chunk
        case .untilClose, .wrong: return false
        }
        return true
    }

    enum AnswerVerdict {
        case upgraded, interim, refused
        /// Something else was answered, and the connection goes on.
        case plain
        /// The upgrade was refused, and the connection goes on.
        case again
    }

    /// Takes the whole head of an answer.
    mutating func takeAnswer(_ index: Int, _ stream: inout WebSocketStream, _ head: RawSpan) -> AnswerVerdict {
        let request = connections[index].request
        let answer = WebSocketAnswer(head, proof: request.proof, names)
        if (100..<200).contains(answer.status), answer.status != 101 { return .interim }
        let asked = connections[index].exchanges.takeFirst()
        let hasRequest = connections[index].hasRequest
        guard answer.status == 101 else { return takePlainAnswer(index, &stream, head, answer.status, asked) }
        // Without a request it has to say itself what it upgrades to.
        guard asked == .upgrade || asked == nil, answer.isWebSocket ?? hasRequest else { return .refused }
        connections[index].isPlain = false
        connections[index].chosen = answer.subprotocol
        connections[index].deflate = answer.deflate
        connections[index].hasOtherExtension = answer.hasOtherExtension
        connections[index].isAnswered = true
        stream.phase = .frames
        if !hasRequest, connections[index].toServer.isOpening {
            // The request was not seen: what the client sends from now on are frames.
            connections[index].toServer.phase = .lost
            connections[index].toServer.hasGap = true
        }
        var notes = CarrierViolations()
        let isOffered = answer.subprotocol.isSubset(of: request.subprotocols)
        if answer.isWebSocket == nil || !answer.isConnection || answer.isProven == false || hasRequest && !isOffered {
            notes.insert(.answerFields)
        }
        let isExtensionOffered =
            (request.offersDeflate || !answer.deflate.isAgreed)
            && (request.offersOtherExtension || !answer.hasOtherExtension)
        if hasRequest, !isExtensionOffered { notes.insert(.extensionNotOffered) }
        if answer.deflate.isWrong { notes.insert(.deflateParameters) }
        connections[index].note(notes, .toClient)
        counters.opened &+= 1
        return .upgraded
    }

    private mutating func takePlainAnswer(
        _ index: Int, _ stream: inout WebSocketStream, _ head: RawSpan, _ status: Int, _ asked: HTTPExchanges.Kind?
    ) -> AnswerVerdict {
        guard let asked, status >= 200 else { return .refused }
        // These never have a body (RFC 9112, 6.3).
        let isBare =
            asked == .head || status == 204 || status == 304 || asked == .connect && (200..<300).contains(status)
        guard pass(isBare ? .none : HTTPMessage(head).body, &stream) else { return .refused }
        guard asked == .upgrade else { return .plain }
        connections[index].request = WebSocketRequest()
        connections[index].hasRequest = false
        connections[index].notesToServer = CarrierViolations()
        if connections[index].toServer.phase == .waiting { connections[index].toServer.phase = .head }
        return stayPlain(index) ? .again : .refused
    }

    /// The head of a direction is lost.
    ///
    /// Without the answer nobody knows whether messages are compressed: what was offered is taken for agreed on.
    mutating func answerIsLost(_ index: Int, _ direction: Direction) {
        guard direction == .toClient, !connections[index].isAnswered else { return }
        connections[index].isAnswered = true
        connections[index].deflate.isAgreed = connections[index].request.offersDeflate
    }
}
