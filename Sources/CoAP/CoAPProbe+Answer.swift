import Bytes

extension CoAPProbe {
    /// Whether one datagram answers another, which is the proof that a flow on a strange port is CoAP.
    ///
    /// Both have passed `verdict`. A response has the token of its request (RFC 7252, 5.3.2); piggy-backed it has the
    /// message id as well (5.2.1). That both stand at the ends of one flow is for the caller to know.
    public static func isAnswer(_ response: RawSpan, to request: RawSpan) -> Bool {
        guard let question = CoAPMessage(request), let answer = CoAPMessage(response) else { return false }
        guard question.code.isRequest, answer.code.isResponse else { return false }
        guard request.slice(question.token).elementsEqual(response.slice(answer.token)) else { return false }
        return answer.type != .acknowledgement || answer.messageID == question.messageID
    }
}
