import Bytes
import Events

/// AUTH (MQTT 5.0, 3.15).
public struct MQTTAuth: Hashable, Sendable {
    /// `nil` where it is left out, which means success.
    public private(set) var reasonCode: UInt8?
    /// The properties.
    public private(set) var properties = MQTTProperties()

    init() {}

    /// Only the server ends an exchange, with success; only the client begins one anew (3.15.2.1, 4.12).
    private func check(_ code: MQTTReasonCode, _ notes: inout MQTTNotes) {
        notes.note(.reasonCode, if: !code.isAllowed(in: .auth))
        notes.note(.reasonCodeOfOtherSide, if: code.onlyDirection(in: .auth) == notes.direction.reversed)
        guard code != .continueAuthentication else { return }
        if notes.direction == .toClient {
            notes.note(.authCodeFromServer, if: code != .success)
        } else {
            notes.note(.authCodeFromClient, if: code != .reauthenticate)
        }
    }

    mutating func read(
        _ bytes: RawSpan, _ cursor: inout MessageCursor, _ notes: inout MQTTNotes
    ) throws(MQTTStop) {
        // A remaining length of 0 leaves out both (3.15.2.1).
        guard !cursor.isAtEnd else { return check(.success, &notes) }
        let code = try cursor.byte(bytes)
        reasonCode = code
        check(MQTTReasonCode(rawValue: code), &notes)
        try properties.read(bytes, &cursor, &notes)
        notes.note(.authMethodMissing, if: !properties.contains(.authenticationMethod))
    }
}
