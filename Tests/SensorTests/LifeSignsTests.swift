import Capture
import Engine
import Events
import Network
import Packets
import Sensor
import Testing

private let second: Int64 = 1_000_000_000
private let minute: Int64 = 60 * second

/// A sensor as the state machine sees it: readings every two seconds, changed by what happens meanwhile.
private struct Plant {
    var signs: LifeSigns
    var reading = LifeReading(time: 0)
    /// What was told so far, as `kind began` or `kind ended`, with the second at which it was.
    var told: [(text: String, second: Int64)] = []
    var all: [SensorSign] = []

    init(_ options: LifeSigns.Options = LifeSigns.Options(), interfaces: [String] = ["eth1"]) {
        signs = LifeSigns(options)
        reading.clockOffset = 0
        reading.interfaces = interfaces.map { InterfaceStatus(name: $0, state: .up, linkType: .ethernet) }
    }

    /// Lets time pass; `step` changes the reading every two seconds.
    mutating func pass(_ duration: Int64, _ step: (inout LifeReading) -> Void = { _ in }) {
        for _ in 0..<duration / (2 * second) {
            reading.time += 2 * second
            step(&reading)
            for sign in signs.take(reading) {
                all.append(sign)
                told.append(("\(sign.kind.name) \(sign.isOver ? "ended" : "began")", reading.time / second))
            }
        }
    }

    /// A plant in which all is well: a hundred packets a second, half of them messages.
    mutating func passWell(_ duration: Int64) { pass(duration) { Self.speak(&$0) } }

    static func speak(_ reading: inout LifeReading) {
        reading.packets += 200
        reading.messages += 100
        reading.mirror.answered += 200
        reading.mirror.checked += 200
        for index in reading.interfaces.indices where reading.interfaces[index].state == .up {
            reading.interfaces[index].frames += 200
            reading.interfaces[index].counters.received += 200
        }
    }

    var texts: [String] { told.map(\.text) }
}

@Suite("Signs of life") struct LifeSignsTests {
    @Test("a plant that is well says nothing") func well() {
        var plant = Plant()
        plant.passWell(120 * minute)
        #expect(plant.texts == [])
        #expect(plant.signs.active == [])
    }

    @Test("an interface that is down is told after three minutes, once, and is over ten minutes after it is back")
    func interfaceDown() {
        var plant = Plant(interfaces: ["eth1", "eth2"])
        plant.passWell(10 * minute)
        plant.reading.interfaces[1].state = .missing
        plant.passWell(178 * second)
        #expect(plant.texts == [])
        plant.passWell(30 * minute)
        #expect(plant.texts == ["interface_down began"])
        #expect(plant.told[0].second == 780)
        #expect(plant.all[0].interface == "eth2")
        #expect(plant.all[0].seconds == 178, "since the first look that saw it")
        #expect(plant.signs.active == [.interfaceDown])
        plant.reading.interfaces[1].state = .up
        plant.passWell(9 * minute)
        #expect(plant.texts.count == 1)
        plant.passWell(2 * minute)
        #expect(plant.texts == ["interface_down began", "interface_down ended"])
        #expect(plant.signs.active == [])
    }

    /// A row a sign: what comes and goes all the time is told once.
    @Test("a link that flaps for an hour is told at most four times", arguments: [4, 20, 60, 150, 400, 900])
    func flapping(_ period: Int64) {
        var plant = Plant()
        plant.passWell(10 * minute)
        for _ in 0..<3600 / period {
            plant.reading.interfaces[0].state = .down
            plant.passWell(period / 2 * second)
            plant.reading.interfaces[0].state = .up
            plant.passWell(period / 2 * second)
        }
        let began = plant.texts.filter { $0 == "interface_down began" }.count
        #expect((1...4).contains(began), "\(plant.told)")
        plant.passWell(20 * minute)
        #expect(plant.texts.filter { $0 == "interface_down ended" }.count == began)
    }

    @Test("silence is told after five minutes of an interface that had traffic, and of no other") func silence() {
        var plant = Plant(interfaces: ["eth1", "eth2"])
        plant.reading.interfaces[1].state = .noLink
        plant.passWell(minute)
        plant.reading.interfaces[1].state = .up
        // Nothing ever came on the second.
        plant.pass(298 * second)
        #expect(plant.texts.filter { $0.hasPrefix("no_frames") } == [])
        plant.pass(2 * minute)
        #expect(plant.texts.filter { $0.hasPrefix("no_frames") } == ["no_frames began"])
        #expect(plant.all.last?.interface == "eth1")
        #expect(plant.all.last?.seconds == 300)
        plant.passWell(11 * minute)
        #expect(plant.texts.last == "no_frames ended")
        var options = LifeSigns.Options()
        options.quietAfter = 0
        var quiet = Plant(options)
        quiet.passWell(minute)
        quiet.pass(60 * minute)
        #expect(quiet.texts == [], "never, where nobody wants it")
    }

    @Test("an interface that is down is not silent besides") func downIsNotSilent() {
        var plant = Plant()
        plant.passWell(minute)
        plant.reading.interfaces[0].state = .down
        plant.pass(20 * minute)
        #expect(plant.texts == ["interface_down began"])
    }

    @Test("traffic without a message is told after ten minutes, until there is one") func noMessages() {
        var plant = Plant()
        plant.pass(10 * minute - 2 * second) { $0.packets += 10 }
        #expect(plant.texts == [])
        plant.pass(minute) { $0.packets += 10 }
        #expect(plant.texts == ["no_messages began"])
        plant.pass(2 * second) { $0.messages += 1 }
        #expect(plant.texts == ["no_messages began", "no_messages ended"])
        plant.pass(60 * minute) { $0.packets += 10 }
        #expect(plant.texts.count == 2, "once there was one it is a matter of silence")
        var quiet = Plant()
        quiet.pass(60 * minute) { if $0.packets < 99 { $0.packets += 1 } }
        #expect(quiet.texts == [], "a few broadcasts are no traffic")
    }

    /// Each fault in nearly all traffic, and in little of it.
    @Test(
        "what is wrong with the traffic",
        arguments: [SensorSign.Kind.oneDirection, .tagsOnOneSide, .wrongChecksums, .cutShort, .drops])
    func traffic(_ kind: SensorSign.Kind) {
        func spoil(_ reading: inout LifeReading, by share: UInt64) {
            switch kind {
            case .oneDirection:
                reading.mirror.answered -= 2 * share
                reading.mirror.unanswered += 2 * share
            case .tagsOnOneSide: reading.mirror.taggedOnOneSide += 2 * share
            case .wrongChecksums: reading.mirror.wrong += 2 * share
            case .cutShort: reading.cutShort += 2 * share
            default: reading.interfaces[0].counters.droppedByKernel += 2 * share
            }
        }
        // At limits of 90, 50, 90, 1 and 1 of a hundred.
        let (little, much): (UInt64, UInt64) = kind == .cutShort || kind == .drops ? (1, 2) : (45, 99)
        var plant = Plant()
        plant.pass(8 * minute) {
            Plant.speak(&$0)
            spoil(&$0, by: little)
        }
        plant.passWell(2 * minute)
        #expect(plant.texts == [])
        plant.pass(3 * minute) {
            Plant.speak(&$0)
            spoil(&$0, by: much)
        }
        #expect(plant.texts == [], "it has to last")
        plant.pass(20 * minute) {
            Plant.speak(&$0)
            spoil(&$0, by: much)
        }
        #expect(plant.texts == ["\(kind.name) began"])
        #expect(plant.all[0].share == Double(much))
        plant.passWell(12 * minute)
        #expect(plant.texts == ["\(kind.name) began", "\(kind.name) ended"])
    }

    @Test("of a window with little traffic nothing is said") func little() {
        var plant = Plant()
        // 49 packets a minute.
        var count = 0
        plant.pass(30 * minute) {
            count += 1
            guard count % 30 < 29 else { return }
            $0.packets += 1
            $0.messages += 1
            $0.mirror.unanswered += 1
            $0.mirror.checked += 1
            $0.mirror.wrong += 1
            $0.cutShort += 1
            $0.interfaces[0].frames += 1
        }
        #expect(plant.texts == [])
    }

    @Test("alerts that are lost or wait are told") func store() {
        var plant = Plant()
        plant.passWell(minute)
        plant.reading.spilledAlerts = 12
        plant.passWell(10 * minute)
        #expect(plant.texts == ["store_trouble began"])
        #expect(plant.all[0].count == 12)
        plant.reading.spilledAlerts = 0
        plant.passWell(11 * minute)
        #expect(plant.texts == ["store_trouble began", "store_trouble ended"])
    }

    @Test("a clock that is set is told at once, one that is slewed is not") func clock() {
        var plant = Plant()
        plant.pass(10 * minute) {
            Plant.speak(&$0)
            // 500 parts in a million (adjtimex(2)).
            $0.clockOffset = ($0.clockOffset ?? 0) + 1_000_000
        }
        #expect(plant.texts == [])
        plant.reading.clockOffset = (plant.reading.clockOffset ?? 0) - 3600 * second
        plant.passWell(10 * minute)
        #expect(plant.all.map(\.kind) == [.clockStepped])
        #expect(plant.all[0].seconds == -3600)
    }

    @Test("a server that moves to encrypted connections is told once") func encrypted() {
        var plant = Plant()
        let (server, other) = (IPAddress(v4: 0x0A00_0005), IPAddress(v4: 0x0A00_0006))
        for number: UInt64 in 1...12 {
            plant.reading.servers[server] = ConnectionsByServer.Counts(readable: 10 * number, encrypted: number)
            plant.reading.servers[other] = ConnectionsByServer.Counts(readable: number, encrypted: 9 * number)
            plant.passWell(10 * minute)
        }
        #expect(plant.texts == [], "a steady share of any size")
        for number: UInt64 in 1...3 {
            plant.reading.servers[server] = ConnectionsByServer.Counts(readable: 120, encrypted: 12 + 10 * number)
            plant.passWell(10 * minute)
        }
        #expect(plant.texts == ["more_encrypted began"])
        #expect(plant.all[0].server == server)
        #expect(plant.all[0].share == 100)
    }

    @Test("a replay has no interfaces, no silence, no clock") func replay() {
        var signs = LifeSigns()
        var reading = LifeReading(time: 1_700_000_000 * second)
        reading.packets = 5000
        reading.messages = 1
        #expect(signs.take(reading) == [])
        for _ in 0..<20 {
            reading.time += 3600 * second
            reading.packets += 1
            #expect(signs.take(reading) == [])
        }
    }

    @Test("every kind has a sentence for when it begins and when it is over", arguments: SensorSign.Kind.allCases)
    func sentences(_ kind: SensorSign.Kind) {
        let began = SensorSign(kind, interface: "eth1", share: 12.5, count: 3, seconds: 180).sentence
        let over = SensorSign(kind, isOver: true, interface: "eth1").sentence
        #expect(began.hasPrefix("eth1: ") && began.contains("12.5 %") && began.contains("; "), "\(began)")
        #expect(over.contains("is over") && !over.contains(";"), "\(over)")
    }
}
