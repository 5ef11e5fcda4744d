import Bytes

/// Whether bytes are the beginning of one side of an MQTT conversation.
public enum MQTTProbeVerdict: Hashable, Sendable {
    /// A CONNECT: the side of a client.
    case client
    /// A CONNACK: the side of a server.
    case server
    /// Both are possible still; more bytes decide.
    case needMore
    /// Not the beginning of an MQTT conversation.
    case no
}

/// Tells MQTT by content, whatever the port.
public enum MQTTProbe {
    /// Judges the first bytes of one direction of a stream; 13 bytes always decide a client.
    ///
    /// Allocates nothing.
    public static func verdict(_ bytes: RawSpan) -> MQTTProbeVerdict {
        guard bytes.byteCount > 0 else { return .needMore }
        switch bytes.byte(at: 0) >> 4 {
        case MQTTPacketType.connect.rawValue: return connect(bytes)
        case MQTTPacketType.connack.rawValue: return connack(bytes)
        default: return .no
        }
    }

    /// The protocol name decides; flags and level may be anything, so that a wrong CONNECT is still seen.
    private static func connect(_ bytes: RawSpan) -> MQTTProbeVerdict {
        switch VariableByteInteger(bytes, at: 1, end: bytes.byteCount) {
        case .tooLong: return .no
        case .incomplete: return .needMore
        case .value(let remaining, let length, _):
            // The name and the level must fit; what comes after may be wrong.
            let (mqtt, mqisdp) = (6 + 1, 8 + 1)
            let name = bytes.extracting((1 &+ length)..<bytes.byteCount)
            var verdict = MQTTProbeVerdict.no
            if remaining >= mqtt { verdict = better(verdict, compare(name, "\0\u{4}MQTT")) }
            if remaining >= mqisdp { verdict = better(verdict, compare(name, "\0\u{6}MQIsdp")) }
            return verdict
        }
    }

    private static func compare(_ bytes: RawSpan, _ expected: StaticString) -> MQTTProbeVerdict {
        if bytes.starts(with: expected) { return .client }
        let isPrefix = expected.withUTF8Buffer { buffer in
            bytes.byteCount < buffer.count && buffer.span.bytes.extracting(0..<bytes.byteCount).elementsEqual(bytes)
        }
        return isPrefix ? .needMore : .no
    }

    private static func better(_ one: MQTTProbeVerdict, _ other: MQTTProbeVerdict) -> MQTTProbeVerdict {
        one == .no ? other : one
    }

    /// Every byte of a short CONNACK is checked: it has no name to be known by.
    private static func connack(_ bytes: RawSpan) -> MQTTProbeVerdict {
        guard bytes.byte(at: 0) == 0x20 else { return .no }
        switch VariableByteInteger(bytes, at: 1, end: bytes.byteCount) {
        case .tooLong: return .no
        case .incomplete: return .needMore
        case .value(let remaining, let length, let isMinimal):
            guard isMinimal, remaining >= 2 else { return .no }
            var cursor = MessageCursor(position: 1 &+ length, end: .max, held: bytes.byteCount)
            do throws(MQTTStop) {
                let flags = try cursor.byte(bytes)
                guard flags <= 1 else { return .no }
                let code = try cursor.byte(bytes)
                guard code == 0 || flags == 0 else { return .no }
                let isKnown = MQTTReasonCode(rawValue: code).isAllowed(in: .connack)
                if remaining == 2 { return isKnown || MQTTReturnCode(rawValue: code).isKnown ? .server : .no }
                guard isKnown else { return .no }
                let start = cursor.position
                let properties = try cursor.variableInteger(bytes)
                return remaining == 2 &+ (cursor.position &- start) &+ properties.value ? .server : .no
            } catch {
                return error == .behindHead ? .needMore : .no
            }
        }
    }
}
