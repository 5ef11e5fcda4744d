import Bytes
import Events

extension WebSocketTable {
    /// Takes the whole head of a request; `false` where it asks for something else.
    mutating func takeRequest(_ index: Int, _ stream: inout WebSocketStream, _ head: RawSpan) -> Bool {
        let request = WebSocketRequest(head)
        guard request.isUpgrade else { return false }
        connections[index].request = request
        connections[index].hasRequest = true
        if request.isWrong { connections[index].note(CarrierViolations(.requestFields), .toServer) }
        stream.phase = connections[index].isAnswered ? .frames : .waiting
        return true
    }

    enum AnswerVerdict {
        case upgraded, interim, refused
    }

    /// Takes the whole head of an answer.
    mutating func takeAnswer(_ index: Int, _ stream: inout WebSocketStream, _ head: RawSpan) -> AnswerVerdict {
        let request = connections[index].request
        let hasRequest = connections[index].hasRequest
        let answer = WebSocketAnswer(head, proof: request.proof)
        if (100..<200).contains(answer.status), answer.status != 101 { return .interim }
        // Without a request it has to say itself what it upgrades to.
        guard answer.status == 101, answer.isWebSocket ?? hasRequest else { return .refused }
        connections[index].chosen = answer.subprotocol
        connections[index].deflate = answer.deflate
        connections[index].hasOtherExtension = answer.hasOtherExtension
        connections[index].isAnswered = true
        stream.phase = .frames
        if !hasRequest, connections[index].toServer.phase == .head {
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

    /// The head of a direction is lost. Without the answer nobody knows whether messages are compressed: what was offered
    /// is taken for agreed on.
    mutating func answerIsLost(_ index: Int, _ direction: Direction) {
        guard direction == .toClient, !connections[index].isAnswered else { return }
        connections[index].isAnswered = true
        connections[index].deflate.isAgreed = connections[index].request.offersDeflate
    }
}
