import Bytes
import Network

/// The end of a connection that asks a proxy for something, or the one that answers.
public enum ProxyEnd: Sendable {
    case client, server
}

/// What came of the bytes of the end whose turn it is.
public enum ProxyStep: Hashable, Sendable {
    /// The next part of the hand-shake is not whole.
    case needMore
    /// So many bytes belong to the hand-shake, and it goes on: ask `turn` again.
    case used(Int)
    /// So many bytes belong to the hand-shake, which ends with them: the rest of both streams is what the proxy passes on.
    case open(Int)
    /// The proxy refused, or what it agreed to cannot be read: nothing that follows is passed on as it is.
    case refused
    /// The proxy refused, and what follows is not another try.
    case left
    /// This is no such hand-shake.
    case other
}

/// A hand-shake with a proxy, read part by part: what an end says makes sense only behind what the other one said.
///
/// It holds no bytes. `turn` says whose bytes come next, `take` gets all that were not used yet of that end.
public struct ProxyHandshake: Sendable {
    enum Phase: UInt8, Sendable {
        case httpRequest, httpAnswer, httpBody, httpChunkSize, httpChunk, httpTrailer, httpAgain
        case socksVersion, socks4Request, socks4Answer
        case socks5Methods, socks5Method, socks5Password, socks5Status, socks5Request, socks5Answer
        case header, headerRest
    }

    /// What kind of hand-shake it is.
    public let layer: ProxyLayer
    /// The end that the client speaks for, as it says; `nil` where it does not say.
    public internal(set) var source: Endpoint?
    var phase: Phase
    /// Bytes to pass over: of a body, a chunk, or behind the addresses of a header.
    var remaining = 0
    /// How far a head was searched for its end: where the first line begins that is not whole.
    var searched = 0
    /// How often the proxy refused.
    var refusals: UInt8 = 0

    /// Tries to get a tunnel that are followed on a connection: a few to log in.
    static let tries: UInt8 = 8

    /// A hand-shake of which nothing was read.
    public init(_ layer: ProxyLayer) {
        self.layer = layer
        phase =
            switch layer {
            case .httpConnect: .httpRequest
            case .socks: .socksVersion
            case .proxyProtocol: .header
            }
    }

    /// The end whose bytes are needed next.
    public var turn: ProxyEnd {
        switch phase {
        case .httpRequest, .httpAgain, .socksVersion, .socks4Request, .socks5Methods, .socks5Password, .socks5Request,
            .header, .headerRest:
            .client
        case .httpAnswer, .httpBody, .httpChunkSize, .httpChunk, .httpTrailer, .socks4Answer, .socks5Method,
            .socks5Status, .socks5Answer:
            .server
        }
    }

    /// Takes what came of the end whose turn it is and was not used yet.
    ///
    /// - Complexity: linear in the bytes of the part of the hand-shake; what waits is not searched again.
    public mutating func take(_ bytes: RawSpan) -> ProxyStep {
        guard bytes.byteCount > 0 else { return .needMore }
        switch layer {
        case .httpConnect: return takeHTTP(bytes)
        case .socks: return takeSOCKS(bytes)
        case .proxyProtocol: return takeHeader(bytes)
        }
    }

    private mutating func takeHeader(_ bytes: RawSpan) -> ProxyStep {
        if phase == .header {
            switch ProxyHeader.read(bytes) {
            case .needMore: return .needMore
            case .wrong: return .other
            case .header(let header):
                source = header.source
                remaining = header.count
                phase = .headerRest
            }
        }
        // TLVs may be as long as 64 KiB, and are not held.
        let passed = min(remaining, bytes.byteCount)
        remaining -= passed
        return remaining == 0 ? .open(passed) : .used(passed)
    }

    /// Goes on with another part behind `count` bytes.
    mutating func go(to next: Phase, behind count: Int) -> ProxyStep {
        phase = next
        searched = 0
        return .used(count)
    }
}
