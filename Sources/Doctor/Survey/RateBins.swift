import Network

/// How much came in each 10 ms: a link that is full for so long has lost frames at the switch, which no counter here
/// tells.
struct RateBins: Sendable {
    /// How long a bin is, in nanoseconds.
    static let width: Int64 = 10_000_000
    /// What a frame takes on the wire beside its bytes: preamble, check sequence and the gap (IEEE 802.3, 3.1.1,
    /// 4.4.2).
    private static let overhead = 24
    private static let stepsPerOctave = 8

    /// The most bits a second in any bin.
    private(set) var peakBits: Double = 0
    /// Bins in which there was a frame.
    private(set) var busyBins: UInt64 = 0
    private var bin: Int64 = .min
    private var bits = 0
    private var frames = 0
    /// Busy bins by the logarithm of their bits, and by that of their frames: exact to a tenth.
    private var byBits = [UInt64](repeating: 0, count: 48 * stepsPerOctave)
    private var byFrames = [UInt64](repeating: 0, count: 32 * stepsPerOctave)

    /// Takes a frame; one that is older than the last counts beside it.
    mutating func note(_ facts: FrameFacts) {
        let number = facts.time.nanoseconds / Self.width
        if number > bin {
            close()
            bin = number
        }
        bits += (max(facts.originalLength, 60) + Self.overhead) * 8
        frames += 1
    }

    /// Ends the bin.
    mutating func close() {
        guard frames > 0 else { return }
        busyBins += 1
        peakBits = max(peakBits, Double(bits) * Self.perSecond)
        byBits[Self.place(bits, byBits.count)] += 1
        byFrames[Self.place(frames, byFrames.count)] += 1
        (bits, frames) = (0, 0)
    }

    private static let perSecond = 1e9 / Double(width)

    private static func place(_ value: Int, _ count: Int) -> Int {
        var (octave, rest) = (0, Double(value))
        while rest >= 2 { (octave, rest) = (octave + 1, rest / 2) }
        return min(count - 1, octave * stepsPerOctave + Int((rest - 1) * Double(stepsPerOctave)))
    }

    private static func value(_ place: Int) -> Double {
        Double(1 << (place / stepsPerOctave)) * (1 + (Double(place % stepsPerOctave) + 0.5) / Double(stepsPerOctave))
    }

    /// How many busy bins had more bits a second than that, about.
    func bins(above rate: Double) -> UInt64 {
        byBits.indices.reduce(0) { $0 + (Self.value($1) * Self.perSecond > rate ? byBits[$1] : 0) }
    }

    /// The frames a second that all but one in a thousand of the `total` bins stay below, those without a frame
    /// included.
    func peakFrames(of total: UInt64) -> Double {
        var above = max(1, max(total, busyBins) / 1000)
        for place in byFrames.indices.reversed() where byFrames[place] > 0 {
            if byFrames[place] >= above { return Self.value(place) * Self.perSecond }
            above -= byFrames[place]
        }
        return 0
    }
}
