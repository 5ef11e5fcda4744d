import Network
import Packets
import TestSupport
import Testing

@testable import Doctor

@Test("Loss that is known is measured within a tenth", arguments: [0.01, 0.05, 0.2])
func knownLoss(share: Double) {
    let seed = testSeed()
    var generator = SeededGenerator(seed: seed)
    var plant = Plant(clients: 20, rounds: 2500)
    var lost = 0.0
    var sent = 0.0
    let frames = plant.frames().filter { frame in
        guard frame.kind == .packet, frame.payloadLength > 0 else { return true }
        let isLost = Double.random(in: 0..<1, using: &generator) < share
        sent += Double(frame.payloadLength)
        if isLost { lost += Double(frame.payloadLength) }
        return !isLost
    }
    let report = diagnosis(frames)
    let found = report.figure(.loss, "unseen_share")
    #expect(abs(found - lost / sent) < 0.1 * lost / sent, "seed \(seed): \(found) of \(lost / sent)")
    #expect(report.findings[0].check == .loss)
    if share != 0.05 { #expect(report.verdict(.loss) == (share > 0.05 ? .failure : .warning)) }
    #expect(report.words(.loss).contains("frames are lost before they arrive"))
}

@Test("What comes late or is sent again was not lost") func whatComesLate() {
    var plant = Plant()
    var frames = plant.frames()
    // Each third question comes behind its acknowledgement, as where two interfaces hand over in turn.
    var index = 40
    while index + 1 < frames.count {
        if frames[index].payloadLength == 100 { frames.swapAt(index, index + 1) }
        index += 9
    }
    #expect(diagnosis(frames).figure(.loss, "unseen_bytes") == 0)
}

@Test("Loss of this machine is told by its own counters") func lossOfThisMachine() {
    var plant = Plant()
    var context = port()
    context.droppedByKernel = 60
    var report = diagnosis(plant.frames(), context)
    #expect(report.findings[0].check == .loss)
    #expect(report.words(.loss).hasPrefix("this machine is too slow: its kernel drops frames"))
    context.droppedByKernel = 0
    context.interfaces[0].counters["rx_missed_errors"] = 60
    report = diagnosis(plant.frames(), context)
    #expect(report.words(.loss).hasPrefix("the card drops frames"))
    // A virtual card has no such counter: that is another thing than 0.
    context.interfaces[0].isVirtual = true
    #expect(diagnosis(plant.frames(), context).verdict(.loss) == .ok)
    #expect(diagnosis(plant.frames(), context).figure(.loss, "card_share") == -1)
}

@Test("Loss of CoAP is measured within a quarter", arguments: [0.01, 0.05, 0.2])
func lossOfCoAP(share: Double) {
    let seed = testSeed()
    var generator = SeededGenerator(seed: seed)
    var watch = ExchangeWatch(reusesNumbers: false)
    let server = Endpoint(IPAddress(v4: 0x0A00_0006), 5683)
    let exchanges = 12_000
    var time = Timestamp(seconds: 1_795_000_000, nanoseconds: 0)
    for number in 0..<exchanges {
        let key = ExchangeWatch.Key(
            asker: Plant.client(number % 20), answerer: server, kind: 0, number: UInt16(number / 20))
        time = time.advanced(byNanoseconds: 5_000_000)
        if Double.random(in: 0..<1, using: &generator) >= share { watch.noteQuestion(key, server: server, at: time) }
        time = time.advanced(byNanoseconds: 1_000_000)
        if Double.random(in: 0..<1, using: &generator) >= share { watch.noteAnswer(key, server: server, at: time) }
    }
    watch.settle(at: time)
    let halves = watch.servers[server] ?? ExchangeWatch.Halves()
    #expect(abs(halves.lossShare - share) < 0.25 * share, "seed \(seed): \(halves.lossShare)")
}

@Test("What is asked again was lost in the network, not on the way to the sensor") func askedAgain() {
    var watch = ExchangeWatch(reusesNumbers: false)
    let server = Endpoint(IPAddress(v4: 0x0A00_0006), 5683)
    var time = Timestamp(seconds: 1_795_000_000, nanoseconds: 0)
    for number in 0..<100 {
        let key = ExchangeWatch.Key(asker: Plant.client(1), answerer: server, kind: 0, number: UInt16(number))
        watch.noteQuestion(key, server: server, at: time)
        watch.noteQuestion(key, server: server, at: time.advanced(byNanoseconds: 2_500_000_000))
        if number % 2 == 0 { watch.noteAnswer(key, server: server, at: time.advanced(byNanoseconds: 2_510_000_000)) }
        time = time.advanced(byNanoseconds: 3_000_000_000)
    }
    watch.settle(at: time.advanced(byNanoseconds: 60_000_000_000))
    #expect(watch.servers[server] == ExchangeWatch.Halves(whole: 50, questionsOnly: 0, answersOnly: 0, repeated: 50))
}

@Test("A number that is free again names another exchange") func numbersThatAreFreeAgain() {
    var watch = ExchangeWatch(reusesNumbers: true)
    var time = Timestamp(seconds: 1_795_000_000, nanoseconds: 0)
    let key = ExchangeWatch.Key(asker: Plant.client(1), answerer: Plant.broker, kind: 3, number: 1)
    for number in 0..<100 {
        watch.noteQuestion(key, server: Plant.broker, at: time)
        if number != 50 { watch.noteAnswer(key, server: Plant.broker, at: time.advanced(byNanoseconds: 1_000_000)) }
        time = time.advanced(byNanoseconds: 50_000_000)
    }
    watch.settle(at: time.advanced(byNanoseconds: 60_000_000_000))
    // The one without an answer is taken for asked twice, since nothing tells the second question from a copy.
    #expect(watch.servers[Plant.broker]?.whole == 99)
}

@Test("Numbers that are skipped") func numbersThatAreSkipped() {
    var watch = SequenceWatch()
    for number in 0..<70_000 where number % 10 != 3 { watch.note(1, UInt32(number & 0xFFFF), modulus: 1 << 16) }
    // A sender that counts by its clock skips for no loss.
    for number in 0..<1000 { watch.note(2, UInt32(number * 7), modulus: 1 << 16) }
    let (received, skipped) = watch.totals
    #expect(received == 62_999)
    #expect(skipped == 7000)
}

@Test("What became better is said in the same words") func comparison() throws {
    var plant = Plant()
    let before = diagnosis(plant.frames().filter { $0.kind != .packet || $0.isToServer })
    let after = diagnosis(plant.frames())
    let comparison = Comparison(earlier: before, now: after)
    #expect(comparison.better == 1)
    #expect(comparison.worse == 0)
    let line = try #require(comparison.lines.first { $0.hasPrefix("better") })
    #expect(
        line
            == "better: direction: was failure (only one direction arrives), is ok (both directions of 8 "
            + "conversations arrive)"
    )
    #expect(Comparison(earlier: after, now: before).worse == 1)
}
