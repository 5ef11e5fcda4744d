extension EarshotExtension {
    /// A test of a rule: `{capture: mqtt/x.pcap, alerts: 1}`, `{messages: ["> 8206000100012300"], alerts: 1}`, or
    /// `{events: ['{"sensor.sign":"drops"}'], alerts: 1}`.
    public struct RuleTest: Sendable {
        /// Path of a capture, below the folder of captures; empty where messages or events are given.
        public var capture: String
        /// What a made-up conversation consists of, in this order; empty where a capture is named.
        public var messages: [Message] = []
        /// Events as `earshot decode` prints them, in this order; empty where a capture or messages are given.
        public var events: [String] = []
        /// The address of the first client; `nil` for the usual one.
        public var client: String?
        /// The address of the server; `nil` for the usual one.
        public var server: String?
        /// How many alert rows of this rule the capture or the conversation must raise.
        public var alerts: Int
        /// Where it stands.
        public var position: SourcePosition

        /// What the test is about, in a few words: the capture, or how many messages.
        public var subject: String {
            guard capture.isEmpty else { return capture }
            if !events.isEmpty { return events.count == 1 ? "1 event" : "\(events.count) events" }
            return messages.count == 1 ? "1 message" : "\(messages.count) messages"
        }
    }

    /// What one end of a made-up conversation sends at once: one message or several.
    public struct Message: Hashable, Sendable {
        /// Which client, from 1; each has an address, a port and a connection of its own.
        public var client: Int
        /// Whether the client sends it, else the server.
        public var isToServer: Bool
        /// How long after the message before, in nanoseconds; `nil` where the text does not say.
        public var delay: Int64?
        /// The bytes of the message.
        public var bytes: [UInt8]

        /// The most clients of one test.
        public static let clients = 250
    }
}

extension EarshotExtension.Message {
    /// Reads `[CLIENT]DIRECTION [+TIME] HEX`, such as `> 8206000100012300`, `< +200ms 9003000100` or `2> +1m c000`.
    ///
    /// `>` goes to the server, `<` to the client; a number before it names the client; a time is a whole number and `ms`,
    /// `s`, `m`, `h` or `d`; blanks between the bytes do not count.
    ///
    /// - Returns: `nil` with what is wrong in a sentence.
    static func read(_ text: String) -> (message: Self?, problem: String) {
        let signs = text.utf8.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        var rest = text.utf8.dropFirst(signs.count)
        guard let sign = rest.popFirst(), sign == UInt8(ascii: ">") || sign == UInt8(ascii: "<") else {
            return (nil, "a message begins with `>` (to the server) or `<` (to the client)")
        }
        let client = signs.isEmpty ? 1 : Int(String(decoding: signs, as: UTF8.self)) ?? 0
        guard (1...clients).contains(client) else { return (nil, "clients are numbered from 1 to \(clients)") }
        rest = rest.drop { $0 == UInt8(ascii: " ") }
        var delay: Int64?
        if rest.first == UInt8(ascii: "+") {
            let word = rest.dropFirst().prefix { $0 != UInt8(ascii: " ") }
            rest = rest.dropFirst(word.count + 1)
            guard let time = Self.delay(String(decoding: word, as: UTF8.self)) else {
                return (nil, "behind `+` stands a time such as 200ms, 15s or 1h")
            }
            delay = time
        }
        guard let bytes = hexadecimal(rest), !bytes.isEmpty else {
            return (nil, "the bytes of a message are pairs of hexadecimal digits")
        }
        return (Self(client: client, isToServer: sign == UInt8(ascii: ">"), delay: delay, bytes: bytes), "")
    }

    private static func delay(_ text: String) -> Int64? {
        guard text.hasSuffix("ms") else { return nanoseconds(ofDuration: text) }
        // As many seconds, a thousandth of their length.
        return nanoseconds(ofDuration: text.dropLast(2) + "s").map { $0 / 1000 }
    }

    private static func hexadecimal(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text where character != UInt8(ascii: " ") {
            let digit: UInt8
            switch character {
            case 0x30...0x39: digit = character - 0x30
            case 0x41...0x46: digit = character - 0x41 + 10
            case 0x61...0x66: digit = character - 0x61 + 10
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return high == nil ? bytes : nil
    }
}
