import Bytes
import Events
import Network
import Tables
import TestSupport
import Testing
import WebSocket

/// What compressed messages may come to (RFC 7692, 8: they may be made to exhaust whoever inflates them).
@Suite struct BudgetTests {
    /// A message of zeros in one DEFLATE block with fixed codes (RFC 1951, 3.2.6): a literal 0, then copies of 258 bytes from a
    /// distance of 1, each in 13 bits; about 160 bytes of the message for one of the wire.
    private static func zeros(copies: Int) -> [UInt8] {
        var bits: [UInt8] = []
        // Not the last block, fixed codes; the literal 0 is 00110000.
        bits += [0, 1, 0] + [0, 0, 1, 1, 0, 0, 0, 0]
        for _ in 0..<copies { bits += [1, 1, 0, 0, 0, 1, 0, 1] + [0, 0, 0, 0, 0] }
        // End of the block, then an empty stored one, of which only the header is sent (RFC 7692, 7.2.1).
        bits += Array(repeating: 0, count: 7) + [0, 0, 0]
        while bits.count % 8 != 0 { bits.append(0) }
        return stride(from: 0, to: bits.count, by: 8).map { start in
            (0..<8).reduce(0) { $0 | bits[start + $1] << UInt8($1) }
        }
    }

    private static func table(perSecond: Int, atOnce: Int) -> (limits: WebSocketLimits, message: [UInt8]) {
        var limits = WebSocketLimits()
        limits.inflatedBytesPerSecond = perSecond
        limits.inflatedBytesAtOnce = atOnce
        return (limits, WebSocketFrames.frame(0x42, key: [0, 0, 0, 0], zeros(copies: 1000)))
    }

    @Test("What is beyond the budget is passed over") func whatIsBeyondIsPassedOver() {
        let (limits, message) = Self.table(perSecond: 1000, atOnce: 100_000)
        var listener = Listener(extensions: "permessage-deflate", limits: limits)
        listener.feed(.toServer, message)
        let count = listener.bytes[.toServer]?.count ?? 0
        #expect((100_000...170_000).contains(count), "\(count) bytes: the budget and one step")
        #expect(listener.table.counters.overBudget == UInt64(258_001 - count))
        #expect(listener.table.counters.notInflated == 0)
        #expect(listener.overBudget == 1, "told once")
    }

    @Test("Later messages are read again") func laterMessagesAreReadAgain() {
        let (limits, message) = Self.table(perSecond: 1 << 20, atOnce: 100_000)
        var listener = Listener(extensions: "permessage-deflate", limits: limits)
        listener.table.now = Timestamp(nanoseconds: 1_000_000_000)
        listener.feed(.toServer, message)
        let before = listener.bytes[.toServer]?.count ?? 0
        listener.table.now = Timestamp(nanoseconds: 3_000_000_000)
        listener.feed(.toServer, WebSocketFrames.frame(0x42, key: [0, 0, 0, 0], Self.zeros(copies: 1)))
        #expect(
            (listener.bytes[.toServer]?.count ?? 0) == before + 259, "the window of the first message is still there")
    }

    @Test("Within the budget nothing is left out") func withinTheBudgetNothingIsLeftOut() {
        let (_, message) = Self.table(perSecond: 1, atOnce: 1)
        var listener = Listener(extensions: "permessage-deflate")
        listener.feed(.toServer, message)
        #expect(listener.bytes[.toServer] == Array(repeating: 0, count: 258_001))
        #expect(listener.overBudget == 0)
    }

    /// Reading a message costs something, however short it is.
    @Test("Messages that were read count beside their bytes") func messagesCount() {
        let (limits, message) = Self.table(perSecond: 1000, atOnce: 1 << 20)
        var listener = Listener(extensions: "permessage-deflate", limits: limits)
        listener.table.charge(listener.id, messages: (1 << 20) / limits.inflatedBytesPerMessage + 1)
        listener.feed(.toServer, message)
        #expect(listener.bytes[.toServer] == [])
        #expect(listener.overBudget == 1)
    }
}
