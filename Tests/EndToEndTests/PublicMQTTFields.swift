import Foundation
import ProgramSupport
import Testing

/// Captures by others, read by tshark and by the program, field by field.
@Suite(
    .enabled(
        if: PublicCaptures.folder != nil && TsharkMQTT.path != nil,
        "there is no folder ../shared/pcaps, or tshark is not installed"))
struct PublicMQTTFieldTests {
    /// MQTT on a port of its own choice: tshark goes by the port and must be told, the program is not.
    private static let ports = [
        "ntop+nDPI/coap_mqtt.pcap": 17501, "ntop+nDPI/hist-e3a1f7ee__tests__pcap__coap_mqtt.pcap": 17501,
    ]

    @Test("public captures: every MQTT field has the value that tshark reads") func everyFieldIsWhatTsharkReads() throws
    {
        let folder = try #require(PublicCaptures.folder)
        var agreement = FieldAgreement()
        let captures = PublicCaptures.captures(PublicCaptures.mqttEnding)
        var messages = 0
        for capture in captures {
            let options = Self.ports[capture].map { ["-d", "tcp.port==\($0),mqtt"] } ?? []
            let theirs = try TsharkMQTT.messages("\(folder)/\(capture)", options: options)
            messages += theirs.count
            agreement.add(
                capture, theirs: theirs, ours: try decodedMQTT("\(folder)/\(capture)"),
                comparesFrames: KnownDifference.mqtt[capture] == nil, isKnown: KnownTsharkFault.explains)
        }
        #expect(agreement.differences.prefix(20) == [])
        print("fields of \(messages) messages in \(captures.count) public captures as tshark reads them:")
        for line in agreement.table { print("  \(line)") }
    }
}
