/// What all sessions write to: the capture, the truth about it, and the numbers that decide.
struct Traffic {
    var chance: Chance
    var truth = Truth()
    private(set) var capture: PcapWriter
    /// Bytes that look random, of which payloads are pieces.
    let noise: [UInt8]
    /// Microseconds between two frames on average.
    private let gap: Int
    private var framesByKind = [Int](repeating: 0, count: SessionKind.allCases.count)
    /// The kind of session whose turn it is.
    var kind = SessionKind.mqtt
    /// A message or a packet that is being written: room that is used again.
    var scratch: [UInt8] = []

    init(capture: PcapWriter, seed: UInt64, gap: Int = 10) {
        self.capture = capture
        self.gap = gap
        var chance = Chance(seed: seed)
        var noise: [UInt8] = []
        noise.reserveCapacity(1 << 20)
        while noise.count < 1 << 20 {
            let word = chance.next()
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                noise.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        self.noise = noise
        self.chance = chance
    }

    mutating func frame(_ compose: (inout [UInt8]) -> Void) {
        framesByKind[kind.rawValue] += 1
        capture.frame(after: chance.among(1...2 * gap - 1), compose)
    }

    /// All frames so far.
    var allFrames: Int { capture.frames }

    func frames(of kind: SessionKind) -> Int { framesByKind[kind.rawValue] }

    /// Capture time in milliseconds, as devices write it into what they report.
    var milliseconds: Int { capture.clock / 1000 }

    /// A place in `noise` with `count` bytes behind it, at most 512 KiB.
    mutating func noise(_ count: Int) -> Range<Int> {
        let start = chance.below(1 << 19)
        return start..<start + count
    }

    /// Appends random bytes.
    mutating func appendNoise(_ count: Int, to bytes: inout [UInt8]) {
        var left = count
        while left > 0 {
            let part = min(left, 1 << 19)
            bytes.append(contentsOf: noise[noise(part)])
            left -= part
        }
    }

    /// Appends what a device reports: an object of JSON with three to nine values.
    mutating func appendReport(of device: Int, to bytes: inout [UInt8]) {
        let value = chance.word()
        func bit(_ number: UInt32) -> Bool { value >> number & 1 == 1 }
        func part(_ shift: UInt32, _ limit: UInt32) -> Int { Int((value >> shift) % limit) }
        bytes.append("{\"ts\":")
        bytes.append(decimal: milliseconds)
        bytes.append(",\"temperature\":")
        bytes.append(decimal: 10 + part(0, 30))
        bytes.append(".")
        bytes.append(decimal: part(8, 100), digits: 2)
        if bit(16) {
            bytes.append(",\"humidity\":")
            bytes.append(decimal: 20 + part(17, 60))
        }
        if bit(18) {
            bytes.append(",\"id\":\"dev-")
            bytes.append(hexadecimal(device))
            bytes.append("\"")
        }
        if bit(19) {
            bytes.append(",\"battery\":3.")
            bytes.append(decimal: part(20, 100), digits: 2)
            bytes.append(",\"rssi\":-")
            bytes.append(decimal: 40 + part(3, 50))
        }
        if bit(21) {
            bytes.append(",\"vibration\":[0.")
            bytes.append(decimal: part(0, 1000), digits: 3)
            bytes.append(",0.")
            bytes.append(decimal: part(7, 1000), digits: 3)
            bytes.append("]")
        }
        if bit(22) { bytes.append(",\"unit\":\"celsius\",\"state\":\"running\"") }
        if bit(23) || bit(24) {
            bytes.append(",\"seq\":")
            bytes.append(decimal: Int(value >> 10))
        }
        bytes.append("}")
    }

    mutating func finish() {
        capture.finish()
        truth.frames = capture.frames
        truth.wireBytes = capture.wireBytes
        truth.fileBytes = capture.fileBytes
        for kind in SessionKind.allCases where frames(of: kind) > 0 {
            truth.framesByKind[kind.name] = frames(of: kind)
        }
    }
}

/// What a session speaks.
enum SessionKind: Int, CaseIterable {
    case mqtt, coap, http, tls, database, dns, ntp, quic, icmp, arp, scan

    var name: String { "\(self)" }
}

/// Something that goes on between two ends, a few frames at a time.
protocol Session: AnyObject {
    var kind: SessionKind { get }
    var isOver: Bool { get }
    /// Says that the capture ends soon.
    func hurry()
    /// Writes the next few frames.
    func turn(_ traffic: inout Traffic)
}
