import Bytes
import FuzzSupport
import Network
import Packets

/// The first byte chooses the link type, the rest is a frame.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Script(data, count).rest
    if let wrong = DecoderInvariants.check(input: input) { fatalError(wrong) }
    checkSum(input)
    checkTraces(input)
    return 0
}

/// The sum of all bytes is that of two parts, wherever an even number of them is cut off; and it is the one that adds up
/// word by word.
private func checkSum(_ input: [UInt8]) {
    guard let first = input.first else { return }
    let bytes = input.span.bytes
    let middle = min(input.count, Int(first)) & ~1
    let whole = Checksums.sum(bytes, ByteRange(offset: 0, count: input.count))
    let front = Checksums.sum(bytes, ByteRange(offset: 0, count: middle))
    let both = Checksums.sum(
        bytes, ByteRange(offset: middle, count: input.count - middle), initial: UInt64(front))
    require(whole == both, "sum of the whole \(whole), of its parts \(both)")
    var plain = 0
    for (index, byte) in input.enumerated() {
        plain += index % 2 == 0 ? Int(byte) << 8 : Int(byte)
        if plain > 0xFFFF { plain -= 0xFFFF }
    }
    require(Int(whole) == plain, "sum \(whole), byte by byte \(plain)")
    // Ranges that lie elsewhere.
    _ = Checksums.sum(bytes, ByteRange(offset: Int(first), count: Int(first) * 3))
}

/// What a packet was filled with before leaves no trace.
private func checkTraces(_ input: [UInt8]) {
    guard let first = input.first else { return }
    let frame = Array(input.dropFirst())
    let link = DecoderInvariants.links[Int(first) % DecoderInvariants.links.count]
    var fresh = Packet()
    var used = Packet()
    used.missing = 7
    used.networkHeader = ByteRange(offset: 3, count: 20)
    used.segment = ByteRange(offset: 1, count: 2)
    used.tcp.flags = [.syn, .fin]
    used.isSourceRouted = true
    used.sourcePort = 1
    used.vlans.append(5)
    let one = PacketDecoder.decode(frame.span.bytes, link: link, into: &fresh)
    let other = PacketDecoder.decode(frame.span.bytes, link: link, into: &used)
    require(one == other, "a used packet gives \(other) instead of \(one)")
    let isSame =
        fresh.source == used.source && fresh.destination == used.destination && fresh.sourcePort == used.sourcePort
        && fresh.destinationPort == used.destinationPort && fresh.payload == used.payload
        && fresh.missing == used.missing && fresh.tcp == used.tcp && fresh.networkHeader == used.networkHeader
        && fresh.segment == used.segment && fresh.isSourceRouted == used.isSourceRouted
        && fresh.vlans.count == used.vlans.count && fresh.tunnels.count == used.tunnels.count
    require(isSame, "a used packet keeps what it held")
}
