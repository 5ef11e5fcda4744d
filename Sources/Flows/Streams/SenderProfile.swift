import Network
import Packets

/// How the packets of one end of a connection look, so that those of somebody else show; and what this end has promised to
/// take.
///
/// Learnt from packets that nothing speaks against, and from those that the other end acknowledged all the same: a route may
/// change.
struct SenderProfile: Sendable {
    /// What is known of the end.
    struct Traits: OptionSet, Sendable {
        let rawValue: UInt8
        /// A packet of it was seen: addresses of the link, network and hop limit are known.
        static let known = Traits(rawValue: 1)
        /// It fills its checksums in.
        static let rightChecksum = Traits(rawValue: 2)
        /// Its SYN was seen: it is known whether it asked for timestamps and a window scale.
        static let syn = Traits(rawValue: 4)
        /// It asked for timestamps (RFC 7323, 3.2).
        static let timestamps = Traits(rawValue: 8)
        /// Its SYN was signed.
        static let signed = Traits(rawValue: 16)
        /// It has acknowledged something.
        static let acknowledges = Traits(rawValue: 32)
        /// It has offered a window whose size is known.
        static let edge = Traits(rawValue: 64)
        /// It asked for a window scale (RFC 7323, 2.2).
        static let windowScale = Traits(rawValue: 128)
    }

    var traits: Traits = []
    /// Time to live or hop limit.
    var hopLimit: UInt8 = 0
    /// The shift of its windows, once both ends asked for one.
    var windowScale: UInt8 = 0
    /// The latest timestamp of bytes that came in order (RFC 7323, 4.3).
    var timestamp: UInt32 = 0
    /// The highest number that it has acknowledged.
    var acknowledgement = SequenceNumber(0)
    /// When it acknowledged something last, be it for the second time.
    var heard = Timestamp.zero
    /// The end of the largest window that it has offered.
    var edge = SequenceNumber(0)
    var network: UInt64 = 0
    /// 0 before its first wrong checksum; then 1, and 4 for each right one, 1 less for each wrong one.
    var checksumPoints: UInt8 = 0
    var sourceMAC: MACAddress?
    var destinationMAC: MACAddress?

    /// Hop limits of one end differ by so many where routes do; more is suspect.
    static let hopLimitTolerance: UInt8 = 2

    /// Learns from a checksum, whether it is right.
    ///
    /// The first that is right is believed, unless wrong ones came before it: of an end that leaves them to its card one in
    /// 65,536 is right by chance, and all behind it would be refused. Then it takes two in a row, or more of them where wrong
    /// ones stand between, which may be forged.
    mutating func learnChecksum(isRight: Bool) {
        guard !traits.contains(.rightChecksum) else { return }
        if isRight {
            if checksumPoints > 0 { checksumPoints += 4 }
            if checksumPoints == 0 || checksumPoints > 8 { traits.insert(.rightChecksum) }
        } else {
            checksumPoints = max(1, checksumPoints) - (checksumPoints > 1 ? 1 : 0)
        }
    }

    /// Learns the way that packets of this end come.
    mutating func learn(hopLimit: UInt8, network: UInt64, sourceMAC: MACAddress?, destinationMAC: MACAddress?) {
        self.hopLimit = hopLimit
        self.network = network
        self.sourceMAC = sourceMAC
        self.destinationMAC = destinationMAC
        traits.insert(.known)
    }

    /// Learns the way that a packet came.
    mutating func learn(_ provenance: Provenance) {
        learn(
            hopLimit: provenance.hopLimit, network: provenance.network, sourceMAC: provenance.sourceMAC,
            destinationMAC: provenance.destinationMAC)
    }

    /// Learns from the SYN that begins its stream what the end is able to.
    mutating func learn(_ options: TCPOptions) {
        traits.insert(.syn)
        if let timestamp = options.timestamp {
            traits.insert(.timestamps)
            self.timestamp = timestamp
        }
        if let scale = options.windowScale {
            traits.insert(.windowScale)
            windowScale = scale
        }
        if options.isSigned { traits.insert(.signed) }
    }

    /// What speaks against a packet by the way it came.
    func doubtsOfPath(_ packet: borrowing Packet) -> SegmentDoubts {
        var doubts: SegmentDoubts = []
        let hops = packet.hopLimit
        if hops != hopLimit {
            let distance = hops > hopLimit ? hops - hopLimit : hopLimit - hops
            if distance > Self.hopLimitTolerance { doubts.insert(.hopLimit) }
        }
        if packet.network != network { doubts.insert(.network) }
        let (source, destination) = (packet.sourceMAC, packet.destinationMAC)
        if source != sourceMAC || destination != destinationMAC { doubts.insert(.linkAddress) }
        return doubts
    }
}
