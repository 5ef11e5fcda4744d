import Foundation
import ProgramSupport
import TestSupport
import Testing

/// Sessions of random packets of every type and version, read by the program and by tshark, field by field.
@Suite(.needs(TsharkMQTT.path != nil, "tshark is not installed"))
struct MQTTFieldTests {
    @Test("random packets: every field has the value that tshark reads") func everyFieldIsWhatTsharkReads() throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        let folder = try TemporaryFolder()
        var frames = Session(everyPropertyOn: 39_999, &random).frames
        for session in 0..<36 {
            frames += Session(port: 40_000 + session, version: UInt8(3 + session % 3), &random).frames
        }
        let capture = try folder.write(pcap(frames), to: "random.pcap")
        let (theirs, ours) = (try TsharkMQTT.messages(capture), try decodedMQTT(capture))
        var agreement = FieldAgreement()
        agreement.add("random", theirs: theirs, ours: ours, isKnown: KnownTsharkFault.explains)
        #expect(theirs.count > 1000, "seed \(seed)")
        #expect(agreement.differences.prefix(8) == [], "seed \(seed)")
        // All 27 properties were compared, and those of wills: the first session has them all.
        #expect(agreement.counts.keys.count { $0.hasPrefix("mqtt.prop.") } == 26, "seed \(seed)")
        #expect(agreement.counts.keys.count { $0.hasPrefix("mqtt.will.prop.") } == 7, "seed \(seed)")
        print("fields of \(theirs.count) random messages as tshark reads them:")
        for line in agreement.table { print("  \(line)") }
    }

    /// Where tshark 4.0 reads wrongly, the program reads what was sent. A later tshark may do so as well.
    @Test("known faults of tshark: the program reads what was sent") func whatTsharkReadsWrongly() throws {
        let folder = try TemporaryFolder()
        // The length of a message in two bytes, the first in one segment, the second in the next.
        var split = Session(port: 41_000, version: 4)
        var long = PublishValue()
        long.payload = Array(repeating: 0x78, count: 300)
        split.send(Array(long.bytes(4).prefix(2)), isFromServer: false)
        split.send(Array(long.bytes(4).dropFirst(2)), isFromServer: false)
        var subscribe = SubscribeValue()
        subscribe.filters = [SubscribeValue.Filter(text: "#")]
        split.send(subscribe.bytes(4), isFromServer: false)
        // The same alias for one topic towards the server, for another towards the client (MQTT 5.0, 3.3.2.3.4).
        var aliases = Session(port: 41_001, version: 5)
        for (topic, isFromServer) in [("up", false), ("down", true), ("", false), ("", true)] {
            var publish = PublishValue()
            publish.topic = topic
            publish.properties = PropertyList(
                PropertyRow.all.filter { $0.id == 0x23 }.map { PacketProperty($0, .number(1)) })
            aliases.send(publish.bytes(5), isFromServer: isFromServer)
        }
        let expected: [(String, Session, [String])] = [
            ("split length", split, ["PUBLISH t", "SUBSCRIBE #"]),
            ("aliases", aliases, ["PUBLISH up", "PUBLISH down", "PUBLISH up", "PUBLISH down"]),
        ]
        for (name, session, messages) in expected {
            let capture = try folder.write(pcap(session.frames), to: "\(session.frames.count).pcap")
            func topics(_ all: [ShownMessage]) -> [String] {
                all.filter { $0.type != "CONNECT" && $0.type != "CONNACK" }.map { message in
                    ([message.type] + (message.fields["mqtt.topic"] ?? [])).joined(separator: " ")
                }
            }
            #expect(topics(try decodedMQTT(capture)) == messages, "\(name)")
            let theirs = topics(try TsharkMQTT.messages(capture))
            print("\(name): tshark reads \(theirs), the program \(messages)")
        }
    }
}

/// Frames of one connection: the handshake, CONNECT, CONNACK, packets of either side, one or several in a segment.
private struct Session {
    var frames: [[UInt8]] = []
    private let port: Int
    private var next: [UInt32] = [1000, 5000]

    /// A session in which each side allows 9 topic aliases.
    init(port: Int, version: UInt8) {
        self.init(port: port)
        let maximum = PropertyList(PropertyRow.all.filter { $0.id == 0x22 }.map { PacketProperty($0, .number(9)) })
        var connect = ConnectValue()
        connect.properties = maximum
        send(connect.bytes(version), isFromServer: false)
        var connack = ConnackValue()
        connack.properties = maximum
        send(connack.bytes(version), isFromServer: true)
    }

    private init(port: Int) {
        self.port = port
        frames.append(Build.tcpFrame(from: port, seq: 999, flags: 2))
        frames.append(
            Build.tcpFrame(
                from: 1883, to: port, seq: 4999, flags: 0x12, source: [10, 0, 0, 2], destination: [10, 0, 0, 1]))
    }

    /// A session in which each of the 27 properties of MQTT 5.0 stands: the one of wills alone and six more in the will,
    /// the others in CONNECT, CONNACK and the PUBLISH of a server.
    init(everyPropertyOn port: Int, _ random: inout SeededGenerator) {
        self.init(port: port)
        var connect = ConnectValue()
        connect.properties = .every(.connect, &random)
        connect.will = ConnectValue.Will(topic: "gone", message: [0x31], properties: .every(.will, &random))
        send(connect.bytes(5), isFromServer: false)
        var connack = ConnackValue()
        connack.properties = .every(.connack, &random)
        send(connack.bytes(5), isFromServer: true)
        var publish = PublishValue()
        publish.properties = .every(.publish, &random)
        send(publish.bytes(5), isFromServer: true)
    }

    /// A session of random packets.
    init(port: Int, version: UInt8, _ random: inout SeededGenerator) {
        self.init(port: port)
        var connect = ConnectValue.random(version, isFromServer: false, &random)
        connect.isClean = false
        send(connect.bytes(version), isFromServer: false)
        var connack = ConnackValue.random(version, isFromServer: true, &random)
        connack.code = 0
        send(connack.bytes(version), isFromServer: true)
        for _ in 0..<40 {
            let isFromServer = Bool.random(using: &random)
            var segment: [UInt8] = []
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                let packet = randomPacket(version, isFromServer: isFromServer, &random)
                // These would end the session, or begin it anew.
                if [1, 2, 14].contains(packet.type), segment.isEmpty { continue }
                if [1, 2, 14].contains(packet.type) { break }
                segment += packet.bytes(version)
            }
            if !segment.isEmpty { send(segment, isFromServer: isFromServer) }
        }
        send(DisconnectValue.random(version, isFromServer: false, &random).bytes(version), isFromServer: false)
    }

    mutating func send(_ bytes: [UInt8], isFromServer: Bool) {
        let side = isFromServer ? 1 : 0
        let (client, server): ([UInt8], [UInt8]) = ([10, 0, 0, 1], [10, 0, 0, 2])
        let segment = Build.tcp(
            from: isFromServer ? 1883 : port, to: isFromServer ? port : 1883, seq: next[side], ack: next[1 - side],
            bytes)
        frames.append(
            Build.ethernet(
                0x0800,
                Build.ipv4(
                    from: isFromServer ? server : client, to: isFromServer ? client : server, proto: 6, segment)))
        next[side] += UInt32(bytes.count)
    }
}
