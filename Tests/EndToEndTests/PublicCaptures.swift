import Foundation
import ProgramSupport
import Testing

/// Captures by others with tshark's readings beside them: in the folder that `EARSHOT_CAPTURES` names, or in
/// `../shared/pcaps`. They are not part of the project; without them there is nothing to compare.
enum PublicCaptures {
    static let folder: String? = {
        let named = ProcessInfo.processInfo.environment["EARSHOT_CAPTURES"]
        let path = named ?? URL(fileURLWithPath: Program.root + "/../shared/pcaps").standardized.path
        if FileManager.default.fileExists(atPath: path) { return path }
        print("public captures: none compared, there is no folder \(path)")
        return nil
    }()

    /// The readings below the folder, as paths of the captures.
    static func captures(_ ending: String) -> [String] {
        guard let folder else { return [] }
        let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(ending) }.map { String($0.dropLast(ending.count)) }.sorted()
    }

    static let mqttEnding = ".mqtt.msgs.tsv"
    static let coapEnding = ".coap.tsv"
}

/// A table with a line of names on top, separated by tabs, nothing quoted.
struct Table {
    private let columns: [Substring: Int]
    let rows: [[Substring]]

    init(_ path: String) throws {
        let text = String(decoding: try contents(path), as: UTF8.self)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: true).map {
            $0.split(separator: "\t", omittingEmptySubsequences: false)
        }
        let names = lines.removeFirst()
        columns = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset) })
        rows = lines
    }

    func value(_ row: [Substring], _ name: String) throws -> String {
        let column = try #require(columns[Substring(name)], "no column \(name)")
        return column < row.count ? String(row[column]) : ""
    }
}

/// Ways in which a reading of ours and tshark's may differ, each for a reason.
enum KnownDifference {
    /// The beginning was not captured, or segments are missing: tshark and we agree on the messages, not on the frame in
    /// which each was whole. We wait until it is sure where messages begin, and for what a segment acknowledges.
    case otherFrames
    /// Datagrams on a port that tshark gives to another protocol by its number; read as CoAP by both when told so
    /// (`tshark -d udp.port==17500,coap`).
    case portOfAnother(Int, messages: Int)
    /// A token length of 9 to 15 is reserved and the message a format error (RFC 7252, 3): tshark shows as many bytes as a
    /// token, we show none.
    case reservedTokenLength(frame: Int)

    static let mqtt: [String: [KnownDifference]] = [
        // The answers to PUBLISH and CONNECT were taken out of these two; their acknowledgements are there.
        "OISF+suricata-verify/tests__mqtt-events-invalid-qos__input.pcap": [.otherFrames],
        "OISF+suricata-verify/tests__mqtt-events-unintroduced__input.pcap": [.otherFrames],
        // One PINGREQ and its PINGRESP, no handshake.
        "OISF+suricata-verify/tests__mqtt-ping__input.pcap": [.otherFrames],
        // One segment from the middle of a subscriber's stream.
        "deepflowio+deepflow/mqtt__mqtt_one_packet_multi_publish.pcap": [.otherFrames],
        // SUBSCRIBE and SUBACK, no handshake.
        "deepflowio+deepflow/mqtt__mqtt_sub.pcap": [.otherFrames],
        // Of four connections only the last one's beginning was captured.
        "ntop+nDPI/coap_mqtt.pcap": [.otherFrames],
        "ntop+nDPI/hist-e3a1f7ee__tests__pcap__coap_mqtt.pcap": [.otherFrames],
        // The CONNECT was lost: what follows waits until it is plain that it will not come.
        "OISF+suricata-verify/tests__mqtt-events-missing-connect__input.pcap": [.otherFrames],
        // Some segments are missing, which the acknowledgements tell later.
        "deepflowio+deepflow/mqtt__mqtt_roundtrip.pcap": [.otherFrames],
    ]

    static let coap: [String: [KnownDifference]] = [
        // tshark takes port 17500 for Dropbox's.
        "ntop+nDPI/coap_mqtt.pcap": [.portOfAnother(17500, messages: 800)],
        "ntop+nDPI/hist-e3a1f7ee__tests__pcap__coap_mqtt.pcap": [.portOfAnother(17500, messages: 800)],
        // Random bytes sent to CoAP's port.
        "fsismondi+ttproto/hist-18875590__TD_COAP_CORE_07_FAIL_No_CoAPOptionContentFormat_plus_random_UDP_messages.pcap":
            [
                .reservedTokenLength(frame: 3)
            ],
    ]
}

/// What stands in one of two lists and not in the other, the first few.
func difference(_ left: [String: Int], _ right: [String: Int]) -> [String] {
    let rest = left.compactMap { key, count in count > right[key] ?? 0 ? "\(count - (right[key] ?? 0)) x \(key)" : nil }
    return rest.sorted().prefix(8).map { $0 }
}

@Suite(.enabled(if: PublicCaptures.folder != nil, "there is no folder ../shared/pcaps"))
struct PublicCaptureTests {
    /// Each table names what is there, so that no entry outlives its capture.
    @Test("every known difference belongs to a capture that is there") func knownDifferencesAreOfCaptures() {
        #expect(KnownDifference.mqtt.keys.allSatisfy(PublicCaptures.captures(PublicCaptures.mqttEnding).contains))
        #expect(KnownDifference.coap.keys.allSatisfy(PublicCaptures.captures(PublicCaptures.coapEnding).contains))
    }
}
