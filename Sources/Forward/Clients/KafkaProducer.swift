import CKafka

/// A producer of librdkafka: idempotent, confirmed by all replicas in sync, and without an expiry of its own.
final class KafkaProducer {
    private let handle: KafkaHandle

    /// Makes a producer with settings of librdkafka.
    ///
    /// - Throws: `CurlSession.Failure` with what is wrong with them.
    init(_ settings: [(String, String)]) throws(CurlSession.Failure) {
        handle = try KafkaHandle(settings)
    }

    /// Hands a message over to be sent; what became of it comes by `reports`.
    ///
    /// - Returns: `nil`, or why it was not taken.
    func produce(_ topic: String, key: [UInt8], _ bytes: [UInt8], identifier: String, number: UInt64) -> KafkaError? {
        let code = kafka_produce(
            handle.pointer, topic, key, key.count, bytes, bytes.count, identifier, number)
        return code == 0 ? nil : KafkaError(code: code)
    }

    /// What became of messages: waits so many milliseconds at most.
    func reports(_ milliseconds: Int32) -> [(number: UInt64, error: KafkaError?)] {
        var reports = [kafka_report](repeating: kafka_report(), count: 1000)
        let count = kafka_poll(handle.pointer, milliseconds, &reports, Int32(reports.count))
        return reports.prefix(Int(count)).map { ($0.number, $0.error == 0 ? nil : KafkaError(code: $0.error)) }
    }

    /// Whether it recovers from nothing any more.
    var isFatal: Bool { kafka_is_fatal(handle.pointer) != 0 }

    /// The last error that is not about one message; empty for none.
    var problem: String {
        var text = [CChar](repeating: 0, count: 512)
        kafka_problem(handle.pointer, &text, text.count)
        // What follows counts how often and when: the same problem is said once.
        return KafkaError.text(text).split(separator: " (after ").first.map(String.init) ?? ""
    }

    /// The replicas of a topic, the fewest of all its partitions; 0 where there is no such topic, `nil` where nobody answers.
    func replicas(of topic: String, milliseconds: Int32) -> Int? {
        let count = kafka_replicas(handle.pointer, topic, milliseconds)
        return count < 0 ? nil : Int(count)
    }
}

/// An error of librdkafka.
struct KafkaError: Error {
    let code: Int32

    /// Whether the message itself is refused, however often it comes: too large, or not valid.
    var isAboutTheMessage: Bool {
        code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE.rawValue || code == RD_KAFKA_RESP_ERR_INVALID_MSG.rawValue
            || code == RD_KAFKA_RESP_ERR_INVALID_RECORD.rawValue
            || code == RD_KAFKA_RESP_ERR__BAD_MSG.rawValue
    }

    /// Whether the producer has no room for more now.
    var isQueueFull: Bool { code == RD_KAFKA_RESP_ERR__QUEUE_FULL.rawValue }

    /// What it says.
    var reason: String {
        var text = [CChar](repeating: 0, count: 256)
        kafka_error_text(code, &text, text.count)
        return Self.text(text)
    }

    static func text(_ bytes: [CChar]) -> String {
        String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// The owner of what librdkafka has made.
private final class KafkaHandle {
    let pointer: UnsafeMutablePointer<kafka_producer>

    init(_ settings: [(String, String)]) throws(CurlSession.Failure) {
        var text = [CChar](repeating: 0, count: 512)
        let configuration = kafka_settings_new()
        for (name, value) in settings {
            guard kafka_settings_set(configuration, name, value, &text, text.count) == 0 else {
                kafka_settings_free(configuration)
                // What the library says may hold the value.
                throw CurlSession.Failure(reason: "librdkafka does not take the setting '\(name)'")
            }
        }
        guard let made = kafka_producer_new(configuration, &text, text.count) else {
            kafka_settings_free(configuration)
            throw CurlSession.Failure(reason: KafkaError.text(text))
        }
        pointer = made
    }

    deinit { kafka_producer_free(pointer) }
}
