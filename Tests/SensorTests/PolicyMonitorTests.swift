import Events
import Network
import Packets
import Testing

@testable import Sensor

@Test("What is usual is not told") func usual() throws {
    var watch = try PolicyWatch()
    let connack: [String: Any] = [
        "mqtt.type": "CONNACK", "network.direction": "to_client", "mqtt.session.accepted": true,
        "mqtt.session.keepalive": 60,
    ]
    #expect(try watch.see("press-7", connack) == [])
    // Numbers that never come in the same order again (a linear congruential generator).
    var state: UInt32 = 1
    for _ in 0..<100 {
        state = state &* 1_103_515_245 &+ 12_345
        #expect(try watch.publish("press-7", "plant/7/temp", 20 + Double(state >> 16 & 0x3FF) / 128) == [])
    }
    #expect(watch.monitor.deviations == [:])
}

@Test("Who is new, and whom they resemble") func newcomers() throws {
    var watch = try PolicyWatch()
    #expect(try watch.publish("press-21", "plant/21/temp", 20) == ["new_client press-21"])
    #expect(try watch.publish("stranger", "plant/3/temp", 20) == ["new_client stranger", "second_publisher stranger"])
    #expect(try watch.publish("thief", "plant/4/temp", 20).first == "denied thief")
    let subscribe: [String: Any] = ["mqtt.type": "SUBSCRIBE", "mqtt.topic": ["#"]]
    #expect(try watch.see("press-8", subscribe) == ["role_flip press-8", "new_reader press-8"])
    let connack: [String: Any] = [
        "mqtt.type": "CONNACK", "network.direction": "to_client", "mqtt.session.accepted": true,
        "mqtt.session.keepalive": 10, "client.ip": "192.168.1.1", "server.ip": "10.0.0.99",
    ]
    // Those who published before are missed by now.
    let elsewhere = try watch.see("press-9", connack).filter { !$0.hasPrefix("silence") }
    #expect(elsewhere == ["new_broker ", "unusual_place press-9", "keepalive_changed press-9"])
}

@Test("A second publisher, a command, a new topic") func publishers() throws {
    var watch = try PolicyWatch()
    #expect(try watch.publish("press-7", "plant/7/temp", 20) == [])
    let second = try watch.publish("press-8", "plant/7/temp", 21, at: "10.0.0.8")
    #expect(second == ["second_publisher press-8"])
    #expect(try watch.publish("press-7", "valve/1/set", 1) == ["new_command press-7", "second_publisher press-7"])
    #expect(try watch.publish("panel", "valve/1/set", 1, at: "10.0.0.2") == [])
    // By now its own topic has stayed away for too long, though others published under it.
    #expect(try watch.publish("press-7", "plant/v2/7", 20) == ["silence press-7", "new_topic press-7"])
}

@Test("Values that are poisoned, stand still or are played again") func values() throws {
    var watch = try PolicyWatch()
    let numbers = (0..<12).map { 20 + Double($0 * 7 % 31) / 10 }
    for number in numbers { #expect(try watch.publish("press-7", "plant/7/temp", number) == []) }
    var told: [String] = []
    for number in numbers { told += try watch.publish("press-7", "plant/7/temp", number) }
    #expect(told == ["replayed_values press-7"])
    #expect(try watch.publish("press-7", "plant/7/temp", 999) == ["value_out_of_band press-7"])
    told = []
    for _ in 0..<6 { told += try watch.publish("press-7", "plant/7/temp", 21.5) }
    #expect(told == ["stuck_value press-7"])
}

@Test("A heartbeat that stays away, by capture time, but not in a hole") func silence() throws {
    var watch = try PolicyWatch()
    _ = try watch.publish("press-7", "plant/7/temp", 20)
    _ = try watch.publish("press-8", "plant/8/temp", 20, at: "10.0.0.8", after: 1)
    watch.collector.kinds = []
    watch.monitor.advance(to: watch.time.advanced(byNanoseconds: 29_000_000_000))
    #expect(watch.collector.kinds == [])
    watch.monitor.advance(to: watch.time.advanced(byNanoseconds: 33_000_000_000))
    #expect(watch.collector.kinds.sorted() == ["silence press-7", "silence press-8"])
    // Once.
    watch.monitor.advance(to: watch.time.advanced(byNanoseconds: 90_000_000_000))
    #expect(watch.collector.kinds.count == 2)

    var other = try PolicyWatch()
    _ = try other.publish("press-7", "plant/7/temp", 20)
    let end = other.time.advanced(byNanoseconds: 600_000_000_000)
    other.monitor.noteHole(CaptureHole(start: other.time, end: end))
    other.collector.kinds = []
    other.monitor.advance(to: end.advanced(byNanoseconds: 20_000_000_000))
    #expect(other.collector.kinds == [])
    other.monitor.advance(to: end.advanced(byNanoseconds: 33_000_000_000))
    #expect(other.collector.kinds == ["silence press-7"])
}

@Test("A section in shadow counts, one that is learned does not") func modes() throws {
    var watch = try PolicyWatch("modes: {clients: shadow, topics: learn}\n" + plantPolicy)
    #expect(try watch.publish("stranger", "plant/3/temp", 999) == [])
    #expect(watch.monitor.deviations == ["clients.new_client": 1])
}

@Test("An entry ends when it says so") func until() throws {
    var watch = try PolicyWatch(
        plantPolicy.replacing(
            "{client: panel, protocol",
            with: "{client: gast, until: 2026-01-01T00:01:00Z}\n  - {client: panel, protocol"))
    #expect(try watch.publish("gast", "plant/3/temp", 20).contains("new_client gast") == false)
    #expect(try watch.publish("gast", "plant/3/temp", 20, at: "10.0.0.9", after: 120).isEmpty == false)
}

/// The heartbeat belongs to the device: whoever publishes in its place does not keep it alive, and is not who fell silent.
@Test("A stranger in the place of a silent device", arguments: ["stranger", "press-8"]) func placeTaken(_ other: String)
    throws
{
    var watch = try PolicyWatch()
    #expect(try watch.publish("press-7", "plant/7/temp", 20) == [])
    var told = try watch.publish(other, "plant/7/temp", 20, at: "10.0.0.66", after: 5)
    #expect(told.contains("second_publisher \(other)"))
    told = []
    for step in 0..<6 { told += try watch.publish(other, "plant/7/temp", 20 + Double(step), at: "10.0.0.66", after: 5) }
    #expect(told.filter { $0.hasPrefix("silence") } == ["silence press-7"])
    // The device comes back, and is missed again when it stays away.
    #expect(try watch.publish("press-7", "plant/7/temp", 21, after: 1).filter { $0.hasPrefix("silence") } == [])
    #expect(watch.wait(32) == ["silence press-7"])
}

/// Where the policy has several publishers each of them keeps a topic alive; the one that came last is named.
@Test("One of several publishers goes on") func severalPublishers() throws {
    let text = plantPolicy.replacing(
        "publishers: ['press-{n}'], single: true", with: "publishers: ['press-{n}', panel]")
    var watch = try PolicyWatch(text)
    #expect(try watch.publish("press-7", "plant/7/temp", 20) == [])
    _ = try watch.publish("panel", "plant/7/temp", 20, at: "10.0.0.2", after: 20)
    #expect(watch.wait(25) == [])
    #expect(watch.wait(10) == ["silence panel"])
}

/// A client that makes up the end of its name for each session stays one.
@Test("A name that is made up anew is no second publisher") func madeUpNames() throws {
    let text = plantPolicy.replacing("'press-{n}'", with: "'press-{mac}'").replacing("numbers: [1-20], ", with: "")
    var watch = try PolicyWatch(text)
    #expect(try watch.publish("press-5b1c9e07a4d2", "plant/7/temp", 20) == [])
    #expect(try watch.publish("press-7d1fb3c802e9", "plant/7/temp", 20.5) == [])
    #expect(watch.wait(35) == ["silence press-5b1c9e07a4d2"])
}

@Test("A silence that has begun goes on under a changed policy") func changedWhileSilent() throws {
    var watch = try PolicyWatch()
    _ = try watch.publish("press-7", "plant/7/temp", 20)
    #expect(watch.wait(20) == [])
    try watch.change(to: plantPolicy.replacing("silence: 30", with: "silence: 40"))
    #expect(watch.wait(15) == [])
    #expect(watch.wait(10) == ["silence press-7"])
    // Who is known to the one before is held against the one that comes.
    _ = try watch.publish("press-7", "plant/7/temp", 21)
    try watch.change(
        to: plantPolicy.replacing(
            "{client: 'press-{n}', protocol: mqtt,", with: "{client: 'press-{n}', state: deny, protocol: mqtt,"))
    #expect(try watch.publish("press-7", "plant/7/temp", 20.5).contains("denied press-7"))
}
