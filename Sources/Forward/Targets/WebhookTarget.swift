import Crypto
import Foundation

/// A web server that takes records by POST.
///
/// Only 2xx confirms. A redirect is not followed: it is an answer that people have to look at. 408, 425, 429 and 5xx are tried
/// again, as is everything that is no answer; what else is refused is tried again as well when it concerns all requests
/// (401, 403, 404 and redirects), and is a dead letter when it concerns this one (400, 413, 422).
final class WebhookTarget: ForwardTarget {
    private let settings: TargetSettings
    private let body: WebhookBody
    private let session: CurlSession
    private let url: String
    private let key: SymmetricKey?
    private let authorization: String?

    init(_ settings: TargetSettings) throws(ForwardError) {
        self.settings = settings
        body = WebhookBody(settings)
        session = try CurlSession(settings)
        url = settings.url ?? ""
        key = try settings.hmacKeyFile.map { file throws(ForwardError) in SymmetricKey(data: try SecretFile.read(file))
        }
        authorization = try settings.authorizationFile.map { file throws(ForwardError) in try SecretFile.readLine(file)
        }
    }

    func deliver(_ records: [ForwardRecord], _ summary: RecordSummary?) throws(DeliveryFailure) -> [DeadLetter] {
        let bytes = body.bytes(records, summary)
        let answer: CurlSession.Answer
        do throws(CurlSession.Failure) { answer = try session.post(url, headers(bytes, records), bytes) } catch {
            throw DeliveryFailure(error.reason, remaining: records)
        }
        switch answer.status {
        case 200...299: return []
        case 400, 413, 422:
            let reason = "\(answer.status): \(answer.excerpt)"
            // The fault may be that of one record, or of their number.
            guard records.count > 1 else { return try refused(records, summary, reason) }
            return try deliverHalves(records, summary)
        default:
            throw DeliveryFailure(
                reason(answer), retryAfter: answer.retryAfter > 0 ? answer.retryAfter : nil, remaining: records)
        }
    }

    /// One record is refused, or the summary that came with it, which is no dead letter: it waits for a far end that takes it.
    private func refused(
        _ records: [ForwardRecord], _ summary: RecordSummary?, _ reason: String
    ) throws(DeliveryFailure) -> [DeadLetter] {
        guard let summary else { return records.map { DeadLetter(record: $0, reason: reason) } }
        guard !records.isEmpty else { throw DeliveryFailure(reason, remaining: []) }
        do throws(DeliveryFailure) { _ = try deliver([], summary) } catch {
            throw DeliveryFailure(error.reason, retryAfter: error.retryAfter, remaining: records)
        }
        return try deliver(records, nil)
    }

    func test(_ record: ForwardRecord) throws(DeliveryFailure) -> String {
        let bytes = body.bytes([record], nil)
        let headers = headers(bytes, [record])
        let answer: CurlSession.Answer
        do throws(CurlSession.Failure) { answer = try session.post(url, headers, bytes) } catch {
            throw DeliveryFailure(error.reason, remaining: [])
        }
        // What is secret is not shown.
        let shown = headers.map { $0.hasPrefix("Authorization:") ? "Authorization: (from its file)" : $0 }
        let request =
            "POST \(Self.shown(url))\n\(shown.joined(separator: "\n"))\n\n\(String(decoding: bytes, as: UTF8.self))"
        return "\(request)\n\n\(answer.status) \(String(decoding: answer.body.prefix(2000), as: UTF8.self))"
    }

    /// The address without its path, which is the secret of many webhooks.
    static func shown(_ url: String) -> String {
        guard let parts = URL(string: url), let host = parts.host else { return "(url)" }
        return "\(parts.scheme ?? "https")://\(host)\(parts.port.map { ":\($0)" } ?? "")/…"
    }

    private func headers(_ bytes: [UInt8], _ records: [ForwardRecord]) -> [String] {
        var headers = ["Content-Type: application/json"]
        // The same for the same records, however often they are sent.
        let ids = records.map(\.id).joined(separator: "\n")
        headers.append("Idempotency-Key: \(RecordIdentity.hexadecimal(Array(ids.utf8), digits: 32))")
        if let authorization { headers.append("Authorization: \(authorization)") }
        if let key {
            let time = microsecondsNow() / 1_000_000
            let code = HMAC<Crypto.SHA256>.authenticationCode(for: Array("\(time).".utf8) + bytes, using: key)
            let digits = code.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
            headers.append("Earshot-Timestamp: \(time)")
            headers.append("Earshot-Signature: sha256=\(digits)")
        }
        return headers
    }

    private func reason(_ answer: CurlSession.Answer) -> String {
        switch answer.status {
        case 300...399: return "\(answer.status): the far end sends elsewhere, which is not followed; give that 'url'"
        case 401, 403: return "\(answer.status): the far end does not let us in"
        default: return "\(answer.status): \(answer.excerpt)"
        }
    }
}
