import Alerts
import Foundation

/// A topic of Kafka.
///
/// A message waits in the producer until all replicas in sync have it, however long that takes; it is never given up and never
/// handed over twice by one producer. Idempotence covers one producer only, so a far end drops doubles by the id (header `id`,
/// and in each document).
final class KafkaTarget: ForwardTarget {
    /// How long nothing may be confirmed before that is told, in seconds.
    private static let patience = 10.0

    private let settings: TargetSettings
    private let writer: RecordWriter
    private let topic: String
    private let options: [(String, String)]
    private var producer: KafkaProducer?
    private var isTopicKnown = false
    /// What is in the producer, by the number that it was given.
    private var waiting: [UInt64: ForwardRecord] = [:]
    private var dead: [DeadLetter] = []
    private var number: UInt64 = 0

    init(_ settings: TargetSettings) throws(ForwardError) {
        self.settings = settings
        writer = RecordWriter(settings)
        topic = settings.topic ?? ""
        options = try Self.options(settings)
        do throws(CurlSession.Failure) { producer = try KafkaProducer(options) } catch {
            throw ForwardError(78, "\(settings.name): \(error.reason)")
        }
    }

    /// The settings of librdkafka.
    static func options(_ settings: TargetSettings) throws(ForwardError) -> [(String, String)] {
        // One request to a broker at a time: of several, the library takes an earlier one for stored when a later one is confirmed,
        // which is right only where the broker holds to the sequence numbers of idempotence.
        var options = [
            ("max.in.flight", "1"),
            ("bootstrap.servers", settings.brokers.joined(separator: ",")), ("client.id", "earshot-forward"),
            ("enable.idempotence", "true"), ("acks", "all"), ("message.timeout.ms", "0"), ("linger.ms", "5"),
            ("queue.buffering.max.messages", "20000"), ("queue.buffering.max.kbytes", "65536"),
            ("message.max.bytes", "1000000"), ("reconnect.backoff.max.ms", "10000"), ("log_level", "0"),
            ("socket.keepalive.enable", "true"), ("compression.codec", "lz4"),
            ("topic.metadata.refresh.interval.ms", "30000"),
            (
                "security.protocol",
                settings.saslMechanism == nil
                    ? (settings.tls ? "ssl" : "plaintext") : (settings.tls ? "sasl_ssl" : "sasl_plaintext")
            ),
        ]
        if let file = settings.caFile { options.append(("ssl.ca.location", file)) }
        if let certificate = settings.certificateFile, let key = settings.keyFile {
            options.append(("ssl.certificate.location", SecretFile.path(certificate)))
            options.append(("ssl.key.location", SecretFile.path(key)))
        }
        if let mechanism = settings.saslMechanism, let user = settings.user, let file = settings.passwordFile {
            options.append(("sasl.mechanisms", mechanism))
            options.append(("sasl.username", user))
            options.append(("sasl.password", try SecretFile.readLine(file)))
        }
        return options
    }

    func deliver(_ records: [ForwardRecord], _ summary: RecordSummary?) throws(DeliveryFailure) -> [DeadLetter] {
        let producer = try ready(records)
        // What is in the producer already stays there: only what it has not is handed over.
        let known = Set(waiting.values.map(\.sequence))
        for record in records where !known.contains(record.sequence) { try hand(record, to: producer, records) }
        var last = ContinuousClock.now
        while !waiting.isEmpty {
            if take(producer.reports(200)) > 0 { last = ContinuousClock.now }
            if producer.isFatal { throw renewed(records, "the producer had to be made anew: \(producer.problem)") }
            guard ContinuousClock.now - last < .seconds(min(Self.patience, settings.timeout)) else {
                let problem = producer.problem
                throw failure(records, problem.isEmpty ? "the brokers confirm nothing" : problem)
            }
        }
        if let reason = refused.values.first { throw failure(records, reason) }
        defer { dead = [] }
        return dead
    }

    private func hand(
        _ record: ForwardRecord, to producer: KafkaProducer, _ records: [ForwardRecord]
    ) throws(DeliveryFailure) {
        guard let line = writer.line(record) else { return }
        // Revisions of an alert stay in their order: they have one key, and so one partition.
        let key = record.alert.map { "\(record.sensor):\($0.stored.id)" } ?? record.sensor
        while true {
            number += 1
            guard
                let error = producer.produce(
                    topic, key: Array(key.utf8), Array(line.utf8), identifier: record.id, number: number)
            else {
                waiting[number] = record
                return
            }
            if error.isAboutTheMessage { return dead.append(DeadLetter(record: record, reason: error.reason)) }
            guard error.isQueueFull else { throw failure(records, error.reason) }
            _ = take(producer.reports(100))
        }
    }

    /// Takes reports; how many there were.
    private func take(_ reports: [(number: UInt64, error: KafkaError?)]) -> Int {
        for report in reports {
            guard let record = waiting.removeValue(forKey: report.number) else { continue }
            guard let error = report.error else { continue }
            if error.isAboutTheMessage {
                dead.append(DeadLetter(record: record, reason: error.reason))
            } else {
                // It comes again, as one that was never handed over.
                refused[record.sequence] = error.reason
            }
        }
        return reports.count
    }

    /// Why messages came back, by the sequence of their records.
    private var refused: [Int64: String] = [:]

    private func ready(_ records: [ForwardRecord]) throws(DeliveryFailure) -> KafkaProducer {
        if let producer, isTopicKnown { return producer }
        do throws(CurlSession.Failure) {
            let made: KafkaProducer
            if let producer { made = producer } else { made = try KafkaProducer(options) }
            producer = made
            guard let replicas = made.replicas(of: topic, milliseconds: Int32(settings.timeout * 1000)) else {
                _ = made.reports(0)
                throw CurlSession.Failure(
                    reason:
                        "no broker of \(settings.brokers.joined(separator: ", ")) answers\(made.problem.isEmpty ? "" : ": \(made.problem)")"
                )
            }
            guard replicas > 0 || settings.createTopic else {
                throw CurlSession.Failure(
                    reason: "there is no topic '\(topic)'; make it with as many replicas as it deserves, or say "
                        + "'create_topic: true'")
            }
            isTopicKnown = true
            return made
        } catch { throw DeliveryFailure(error.reason, remaining: records) }
    }

    /// Those that are not confirmed, in their order.
    private func failure(_ records: [ForwardRecord], _ reason: String) -> DeliveryFailure {
        let open = Set(waiting.values.map(\.sequence))
        let left = records.filter { open.contains($0.sequence) || refused[$0.sequence] != nil }
        let letters = dead
        (dead, refused) = ([], [:])
        return DeliveryFailure(reason, remaining: left, deadLetters: letters)
    }

    /// A new producer sends again what the old one had.
    private func renewed(_ records: [ForwardRecord], _ reason: String) -> DeliveryFailure {
        let failure = failure(records, reason)
        producer = nil
        waiting = [:]
        isTopicKnown = false
        return failure
    }

    func test(_ record: ForwardRecord) throws(DeliveryFailure) -> String {
        let letters = try deliver([record], nil)
        let line = writer.line(record) ?? ""
        if let letter = letters.first { return "refused: \(letter.reason)" }
        let replicas = producer?.replicas(of: topic, milliseconds: 5000) ?? 0
        let warning = replicas == 1 ? "\nthe topic has one replica: what its broker loses is lost" : ""
        return "to the topic \(topic):\n\(line)\n\nconfirmed by all replicas in sync; replicas: \(replicas)\(warning)"
    }
}
