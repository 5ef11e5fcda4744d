import Bytes
import Network

/// Makes the keys of the conversation's tables: two seeded hashes over the same words.
///
/// Each word goes in as the first operand of `mix`, never as the second: the second is the state so far, which depends on
/// the seed, so that no word of an attacker's choosing can blot out those before it.
struct ConversationHash: Sendable {
    private let hash: SeededHash

    init(_ hash: SeededHash) { self.hash = hash }

    /// What a key stands for, so that keys of different tables and rules never meet.
    private enum Domain: UInt64 {
        case exchange = 1
        case multicastExchange, ownMessageID, acknowledgement, reset
    }

    /// The key of a request: client, server, token (RFC 7252, 5.3.2).
    func exchange(client: Endpoint, server: Endpoint, token: RawSpan) -> HashedKey {
        var state = start(.exchange)
        add(client, to: &state)
        add(server, to: &state)
        add(token, to: &state)
        return state
    }

    /// The key of a request to a multicast address, whose responses match by the token alone (RFC 7252, 8.2).
    func multicastExchange(client: Endpoint, token: RawSpan) -> HashedKey {
        var state = start(.multicastExchange)
        add(client, to: &state)
        add(token, to: &state)
        return state
    }

    /// The key of a message id: CON and NON draw from one space, ACK and RST repeat the other side's (RFC 7252, 4.4).
    func messageID(_ id: UInt16, _ type: CoAPType, from source: Endpoint, to destination: Endpoint) -> HashedKey {
        let domain: Domain =
            switch type {
            case .acknowledgement: .acknowledgement
            case .reset: .reset
            default: .ownMessageID
            }
        var state = start(domain)
        add(source, to: &state)
        add(destination, to: &state)
        add(UInt64(id), to: &state)
        return state
    }

    private func start(_ domain: Domain) -> HashedKey {
        HashedKey(
            high: hash.mix(domain.rawValue, 0x243F_6A88_85A3_08D3),
            low: hash.mix(domain.rawValue, 0x1319_8A2E_0370_7344))
    }

    private func add(_ word: UInt64, to state: inout HashedKey) {
        state.high = hash.mix(word, state.high)
        state.low = hash.mix(word, state.low)
    }

    private func add(_ end: Endpoint, to state: inout HashedKey) {
        add(end.address.high, to: &state)
        add(end.address.low, to: &state)
        add(UInt64(end.port) << 1 | (end.address.isIPv4 ? 1 : 0), to: &state)
    }

    private func add(_ token: RawSpan, to state: inout HashedKey) {
        var word: UInt64 = 0
        for offset in 0..<min(token.byteCount, 8) { word = word << 8 | UInt64(token.byte(at: offset)) }
        add(word, to: &state)
        add(UInt64(token.byteCount), to: &state)
    }
}
