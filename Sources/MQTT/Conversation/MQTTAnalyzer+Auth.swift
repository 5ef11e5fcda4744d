import Bytes
import Events
import Tables

/// Enhanced authentication (MQTT 5.0, 4.12).
extension MQTTAnalyzer {
    /// Takes in a step of an exchange.
    mutating func take(_ auth: MQTTAuth, _ index: Int, _ bytes: RawSpan, _ notes: inout MQTTNotes) {
        let isToServer = event.direction == .toServer
        let code = auth.reasonCode ?? 0
        let isStart = isToServer && code == 0x19
        if isStart { sessions[index].authCount = 0 }
        sessions[index].authCount &+= 1
        event.auth = isStart ? .again : code == 0 && !isToServer ? .success : .going
        if isStart { sessions[index].isReauthenticating = true }
        let isAgain = sessions[index].isReauthenticating
        if event.auth == .success { sessions[index].isReauthenticating = false }
        guard sessions[index].isComplete else { return }
        guard sessions[index].hasAuthMethod else {
            return notes.note(isToServer ? .authUnaskedFromClient : .authUnaskedFromServer)
        }
        if sessions[index].connacks == 0 {
            notes.note(isToServer ? .authNotContinuedByClient : .authNotContinuedByServer, if: code != 0x18)
        }
        // Without content it is a success without properties (3.15.2.1).
        guard auth.reasonCode != nil, !event.message.isFatal, !event.message.isCutShort else { return }
        checkMethod(auth.properties, index, bytes, isAgain ? .reauthMethodChanged : .authMethodChanged, &notes)
    }

    /// Notes a method other than that of the CONNECT, or none.
    func checkMethod(
        _ properties: MQTTProperties, _ index: Int, _ bytes: RawSpan, _ violation: MQTTViolation,
        _ notes: inout MQTTNotes
    ) {
        let known = sessions[index].authMethod
        guard !known.isEmpty else { return }
        let method = properties.bytes(.authenticationMethod, bytes)
        let isSame = method.map { bytes.slice($0).elementsEqual(known.span.bytes) } ?? false
        notes.note(violation, if: !isSame)
    }
}
