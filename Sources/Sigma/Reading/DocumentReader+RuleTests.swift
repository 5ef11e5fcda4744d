/// `earshot.tests`: what a rule must find, and what it must not.
extension DocumentReader {
    /// The longest list of messages.
    private static let mostMessages = 1000

    mutating func tests(_ node: YAMLNode) -> [EarshotExtension.RuleTest]? {
        guard case .list(let items) = node.content else {
            error(.wrongType, node.position, "`tests` must be a list, but this is \(node.kindName)")
            return nil
        }
        return items.compactMap { test($0) }
    }

    private mutating func test(_ node: YAMLNode) -> EarshotExtension.RuleTest? {
        guard let map = map(node, "a test") else { return nil }
        let alerts = required("alerts", in: map, of: "a test", at: node.position).flatMap { count($0) }
        if map["messages"] == nil, let list = map["events"] { return test(map, events: list, alerts, node) }
        guard let list = map["messages"] else {
            checkKeys(of: map, ["capture", "messages", "events", "alerts"], in: "a test")
            let hint = "or `messages`, a list such as [\"> 8206000100012300\"]"
            let capture = required("capture", in: map, of: "a test", at: node.position, hint: hint)
                .flatMap { line($0, "the capture") }
            guard let capture, let alerts else { return nil }
            return EarshotExtension.RuleTest(capture: capture.value, alerts: alerts, position: node.position)
        }
        if let capture = map.entries.first(where: { $0.key.value == "capture" }) {
            error(.unexpectedField, capture.key.position, "a test has a `capture` or `messages`, not both")
            return nil
        }
        checkKeys(of: map, ["messages", "client", "server", "alerts"], in: "a test with messages")
        let messages = messages(list)
        let client = map["client"].map { address($0, "the client") }
        let server = map["server"].map { address($0, "the server") }
        guard let messages, let alerts, client != .some(nil), server != .some(nil) else { return nil }
        return EarshotExtension.RuleTest(
            capture: "", messages: messages, client: client ?? nil, server: server ?? nil, alerts: alerts,
            position: node.position)
    }

    private mutating func test(
        _ map: YAMLMap, events list: YAMLNode, _ alerts: Int?, _ node: YAMLNode
    ) -> EarshotExtension.RuleTest? {
        checkKeys(of: map, ["events", "alerts"], in: "a test with events")
        guard let events = lines(list, "the events", orOne: true), let alerts else { return nil }
        guard (1...Self.mostMessages).contains(events.count) else {
            error(.badCount, list.position, "a test has 1 to \(Self.mostMessages) events")
            return nil
        }
        return EarshotExtension.RuleTest(
            capture: "", events: events.map(\.value), alerts: alerts, position: node.position)
    }

    private mutating func messages(_ node: YAMLNode) -> [EarshotExtension.Message]? {
        guard let texts = lines(node, "the messages", orOne: true) else { return nil }
        guard !texts.isEmpty else {
            error(.emptyValue, node.position, "the list of messages is empty")
            return nil
        }
        guard texts.count <= Self.mostMessages else {
            error(.badCount, node.position, "a test has at most \(Self.mostMessages) messages")
            return nil
        }
        var messages: [EarshotExtension.Message] = []
        for text in texts {
            let (message, problem) = EarshotExtension.Message.read(text.value)
            if let message {
                messages.append(message)
            } else {
                error(
                    .badMessage, text.position, "this is no message: \(problem)",
                    "such as \"> 8206000100012300\" or \"< +200ms 9003000100\"")
            }
        }
        return messages.count == texts.count ? messages : nil
    }

    private mutating func address(_ node: YAMLNode, _ what: String) -> String? {
        guard let text = line(node, what) else { return nil }
        let parts = text.value.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isDigits = parts.joined().allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        let numbers = parts.compactMap { UInt8(String(decoding: $0, as: UTF8.self)) }
        guard isDigits, parts.count == 4, numbers.count == 4 else {
            error(.badMessage, node.position, "\(what) is not an IPv4 address", "such as 203.0.113.7")
            return nil
        }
        return text.value
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
