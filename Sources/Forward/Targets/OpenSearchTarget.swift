import Foundation

/// OpenSearch or Elasticsearch by the bulk API: each record is created under its own id, so that one that comes twice is there
/// once.
///
/// An answer of 200 says nothing: each item has a status of its own. 409 means that it is there already; 429 and 5xx, that it is
/// to come again; what else is refused is a dead letter, and the rest of the batch counts.
final class OpenSearchTarget: ForwardTarget {
    private let settings: TargetSettings
    private let writer: RecordWriter
    private let session: CurlSession
    private let url: String
    private let headers: [String]

    init(_ settings: TargetSettings) throws(ForwardError) {
        self.settings = settings
        writer = RecordWriter(settings)
        session = try CurlSession(settings)
        var base = settings.url ?? ""
        while base.hasSuffix("/") { base.removeLast() }
        url = "\(base)/\(settings.index)/_bulk"
        var headers = ["Content-Type: application/x-ndjson"]
        if let file = settings.authorizationFile {
            headers.append("Authorization: \(try SecretFile.readLine(file))")
        } else if let user = settings.user, let file = settings.passwordFile {
            let pair = Data("\(user):\(try SecretFile.readLine(file))".utf8).base64EncodedString()
            headers.append("Authorization: Basic \(pair)")
        }
        self.headers = headers
    }

    func deliver(_ records: [ForwardRecord], _ summary: RecordSummary?) throws(DeliveryFailure) -> [DeadLetter] {
        let answer = try post(records)
        switch answer.status {
        case 200...299: break
        case 400, 413:
            // The fault may be that of one record, or of their number.
            if records.count > 1 { return try deliverHalves(records) }
            return records.map { DeadLetter(record: $0, reason: "\(answer.status): \(answer.excerpt)") }
        default:
            throw DeliveryFailure(
                "\(answer.status): \(answer.excerpt)", retryAfter: answer.retryAfter > 0 ? answer.retryAfter : nil,
                remaining: records)
        }
        let outcome = BulkAnswer.read(answer.body, records)
        if let problem = outcome.problem { throw DeliveryFailure(problem, remaining: records) }
        guard outcome.remaining.isEmpty else {
            throw DeliveryFailure(
                outcome.reason, retryAfter: answer.retryAfter > 0 ? answer.retryAfter : nil,
                remaining: outcome.remaining,
                deadLetters: outcome.deadLetters)
        }
        return outcome.deadLetters
    }

    private func post(_ records: [ForwardRecord]) throws(DeliveryFailure) -> CurlSession.Answer {
        do throws(CurlSession.Failure) { return try session.post(url, headers, body(records)) } catch {
            throw DeliveryFailure(error.reason, remaining: records)
        }
    }

    private func body(_ records: [ForwardRecord]) -> [UInt8] {
        var bytes: [UInt8] = []
        for record in records {
            // Ids are ours: digits, letters, `:`, `-`, `_` and `.`.
            bytes += Array("{\"create\":{\"_id\":\"\(record.id)\"}}\n".utf8)
            bytes += Array((writer.line(record) ?? "{}").utf8)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    func test(_ record: ForwardRecord) throws(DeliveryFailure) -> String {
        let answer = try post([record])
        let shown = headers.map { $0.hasPrefix("Authorization:") ? "Authorization: (from its file)" : $0 }
        let request =
            "POST \(url)\n\(shown.joined(separator: "\n"))\n\n\(String(decoding: body([record]), as: UTF8.self))"
        return "\(request)\n\(answer.status) \(String(decoding: answer.body.prefix(2000), as: UTF8.self))"
    }
}

/// What the bulk API says of each item.
struct BulkAnswer {
    /// Those that are to come again, in their order.
    var remaining: [ForwardRecord] = []
    /// Those that will never be taken.
    var deadLetters: [DeadLetter] = []
    /// Why the first of them is to come again.
    var reason = ""
    /// Why it is no answer at all; `nil` where it is one.
    var problem: String?

    /// Reads an answer to so many items.
    static func read(_ body: [UInt8], _ records: [ForwardRecord]) -> BulkAnswer {
        var outcome = BulkAnswer()
        guard let object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any],
            let items = object["items"] as? [[String: Any]], items.count == records.count
        else {
            outcome.problem = "the answer is not that of a bulk request with \(records.count) items"
            return outcome
        }
        for (item, record) in zip(items, records) {
            let result = (item["create"] ?? item.values.first) as? [String: Any]
            let status = (result?["status"] as? NSNumber)?.intValue ?? 0
            let error = result?["error"] as? [String: Any]
            let words = [error?["type"], error?["reason"]].compactMap { $0 as? String }.joined(separator: ": ")
            switch status {
            case 200...299, 409: continue
            case 0, 408, 429, 500...599:
                if outcome.remaining.isEmpty { outcome.reason = "\(status): \(words)" }
                outcome.remaining.append(record)
            default: outcome.deadLetters.append(DeadLetter(record: record, reason: cut("\(status): \(words)", 500)))
            }
        }
        return outcome
    }
}
