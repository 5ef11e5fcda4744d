import Bytes
import Network

/// Makes the keys of the conversation's tables: two chains of multiply and fold over the same words.
///
/// Starts and multipliers come from the seeded hash. A word meets the multiplier only together with the state before it,
/// so that nobody who does not know the seed can choose words that blot out others or make two keys equal.
struct ConversationHash: Sendable {
    private let start: HashedKey
    private let multiplier: HashedKey

    init(_ hash: SeededHash) {
        start = HashedKey(
            high: scatter(hash.mix(0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344)),
            low: scatter(hash.mix(0xA409_3822_299F_31D0, 0x082E_FA98_EC4E_6C89)))
        multiplier = HashedKey(
            high: scatter(hash.mix(0x4528_21E6_38D0_1377, 0xBE54_66CF_34E9_0C6C)) | 1,
            low: scatter(hash.mix(0xC0AC_29B7_C97C_50DD, 0x3F84_D5B5_B547_0917)) | 1)
    }

    /// What a key stands for, so that keys of different tables and rules never meet.
    private enum Domain: UInt64 {
        case exchange = 1
        case multicastExchange, ownMessageID, acknowledgement, reset
    }

    /// The key of a request: client, server, token (RFC 7252, 5.3.2).
    func exchange(client: Endpoint, server: Endpoint, token: RawSpan) -> HashedKey {
        var state = begin(.exchange)
        add(client, to: &state)
        add(server, to: &state)
        add(token, to: &state)
        return state
    }

    /// The key of a request to a multicast address, whose responses match by the token alone (RFC 7252, 8.2).
    func multicastExchange(client: Endpoint, token: RawSpan) -> HashedKey {
        var state = begin(.multicastExchange)
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
        var state = begin(domain)
        add(source, to: &state)
        add(destination, to: &state)
        add(UInt64(id), to: &state)
        return state
    }

    private func begin(_ domain: Domain) -> HashedKey {
        var state = start
        add(domain.rawValue, to: &state)
        return state
    }

    private func add(_ word: UInt64, to state: inout HashedKey) {
        state.high = fold(state.high ^ word, multiplier.high)
        state.low = fold(state.low ^ word, multiplier.low)
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

private func fold(_ word: UInt64, _ multiplier: UInt64) -> UInt64 {
    let product = word.multipliedFullWidth(by: multiplier)
    return product.high ^ product.low
}

/// Spreads what entropy a word has over all its bits.
private func scatter(_ word: UInt64) -> UInt64 {
    var word = word &+ 0x9E37_79B9_7F4A_7C15
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
}
