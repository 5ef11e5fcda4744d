import Bytes
import Network
import Tables

/// Makes the keys of the conversation's tables: two chains of multiply and fold over the same words.
///
/// Each operand of a product is a word together with a secret that comes from the seed, so that nobody who does not
/// know the seed can choose words that blot out others or make two keys equal.
struct ConversationHash: Sendable {
    /// One chain: its start and what masks the first of two words.
    private struct Lane: Sendable {
        var start: UInt64
        var mask: UInt64

        func step(_ state: UInt64, _ first: UInt64, _ second: UInt64) -> UInt64 {
            let product = (first ^ mask).multipliedFullWidth(by: second ^ state)
            return product.high ^ product.low
        }
    }

    private let high: Lane
    private let low: Lane

    init(_ hash: SeededHash) {
        high = Lane(
            start: scatter(hash.mix(0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344)),
            mask: scatter(hash.mix(0xA409_3822_299F_31D0, 0x082E_FA98_EC4E_6C89)))
        low = Lane(
            start: scatter(hash.mix(0x4528_21E6_38D0_1377, 0xBE54_66CF_34E9_0C6C)),
            mask: scatter(hash.mix(0xC0AC_29B7_C97C_50DD, 0x3F84_D5B5_B547_0917)))
    }

    /// What a key stands for, so that keys of different tables and rules never meet.
    enum Domain: UInt64 {
        case exchange = 1
        case multicastExchange, ownMessageID, acknowledgement, reset
        case connection, ping, partialIV
        case multicastMessageID, pair, requestBody, responseBody, network, registration, registrationPath, settled
    }

    /// The hash of an end, from which keys are made.
    func end(_ end: Endpoint) -> Hash128 {
        var state = Hash128(high: high.start, low: low.start)
        // 16 bits of port, then one that no IPv6 address shares; the address of IPv4 is in the low word.
        if end.address.isIPv4 {
            add(end.address.low, UInt64(end.port) | 1 << 16, to: &state)
        } else {
            add(end.address.high, end.address.low, to: &state)
            add(UInt64(end.port), 0, to: &state)
        }
        return state
    }

    /// The key of a request: client, server, token (RFC 7252, 5.3.2).
    func exchange(client: Hash128, server: Hash128, token: RawSpan) -> Hash128 {
        whole(token, key(.exchange, client, server, word(of: token), UInt64(token.byteCount)))
    }

    /// The key of a request to a multicast address, whose responses match by the token alone (RFC 7252, 8.2).
    func multicastExchange(client: Hash128, token: RawSpan) -> Hash128 {
        whole(token, key(.multicastExchange, client, client, word(of: token), UInt64(token.byteCount)))
    }

    /// The key of a message id: CON and NON draw from one space, ACK and RST repeat the other side's (RFC 7252, 4.4).
    func messageID(_ id: UInt16, _ type: CoAPType, from source: Hash128, to destination: Hash128) -> Hash128 {
        let domain: Domain =
            switch type {
            case .acknowledgement: .acknowledgement
            case .reset: .reset
            default: .ownMessageID
            }
        return key(domain, source, destination, id)
    }

    /// The key of the message id of a request to a group, which its client alone identifies.
    func multicastMessageID(_ id: UInt16, from client: Hash128) -> Hash128 {
        key(.multicastMessageID, client, client, id)
    }

    /// The key of two addresses, whatever the ports.
    func pair(client: IPAddress, server: IPAddress) -> Hash128 {
        key(.pair, end(Endpoint(client, 0)), end(Endpoint(server, 0)), 0, 0)
    }

    /// The key of the network of a client (`/24`, `/64`) and the address of a server.
    func network(client: IPAddress, server: IPAddress) -> Hash128 {
        let network = client.masked(client.isIPv4 ? 24 : 64)
        return key(.network, end(Endpoint(network, 0)), end(Endpoint(server, 0)), 0, 0)
    }

    /// The key of a body in blocks: the ends, what is asked for, and its tag (RFC 9175, 3.3).
    func body(
        ofRequest isRequest: Bool, client: Hash128, server: Hash128, resource: UInt64, tag: UInt64
    ) -> Hash128 {
        key(isRequest ? .requestBody : .responseBody, client, server, resource, tag)
    }

    /// A hash of bytes, one word after the other; never 0.
    func hash(_ bytes: RawSpan, initial: UInt64 = 0) -> UInt64 {
        var state = low.step(low.start, initial, UInt64(bytes.byteCount))
        var offset = 0
        while bytes.byteCount &- offset >= 8 {
            state = low.step(state, bytes.uint64(at: offset), high.start)
            offset &+= 8
        }
        if offset < bytes.byteCount {
            var word: UInt64 = 0
            while offset < bytes.byteCount {
                word = word << 8 | UInt64(bytes.byte(at: offset))
                offset &+= 1
            }
            state = low.step(state, word, high.start)
        }
        return state | 1
    }

    /// A key of a domain with a number small enough to share a word with it.
    private func key(_ domain: Domain, _ one: Hash128, _ other: Hash128, _ number: UInt16) -> Hash128 {
        let word = domain.rawValue | UInt64(number) << 8
        return Hash128(
            high: high.step(one.high, other.high, word), low: low.step(one.low, other.low, word))
    }

    func key(
        _ domain: Domain, _ one: Hash128, _ other: Hash128, _ word: UInt64, _ length: UInt64
    ) -> Hash128 {
        var state = one
        state.high = high.step(state.high, other.high, domain.rawValue)
        state.low = low.step(state.low, other.low, domain.rawValue)
        add(word, length, to: &state)
        return state
    }

    func add(_ first: UInt64, _ second: UInt64, to state: inout Hash128) {
        state.high = high.step(state.high, first, second)
        state.low = low.step(state.low, first, second)
    }

    func word(of token: RawSpan) -> UInt64 {
        var word: UInt64 = 0
        for offset in 0..<min(token.byteCount, 8) { word = word << 8 | UInt64(token.byte(at: offset)) }
        return word
    }
}

/// Spreads what entropy a word has over all its bits.
private func scatter(_ word: UInt64) -> UInt64 {
    var word = word &+ 0x9E37_79B9_7F4A_7C15
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
}
