import Alerts
import Foundation
import Network
import TestSupport
import Testing

@testable import Forward

@Suite struct CorrelationTests {
    /// Ethernet, with a VLAN tag where one is given, IPv4 and UDP.
    private func frame(ttl: UInt8 = 64, vlan: UInt16? = nil, payload: [UInt8] = [1, 2, 3], port: UInt8 = 1) -> [UInt8] {
        let length = UInt8(8 + payload.count)
        var udp: [UInt8] = [0x9C, port, 0x16, 0x33, 0, length, 0, 0]
        udp += payload
        var ip: [UInt8] = [0x45, 0, 0, 20 + length, 0, 1, 0, 0, ttl, 17, 0, 0]
        ip += [192, 0, 2, 10, 192, 0, 2, 1]
        var sum: UInt32 = 0
        for place in stride(from: 0, to: 20, by: 2) { sum += UInt32(ip[place]) << 8 | UInt32(ip[place + 1]) }
        while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
        let checksum = UInt16(truncatingIfNeeded: ~sum)
        ip[10] = UInt8(checksum >> 8)
        ip[11] = UInt8(checksum & 0xFF)
        var bytes = [UInt8](repeating: 2, count: 12)
        if let vlan { bytes += [0x81, 0, UInt8(vlan >> 8), UInt8(vlan & 0xFF)] }
        return bytes + [8, 0] + ip + udp
    }

    private func correlation(_ bytes: [UInt8], at time: Int64 = 0, _ change: (inout Alert) -> Void = { _ in }) -> String
    {
        var record = sampleRecord(sampleAlert(1))
        if var alert = record.alert {
            change(&alert.stored.alert)
            record.alert = alert
        }
        record.alert?.firstFrame = EvidenceFrame(
            frameNumber: 1, timestampNanoseconds: time, linkType: 1, originalLength: UInt32(bytes.count), bytes: bytes)
        guard let alert = record.alert else { return "" }
        return RecordIdentity.correlation(alert)
    }

    @Test("two sensors that saw the same packet have one id, whatever the way there changed")
    func same() {
        let one = correlation(frame())
        #expect(one == correlation(frame(ttl: 63), at: 300_000_000))
        #expect(one == correlation(frame(vlan: 7)))
        #expect(one == correlation(frame(ttl: 1, vlan: 4000)))
        // Padding to the shortest frame is the link's.
        #expect(one == correlation(frame() + [0, 0, 0]))
        #expect(
            one
                == correlation(frame()) {
                    $0.serial = 99; $0.count = 5; $0.lastSeen += 300_000; $0.level = .high
                })
    }

    @Test("other packets, rules, flows and groups have others")
    func different() {
        let all = [
            correlation(frame()), correlation(frame(payload: [1, 2, 4])), correlation(frame(port: 2)),
            correlation(frame()) { $0.ruleID = "rule-2" }, correlation(frame()) { $0.communityID = "1:abd=" },
            correlation(frame()) { $0.groupKey = "x" },
        ]
        #expect(Set(all).count == all.count)
    }
}
