/// The ways in which a stream comes out of order on its way to the sensor.
struct Bends: OptionSet {
    let rawValue: Int

    static let reorder = Bends(rawValue: 1 << 0)
    static let duplicate = Bends(rawValue: 1 << 1)
    static let overlap = Bends(rawValue: 1 << 2)
    static let conflict = Bends(rawValue: 1 << 3)
    static let loss = Bends(rawValue: 1 << 4)
    static let late = Bends(rawValue: 1 << 5)
    static let fragment = Bends(rawValue: 1 << 6)
    static let tiny = Bends(rawValue: 1 << 7)
    static let midStream = Bends(rawValue: 1 << 8)
    /// Two mirror ports merged out of step: data comes after the other end's acknowledgement of it.
    static let acknowledgedAhead = Bends(rawValue: 1 << 9)
    static let vlan = Bends(rawValue: 1 << 10)
    static let doubleTag = Bends(rawValue: 1 << 11)
    static let extensionHeader = Bends(rawValue: 1 << 12)

    /// What the option `--bend` calls them.
    static let names: [(name: String, bend: Bends)] = [
        ("none", []), ("reorder", .reorder), ("duplicate", .duplicate), ("overlap", .overlap),
        ("conflict", .conflict), ("loss", .loss), ("late", .late), ("fragment", .fragment), ("tiny", .tiny),
        ("mid-stream", .midStream), ("ack-ahead", .acknowledgedAhead), ("vlan", .vlan), ("double-tag", .doubleTag),
        ("extension-header", .extensionHeader),
    ]

    /// How many flows in a thousand are bent in which way, where nothing else is asked for.
    static let shares: [(bend: Bends, permille: Int)] = [
        ([], 230), (.reorder, 150), (.acknowledgedAhead, 30), (.duplicate, 130), (.overlap, 100), (.conflict, 50),
        (.loss, 90), (.late, 80), (.fragment, 70), (.tiny, 40), (.midStream, 30),
    ]

    /// Those that change the segments of a stream.
    static let ofStreams: Bends = [
        .reorder, .duplicate, .overlap, .conflict, .loss, .late, .fragment, .tiny, .midStream, .acknowledgedAhead,
    ]
}

/// A segment of TCP that will be written.
struct Segment {
    var side: Int
    var flags: TCPFlags
    var sequence: UInt32
    var acknowledgement: UInt32
    /// Its part of the bytes of the turn.
    var bytes: Range<Int>
    /// Whether its bytes are others than those that were sent.
    var isSpoiled = false
    /// Whether something was done to it: the rest of the ways leave it alone.
    var isBent = false
}

/// A message of MQTT in the sequence space of its connection.
struct MessagePlace {
    var side: Int
    var type: MQTTType
    var first: UInt32
    var end: UInt32
    var isHit = false
}

/// The segments of a turn, and what is done to them.
struct Turn {
    var bytes: [UInt8] = []
    var segments: [Segment] = []
    var messages: [MessagePlace] = []

    mutating func bend(_ bends: Bends, _ traffic: inout Traffic) {
        if bends.contains(.loss) { lose(&traffic) }
        if bends.contains(.overlap) { overlap(&traffic) }
        if bends.contains(.conflict) { contradict(&traffic) }
        if bends.contains(.duplicate) { duplicate(&traffic) }
        if bends.contains(.reorder) { reorder(&traffic) }
        if bends.contains(.late) { delay(&traffic) }
        if bends.contains(.acknowledgedAhead) { acknowledgeAhead(&traffic) }
    }

    private func isFree(_ index: Int) -> Bool { !segments[index].bytes.isEmpty && !segments[index].isBent }

    /// The last segment from `index` on that the same end sent: what moves no further crosses no acknowledgement of it.
    private func runEnd(_ index: Int) -> Int {
        var end = index
        while end + 1 < segments.count, segments[end + 1].side == segments[index].side { end += 1 }
        return end
    }

    private mutating func move(_ index: Int, to place: Int) {
        var segment = segments.remove(at: index)
        segment.isBent = true
        segments.insert(segment, at: place)
    }

    private mutating func lose(_ traffic: inout Traffic) {
        segments = segments.filter { segment in
            guard !segment.bytes.isEmpty, traffic.chance.happens(20) else { return true }
            traffic.truth.adverse.segmentsLost += 1
            traffic.truth.adverse.bytesLost += segment.bytes.count
            let end = segment.sequence &+ UInt32(segment.bytes.count)
            for index in messages.indices where messages[index].side == segment.side && !messages[index].isHit {
                // Sequence numbers go around.
                guard Int32(bitPattern: segment.sequence &- messages[index].end) < 0,
                    Int32(bitPattern: messages[index].first &- end) < 0
                else { continue }
                messages[index].isHit = true
                traffic.truth.mqtt.messagesHitByCaptureLoss += 1
                traffic.truth.mqtt.byTypeHitByCaptureLoss[messages[index].type.name, default: 0] += 1
            }
            return false
        }
    }

    /// Lets segments begin within the one before.
    private mutating func overlap(_ traffic: inout Traffic) {
        for index in segments.indices.dropFirst() where isFree(index) {
            let before = segments[index - 1]
            guard before.side == segments[index].side, before.bytes.count > 4,
                before.bytes.upperBound == segments[index].bytes.lowerBound, traffic.chance.happens(300)
            else { continue }
            let count = traffic.chance.among(1...before.bytes.count - 1)
            segments[index].sequence &-= UInt32(count)
            segments[index].bytes = segments[index].bytes.lowerBound - count..<segments[index].bytes.upperBound
            segments[index].isBent = true
            traffic.truth.adverse.overlapping += 1
        }
    }

    /// Puts a copy with other bytes behind segments: whoever received the first has no use for it.
    private mutating func contradict(_ traffic: inout Traffic) {
        var index = 0
        while index < segments.count {
            if isFree(index), segments[index].bytes.count >= 4, traffic.chance.happens(100) {
                segments[index].isBent = true
                var copy = segments[index]
                copy.isSpoiled = true
                segments.insert(copy, at: index + 1)
                traffic.truth.adverse.conflictingCopies += 1
            }
            index += 1
        }
    }

    private mutating func duplicate(_ traffic: inout Traffic) {
        var index = 0
        while index < segments.count {
            if isFree(index), traffic.chance.happens(200) {
                segments[index].isBent = true
                let place = min(segments.count, index + 1 + traffic.chance.below(3))
                segments.insert(segments[index], at: place)
                traffic.truth.adverse.duplicated += 1
            }
            index += 1
        }
    }

    /// Changes places with one of the next three of the same run.
    private mutating func reorder(_ traffic: inout Traffic) {
        for index in segments.indices where isFree(index) && traffic.chance.happens(300) {
            let other = min(index + traffic.chance.among(1...3), runEnd(index))
            guard other > index, isFree(other) else { continue }
            segments[index].isBent = true
            segments[other].isBent = true
            segments.swapAt(index, other)
            traffic.truth.adverse.reordered += 1
        }
    }

    /// Lets segments come up to seven later, within their run.
    private mutating func delay(_ traffic: inout Traffic) {
        for index in segments.indices where isFree(index) && traffic.chance.happens(120) {
            let place = min(index + traffic.chance.among(1...7), runEnd(index))
            guard place > index else { continue }
            move(index, to: place)
            traffic.truth.adverse.late += 1
        }
    }

    /// Lets segments come after the other end's answer to them.
    private mutating func acknowledgeAhead(_ traffic: inout Traffic) {
        for index in segments.indices where isFree(index) && traffic.chance.happens(120) {
            let answer = runEnd(index) + 1
            guard answer < segments.count else { continue }
            move(index, to: answer)
            traffic.truth.adverse.acknowledgedAhead += 1
        }
    }
}
