import Bytes

/// Words that have digits, or look like hexadecimal numbers, and are neither number nor identifier.
enum NameWords {
    /// Whether it is a substance, a version or a technique whose name has a digit, such as `co2`, `v2` or `zigbee2mqtt`.
    static func isTerm(_ bytes: RawSpan) -> Bool {
        isVersion(bytes) || isBridge(bytes) || terms.contains { isSame(bytes, $0) }
    }

    /// `v` and up to two digits: another version of an interface is another thing.
    private static func isVersion(_ bytes: RawSpan) -> Bool {
        guard (2...3).contains(bytes.byteCount), bytes.byte(at: 0) | 0x20 == UInt8(ascii: "v") else { return false }
        for place in 1..<bytes.byteCount where CharacterClass(bytes.byte(at: place)) != .digit { return false }
        return true
    }

    /// Two words with a `2` between them, for "to".
    private static func isBridge(_ bytes: RawSpan) -> Bool {
        var (turn, place) = (0, 0)
        while place < bytes.byteCount {
            if CharacterClass(bytes.byte(at: place)) == .digit {
                guard turn == 0, bytes.byte(at: place) == UInt8(ascii: "2") else { return false }
                turn = place
            }
            place &+= 1
        }
        return turn >= 3 && bytes.byteCount - turn > 3
    }

    /// English words of six letters and more that are hexadecimal digits.
    static func isHexadecimalWord(_ bytes: RawSpan) -> Bool {
        bytes.byteCount <= 8 && hexadecimal.contains { isSame(bytes, $0) }
    }

    /// Whether the bytes are a word in whatever case.
    static func isSame(_ bytes: RawSpan, _ word: StaticString) -> Bool {
        guard bytes.byteCount == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { text in
            for place in 0..<text.count {
                let byte = bytes.byte(at: place)
                let folded = CharacterClass(byte) == .upper ? byte | 0x20 : byte
                if folded != text[place] { return false }
            }
            return true
        }
    }

    private static let terms: [StaticString] = [
        "co2", "no2", "so2", "o2", "o3", "n2", "h2", "h2s", "h2o", "ch4", "nh3", "pm1", "pm4", "pm10", "pm25", "eco2",
        "i2c", "ipv4", "ipv6", "rs232", "rs485", "mp3", "mp4", "h264", "h265", "utf8", "base64", "sha256", "md5",
        "oauth2", "x509", "s3", "ec2", "m2m", "p2p", "3d", "2d", "4g", "5g", "0rtt", "http2", "k8s", "lwm2m", "x86",
        "arm64", "esp32", "esp8266", "rtl433", "stm32", "s7", "1wire", "d2d", "d2c", "c2d", "l2", "n2k", "nmea2000",
    ]
    private static let hexadecimal: [StaticString] = [
        "facade", "decade", "accede", "efface", "deface", "beaded", "dabbed", "effaced", "defaced", "acceded",
    ]
}

/// Words behind which a secret stands in a path.
enum SecretWords {
    /// Whether a level says that the next one is a secret.
    static func announces(_ level: RawSpan) -> Bool { words.contains { NameWords.isSame(level, $0) } }

    /// Whether a level says what to do with a secret, and is none.
    static func isVerb(_ level: RawSpan) -> Bool { verbs.contains { NameWords.isSame(level, $0) } }

    private static let words: [StaticString] = [
        "token", "tokens", "password", "passwd", "passphrase", "passcode", "pwd", "secret", "secrets", "apikey",
        "api_key",
        "api-key", "jwt", "bearer", "access_token", "access-token", "accesstoken", "credential", "sas", "psk",
    ]
    private static let verbs: [StaticString] = [
        "set", "get", "reset", "state", "status", "change", "update", "request", "result", "cmd", "command", "response",
        "create", "delete", "refresh", "revoke", "new", "renew",
    ]
}

/// The names that libraries and brokers invent for clients which give none.
enum LibraryNames {
    /// How long the constant beginning of such a name is; `nil` of another name.
    static func prefix(of name: RawSpan) -> Int? {
        for prefix in prefixes where name.starts(with: prefix) {
            let length = prefix.utf8CodeUnitCount
            guard name.byteCount > length else { return length }
            // What has a word of its own behind it was named by a person: mqtt_bridge, auto-kitchen.
            let rest = name.extracting(length..<name.byteCount)
            return isInvented(rest) ? length : nil
        }
        return nil
    }

    /// Letters and digits in one row without the look of a word: with digits, in mixed case, or of hexadecimal digits.
    private static func isInvented(_ rest: RawSpan) -> Bool {
        let run = NameRun(rest, from: 0)
        if NameShape.length(in: rest, at: 0)?.length == rest.byteCount { return true }
        guard run.end == rest.byteCount, run.length >= 4 else { return false }
        if run.digits > 0 || run.isHexadecimal { return true }
        return run.hasMixedCase
    }

    private static let prefixes: [StaticString] = [
        "mosq-", "mosq_", "auto-", "paho", "mqttjs_", "mqttx_", "mqtt-explorer-", "mqtt_explorer_", "nodered_", "mqtt_",
        "mqtt-", "emqx_", "hmq_", "lens_", "clientId-", "mqttui-", "rumqttc-", "rumqtt-", "mqttnet_", "gmqtt-",
    ]
}

/// Paths whose levels mean something by their places.
enum ResourcePath {
    /// Whether a path is one of LwM2M: object, instance, resource and its instance, each a number of 16 bits without leading
    /// zeros; as a template too, where `{n}` stands for an instance.
    static func isManaged(_ name: RawSpan) -> Bool {
        guard name.byteCount >= 2, name.byteCount <= 24, name.byte(at: 0) == UInt8(ascii: "/") else { return false }
        var (levels, value, digits, place) = (1, 0, 0, 1)
        while place < name.byteCount {
            let byte = name.byte(at: place)
            if byte == UInt8(ascii: "/") {
                guard digits > 0 else { return false }
                (levels, value, digits) = (levels + 1, 0, 0)
            } else if levels & 1 == 0, digits == 0, name.extracting(place...).starts(with: "{n}") {
                (digits, place) = (1, place + 2)
            } else {
                // A zero that leads is no number of these.
                guard CharacterClass(byte) == .digit, digits == 0 || value > 0 else { return false }
                digits += 1
                value = value * 10 + Int(byte - 0x30)
                guard value <= 65_535 else { return false }
            }
            place += 1
        }
        return digits > 0 && levels <= 4
    }

    /// Whether a path is that of a registration below `/rd`, whose name the directory made up (RFC 9176, 5; LwM2M Core 1.1,
    /// 6.2).
    static func isRegistration(_ name: RawSpan) -> Bool { name.starts(with: "/rd/") }
}
