import CCurl
import Foundation

/// A connection to one far end by libcurl, which keeps it open between requests.
///
/// TLS 1.2 or newer, certificates verified; no redirect is followed, no proxy of the environment used.
final class CurlSession {
    /// What the far end answered.
    struct Answer {
        /// The status of HTTP.
        var status: Int
        /// Seconds that it wants to be left alone for; 0 for none.
        var retryAfter: Double
        /// The first bytes of what it said.
        var body: [UInt8]
        /// How much it said.
        var length: Int

        /// The first line of what it said, for people.
        var excerpt: String {
            let text = String(decoding: body.prefix(300), as: UTF8.self)
            return text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        }
    }

    /// Why there is no answer.
    struct Failure: Error {
        /// A clause for people.
        var reason: String
    }

    /// Bytes of an answer that are kept.
    private let limit: Int
    private let session = curl_session_new(8 << 20)

    init(_ settings: TargetSettings) throws(ForwardError) {
        limit = 8 << 20
        guard let session else { throw ForwardError(70, "there is no memory for a connection") }
        curl_session_number(session, CURLOPT_CONNECTTIMEOUT_MS, Int(min(settings.timeout, 30) * 1000))
        curl_session_number(session, CURLOPT_TIMEOUT_MS, Int(settings.timeout * 1000))
        session.pointee.allows_local = settings.allowLocal || settings.kind != .webhook ? 1 : 0
        if let file = settings.caFile {
            guard access(file, R_OK) == 0 else {
                throw ForwardError(78, "\(file): the certificates cannot be read: \(String(cString: strerror(errno)))")
            }
            curl_session_text(session, CURLOPT_CAINFO, file)
            // Nor those of the system, which lie in a folder of their own.
            curl_session_text(session, CURLOPT_CAPATH, nil)
        }
        if let certificate = settings.certificateFile, let key = settings.keyFile {
            curl_session_text(session, CURLOPT_SSLCERT, SecretFile.path(certificate))
            _ = try SecretFile.read(key)
            curl_session_text(session, CURLOPT_SSLKEY, SecretFile.path(key))
        }
        curl_session_text(session, CURLOPT_PROTOCOLS_STR, "https,http")
        curl_session_text(session, CURLOPT_USERAGENT, "earshot-forward")
    }

    deinit { if let session { curl_session_free(session) } }

    /// Sends a request and waits for the answer.
    func post(_ url: String, _ headers: [String], _ body: [UInt8]) throws(Failure) -> Answer {
        guard let session else { throw Failure(reason: "there is no memory for a connection") }
        curl_session_text(session, CURLOPT_URL, url)
        curl_session_forget_headers(session)
        // A far end that is to say first whether it wants the body costs a second where it never does.
        for header in headers + ["Expect:"] { curl_session_add_header(session, header) }
        let number = curl_session_post(session, body, body.count)
        guard number == 0 else { throw Failure(reason: problem(number)) }
        var kept = [UInt8](repeating: 0, count: min(limit, max(1, session.pointee.length)))
        let count = curl_session_answer(session, &kept)
        return Answer(
            status: curl_session_status(session), retryAfter: Double(curl_session_retry_after(session)),
            body: Array(kept.prefix(count)), length: session.pointee.length)
    }

    /// Opens a connection that `send` uses: of TCP, or of TLS over it.
    func connect(_ url: String) throws(Failure) {
        guard let session else { throw Failure(reason: "there is no memory for a connection") }
        curl_session_text(session, CURLOPT_URL, url)
        curl_session_number(session, CURLOPT_CONNECT_ONLY, 1)
        curl_session_number(session, CURLOPT_FRESH_CONNECT, 1)
        curl_session_number(session, CURLOPT_SSL_ENABLE_ALPN, 0)
        let number = curl_session_perform(session)
        guard number == 0 else { throw Failure(reason: problem(number)) }
    }

    /// Whether the far end has closed the connection.
    var isClosed: Bool { session.map { curl_session_is_closed($0) != 0 } ?? true }

    /// Bytes that the system of the far end has not acknowledged yet.
    var unacknowledged: Int { session.map { Int(curl_session_unacknowledged($0)) } ?? 0 }

    /// Sends all bytes, within so many seconds.
    func send(_ bytes: [UInt8], within seconds: Double) throws(Failure) {
        guard let session else { throw Failure(reason: "there is no memory for a connection") }
        let end = ContinuousClock.now + .seconds(seconds)
        var rest = bytes[...]
        while !rest.isEmpty {
            var number: Int32 = 0
            let piece = Array(rest.prefix(64 << 10))
            let sent = curl_session_send(session, piece, piece.count, &number)
            if sent > 0 {
                rest = rest.dropFirst(sent)
                continue
            }
            guard number == Int32(CURLE_AGAIN.rawValue) || sent == 0 else { throw Failure(reason: problem(number)) }
            guard ContinuousClock.now < end else { throw Failure(reason: "the far end takes nothing") }
            var wait = pollfd(fd: curl_session_socket(session), events: Int16(POLLOUT), revents: 0)
            poll(&wait, 1, 200)
        }
    }

    private func problem(_ number: Int32) -> String {
        guard let session else { return "no connection" }
        if session.pointee.was_refused != 0 {
            return "the address is one of this machine or of the link, which 'allow_local: true' allows"
        }
        var text = [CChar](repeating: 0, count: 300)
        curl_session_problem(session, number, &text, text.count)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
