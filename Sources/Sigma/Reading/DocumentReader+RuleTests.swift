/// `earshot.tests`: what a rule must find, and what it must not.
extension DocumentReader {
    mutating func tests(_ node: YAMLNode) -> [EarshotExtension.RuleTest]? {
        guard case .list(let items) = node.content else {
            error(.wrongType, node.position, "`tests` must be a list, but this is \(node.kindName)")
            return nil
        }
        return items.compactMap { test($0) }
    }

    private mutating func test(_ node: YAMLNode) -> EarshotExtension.RuleTest? {
        guard let map = map(node, "a test") else { return nil }
        checkKeys(of: map, ["capture", "messages", "alerts"], in: "a test")
        let alerts = required("alerts", in: map, of: "a test", at: node.position).flatMap { count($0) }
        if let messages = map.entries.first(where: { $0.key.value == "messages" }) {
            if map["capture"] != nil {
                error(.unexpectedField, messages.key.position, "a test has a `capture` or `messages`, not both")
                return nil
            }
            guard let read = self.messages(messages.value), let alerts else { return nil }
            return EarshotExtension.RuleTest(capture: "", messages: read, alerts: alerts, position: node.position)
        }
        let capture = required("capture", in: map, of: "a test", at: node.position).flatMap { line($0, "the capture") }
        guard let capture, let alerts else { return nil }
        return EarshotExtension.RuleTest(capture: capture.value, alerts: alerts, position: node.position)
    }

    private mutating func messages(_ node: YAMLNode) -> [EarshotExtension.Message]? {
        guard let lines = lines(node, "the messages", orOne: true) else { return nil }
        guard !lines.isEmpty else {
            error(.emptyValue, node.position, "the list of messages is empty")
            return nil
        }
        let messages = lines.compactMap { line -> EarshotExtension.Message? in
            if let message = EarshotExtension.Message(line.value) { return message }
            error(
                .badMessage, line.position, "`\(line.value)` is not a message in hexadecimal",
                "\"> 8206000100012300\" comes from the client, \"< 2002 0000\" from the server")
            return nil
        }
        return messages.count == lines.count ? messages : nil
    }

    private mutating func count(_ node: YAMLNode) -> Int? {
        guard let value = int(node, "the number of alerts") else { return nil }
        guard let count = Int(exactly: value), (0...1_000_000).contains(count) else {
            error(.badCount, node.position, "the number of alerts must lie between 0 and 1000000")
            return nil
        }
        return count
    }
}

extension EarshotExtension.Message {
    /// Reads `> 8206 0001`; `nil` for anything else. Spaces do not count.
    init?(_ text: String) {
        let bytes = text.utf8.filter { $0 != UInt8(ascii: " ") }
        guard let direction = bytes.first, direction == UInt8(ascii: ">") || direction == UInt8(ascii: "<"),
            bytes.count > 2, bytes.count % 2 == 1
        else { return nil }
        isToServer = direction == UInt8(ascii: ">")
        self.bytes = []
        for index in stride(from: 1, to: bytes.count, by: 2) {
            guard let high = Self.digit(bytes[index]), let low = Self.digit(bytes[index + 1]) else { return nil }
            self.bytes.append(high << 4 | low)
        }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte &- 0x30
        case 0x41...0x46, 0x61...0x66: (byte | 0x20) &- 0x61 &+ 10
        default: nil
        }
    }
}
