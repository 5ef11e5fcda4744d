import Network
import Packets
import TestSupport
import Testing

@testable import Doctor

@Test("A healthy port") func aHealthyPort() {
    var plant = Plant()
    let report = diagnosis(plant.frames())
    // No message was read in these facts, so that 'subject' alone complains.
    #expect(report.findings.filter { $0.verdict == .failure || $0.verdict == .warning }.map(\.check) == [.subject])
    #expect(report.words(.direction).hasPrefix("both directions of 8 conversations arrive"))
    #expect(report.figure(.loss, "unseen_bytes") == 0)
    #expect(report.exitStatus == 1)
}

@Test("No frame", arguments: [true, false]) func noFrame(hasCarrier: Bool) {
    var context = port()
    context.interfaces[0].hasCarrier = hasCarrier
    let report = diagnosis([], context)
    #expect(report.findings[0].check == .traffic)
    #expect(report.verdict == .failure)
    #expect(report.words(.traffic).contains("no carrier") == !hasCarrier)
    #expect(report.findings.filter { $0.verdict == .failure }.count == 1)
}

@Test("An ordinary port") func anOrdinaryPort() {
    var plant = Plant()
    // What a switch floods, and what this machine says itself.
    var frames = (0..<40).map { plant.arp($0 % 8) }
    for index in frames.indices where index % 4 == 0 {
        frames[index].sourceMAC = Plant.own
        frames[index].destinationMAC = MACAddress(0x0200_0000_0001)
    }
    let report = diagnosis(frames)
    #expect(report.findings[0].check == .mirror)
    #expect(report.findings[0].verdict == .failure)
    #expect(report.line.contains("port eth1 is an ordinary port, no mirror"))
    #expect(diagnosis(frames, file()).verdict(.mirror) == .ok, "who captured is not known of a file")
}

@Test("One direction is missing", arguments: [true, false]) func oneDirection(isToServer: Bool) {
    var plant = Plant()
    let report = diagnosis(plant.frames().filter { $0.kind != .packet || $0.isToServer == isToServer })
    #expect(report.findings[0].check == .direction)
    #expect(report.findings[0].verdict == .failure)
    let way = isToServer ? "from" : "to"
    #expect(report.words(.direction).contains("frames \(way) 10.0.0.5:1883 are missing in 8 of 8 conversations"))
    #expect(report.words(.direction).contains("both"), "what mends it")
    #expect(report.verdict(.loss) == .ok, "bytes that were not seen follow from it")
}

@Test("One direction is missing of some conversations") func oneDirectionOfSome() {
    var plant = Plant()
    let report = diagnosis(plant.frames().filter { $0.isToServer || $0.destination != Plant.client(3) })
    #expect(report.verdict(.direction) == .warning)
    #expect(report.words(.direction).contains("are missing in 1 of 8 conversations"))
}

@Test("A scan has no answers, and is no fault of the port") func aScan() {
    var plant = Plant(clients: 200, rounds: 0)
    let report = diagnosis(plant.frames().filter { $0.tcp.flags == .syn })
    #expect(report.verdict(.direction) == .unknown)
}

@Test("Tags on one side") func tagsOnOneSide() {
    var plant = Plant()
    let frames = plant.frames().map { frame in
        var frame = frame
        if frame.isToServer { frame.vlans.append(10) }
        return frame
    }
    let report = diagnosis(frames)
    #expect(report.findings[0].check == .tags)
    #expect(report.words(.tags).contains("in 8 of 8 conversations only the frames to the servers are tagged"))
    #expect(report.verdict(.direction) == .ok)
    let all = frames.map { frame in
        var frame = frame
        frame.vlans = VLANTags()
        frame.vlans.append(10)
        return frame
    }
    #expect(diagnosis(all).verdict(.tags) == .ok)
}

@Test("Two VLANs for one conversation") func twoVLANs() {
    var plant = Plant()
    let frames = plant.frames().map { frame in
        var frame = frame
        frame.vlans.append(frame.isToServer ? 10 : 20)
        return frame
    }
    #expect(diagnosis(frames).words(.tags).contains("different VLANs"))
}

@Test("Cut by the snap length", arguments: [true, false]) func cutFrames(isLive: Bool) {
    var plant = Plant()
    let frames = plant.frames().map { frame in
        var frame = frame
        if frame.payloadLength > 42 { (frame.capturedLength, frame.missing) = (96, frame.payloadLength - 42) }
        return frame
    }
    let report = diagnosis(frames, isLive ? port() : file())
    #expect(report.findings[0].check == .truncation)
    #expect(report.findings[0].verdict == .failure)
    #expect(report.words(.truncation).contains("most of them after 96 bytes"))
    #expect(report.words(.truncation).contains(isLive ? "snap_length: 262144" : "tcpdump -s 0"))
    #expect(report.figure(.truncation, "payload_cut_share") == 0.5)
}

@Test("Cut before they come") func slicedFrames() {
    var plant = Plant()
    let frames = plant.frames().map { frame in
        var frame = frame
        if frame.payloadLength > 10 { (frame.capturedLength, frame.originalLength, frame.missing) = (64, 64, 90) }
        return frame
    }
    #expect(diagnosis(frames).words(.truncation).hasPrefix("frames are cut before they arrive"))
}

@Test("Glued segments") func gluedSegments() {
    var plant = Plant(size: 5840)
    let report = diagnosis(plant.frames())
    #expect(report.findings[0].check == .offload)
    #expect(report.figure(.offload, "glued") == 160)
    #expect(report.words(.offload).contains("ethtool -K eth1 gro off lro off"))
    var context = port()
    context.interfaces[0].joinsInCard = false
    #expect(diagnosis(plant.frames(), context).words(.offload).contains("ethtool -K eth1 gro off\n"))
    // Jumbo frames are as long as their receivers take.
    let jumbo = plant.frames().map { frame in
        var frame = frame
        if frame.maximumSegment != nil { frame.maximumSegment = 8960 }
        return frame
    }
    #expect(diagnosis(jumbo).verdict(.offload) == .ok)
}

@Test("Checksums of one side are left to a card") func checksumsOfOneSide() {
    var plant = Plant()
    let frames = plant.frames().map { frame in
        var frame = frame
        if frame.isToServer { frame.checksum = .partial }
        return frame
    }
    #expect(diagnosis(frames).verdict(.offload) == .warning)
    #expect(diagnosis(frames).words(.offload).contains("all of 8 directions of conversations, none of 8"))
    #expect(diagnosis(frames, file()).verdict(.offload) == .ok)
}

@Test("Frames that come twice", arguments: ["same", "routed", "retagged", "other interface"])
func framesThatComeTwice(kind: String) {
    var plant = Plant()
    var frames: [FrameFacts] = []
    for frame in plant.frames() {
        var copy = frame
        copy.time = copy.time.advanced(byNanoseconds: 20_000)
        if kind == "routed" { copy.hopLimit &-= 1 }
        if kind == "retagged" { copy.vlans.append(7) }
        if kind == "other interface" { copy.interface = 1 }
        frames += [frame, copy]
    }
    let report = diagnosis(frames)
    #expect(report.verdict(.duplicates) == .warning)
    #expect(report.figure(.duplicates, "share") == 0.5)
    let sign = ["same": "nearly each frame", "routed": "a router", "retagged": "VLAN tag"][kind] ?? "another interface"
    #expect(report.words(.duplicates).contains(sign))
    #expect(report.verdict(.loss) == .ok)
}

@Test("What is sent again is no copy") func whatIsSentAgain() {
    var plant = Plant()
    var frames: [FrameFacts] = []
    for frame in plant.frames() {
        frames.append(frame)
        // TCP sends the same bytes in a packet of another number; CoAP and a keep-alive the same packet, but later.
        var again = frame
        again.print ^= 0xFFF_0000
        var later = frame
        later.time = later.time.advanced(byNanoseconds: 60_000_000)
        frames += [again, later]
    }
    frames.sort { $0.time < $1.time }
    #expect(diagnosis(frames).figure(.duplicates, "copies") == 0)
}

@Test("One pair of stations for many addresses") func onePairOfStations() {
    var plant = Plant()
    let frames = plant.frames().map { frame in
        var frame = frame
        let (one, other) = (MACAddress(0x0200_0000_0001), MACAddress(0x0200_0000_0002))
        if frame.kind == .packet {
            (frame.sourceMAC, frame.destinationMAC) = frame.isToServer ? (one, other) : (other, one)
        }
        return frame
    }
    #expect(diagnosis(frames).verdict(.place) == .warning)
    var lonely = Plant(clients: 1, rounds: 200)
    #expect(diagnosis(lonely.frames(), file()).verdict(.place) == .ok, "a capture of one conversation")
}

@Test("More than the link carries") func moreThanTheLinkCarries() {
    var plant = Plant(rounds: 100, size: 1400)
    // A frame of 1454 bytes and two short ones in 3 ms: 4.4 Mbit/s.
    var context = port()
    #expect(diagnosis(plant.frames(), context).verdict(.oversubscription) == .ok)
    context.interfaces[0].speed = 5
    let report = diagnosis(plant.frames(), context)
    #expect(report.findings[0].check == .oversubscription)
    #expect(report.verdict(.oversubscription) == .failure)
    context.interfaces[0].speed = 1000
    context.interfaces[0].isFullDuplex = false
    #expect(diagnosis(plant.frames(), context).words(.oversubscription).hasPrefix("eth1 is half duplex"))
}

@Test("A clock that is set back") func aClockThatIsSetBack() {
    var plant = Plant()
    var frames = plant.frames()
    for index in 200..<frames.count { frames[index].time = frames[index].time.advanced(byNanoseconds: -5_000_000_000) }
    #expect(diagnosis(frames).verdict(.clock) == .warning)
    #expect(diagnosis(frames).figure(.clock, "longest_step_back").rounded() == 5)
    // Two interfaces hand over in turn.
    frames = plant.frames()
    for index in frames.indices where index % 2 == 1 {
        frames[index].interface = 1
        frames[index].time = frames[index].time.advanced(byNanoseconds: -90_000_000)
    }
    #expect(diagnosis(frames).verdict(.clock) == .ok)
    var context = port()
    context.isClockSynchronised = false
    #expect(diagnosis(plant.frames(), context).verdict(.clock) == .warning)
}

@Test("Head-room") func headroom() {
    var plant = Plant()
    var context = port()
    #expect(diagnosis(plant.frames(), context).words(.headroom).contains("manages about 200 k frames/s"))
    context.capacity = 60
    #expect(diagnosis(plant.frames(), context).verdict(.headroom) == .warning)
    context.capacity = nil
    #expect(diagnosis(plant.frames(), context).verdict(.headroom) == .unknown)
}
