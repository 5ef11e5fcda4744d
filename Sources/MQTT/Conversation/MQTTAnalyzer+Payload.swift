import Bytes
import Events
import Tables

extension MQTTAnalyzer {
    /// Where the payload of a PUBLISH begins, of which the first bytes are held; `nil` for other packets, and where its
    /// properties are longer than what is held.
    ///
    /// - Parameters:
    ///   - id: its session, which knows whether there are properties.
    ///   - head: the message from its first byte, as far as it is held.
    ///   - wholeLength: the length of the whole message in bytes.
    /// - Returns: the offset of the payload from the first byte of the message.
    public func payloadStart(_ id: MQTTSessionID, head: RawSpan, wholeLength: Int) -> Int? {
        var notes = MQTTNotes(version: version(of: id), direction: .toServer)
        if let index = sessions.slot(of: id) { notes.versionEvidence = sessions[index].versionEvidence }
        let message = MQTTMessage(head, wholeLength: wholeLength, &notes)
        guard case .publish(let publish) = message.body, let payload = publish.payload, !message.isFatal else {
            return nil
        }
        return payload.offset
    }
}
