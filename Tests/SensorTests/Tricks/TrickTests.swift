import TestSupport
import Testing

/// Tricks by which a passive observer is made to read other bytes than the receiver. Right is: the same as the receiver, or
/// each reading, marked as ambiguous.

private func check(_ trick: Trick) {
    var scene = Scene()
    trick.play(&scene)
    scene.finish()
    let told = scene.topics("SUBSCRIBE")
    let marked = scene.topics("SUBSCRIBE", anomaly: "segment_ambiguous")
    for filter in trick.receiver { #expect(told.contains(filter), "told: \(told)") }
    for filter in trick.ambiguous { #expect(marked.contains(filter), "marked: \(marked)") }
    if trick.ambiguous.isEmpty { #expect(told == trick.receiver) }
    #expect(scene.tricks == trick.told)
}

@Test("Copies that the receiver drops", arguments: droppedCopies) func copiesThatTheReceiverDrops(_ trick: Trick) {
    check(trick)
}

@Test("Beginnings", arguments: tricksOfBeginnings) func tricksWithBeginnings(_ trick: Trick) { check(trick) }

@Test("Ends that are none", arguments: tricksOfEnds) func endsThatAreNone(_ trick: Trick) { check(trick) }

@Test("Copies that nothing tells apart", arguments: rivalCopies) func copiesThatNothingTellsApart(_ trick: Trick) {
    check(trick)
}

/// Who watches a live connection does not wait for its end.
@Test("What waits aside is decided as soon as it can be") func whatWaitsAsideIsDecidedAtOnce() {
    var scene = Scene()
    scene.connect()
    var copy = scene.next(MQTT.subscribe(1, "a"))
    copy.flags = 0x08
    scene.send(copy)
    scene.client(MQTT.subscribe(1, "b"))
    scene.broker(MQTT.suback(1))
    #expect(scene.topics("SUBSCRIBE") == ["b"])
    #expect(scene.tricks == ["segment_decoy"], "at once")
    var far = scene.next(MQTT.subscribe(2, "#"))
    far.ttl = 3
    scene.send(far)
    #expect(scene.topics("SUBSCRIBE") == ["b"])
    scene.clientNext &+= UInt32(far.payload.count)
    scene.broker(MQTT.suback(2))
    #expect(scene.topics("SUBSCRIBE") == ["b", "#"], "it was acknowledged")
}

@Test("Fragments", arguments: fragmentTricks + fragmentedSegmentTricks) func tricksWithFragments(_ row: Row) {
    row.check()
}

@Test("Links and tunnels", arguments: linkTricks) func tricksWithLinks(_ row: Row) { row.check() }

@Test("Overlaps of what waits", arguments: overlapTricks) func overlapsOfWhatWaits(_ row: Row) { row.check() }

@Test("Odd segments", arguments: oddSegments) func oddSegmentsAreReadAsTheyAre(_ row: Row) { row.check() }

@Test("Urgent bytes", arguments: urgentTricks) func urgentBytes(_ row: Row) { row.check() }

@Test("Bytes behind an end", arguments: bytesBehindEnds) func bytesBehindAnEnd(_ row: Row) { row.check() }

@Test("Tricks with datagrams", arguments: datagramTricks) func tricksWithDatagrams(_ row: Row) { row.check() }

@Test("Tricks with CoAP", arguments: coapTricks) func tricksWithCoAP(_ row: Row) { row.check() }

@Test("Tricks with MQTT", arguments: mqttFraming + mqttState) func tricksWithMQTT(_ row: Row) { row.check() }
