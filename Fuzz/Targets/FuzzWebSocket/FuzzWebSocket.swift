import Bytes
import Events
import FuzzSupport
import WebSocket

/// Two connections of a table that can keep little. The script says how they begin, then in turns: whose bytes come,
/// how many, in which pieces, and what is lost.
///
/// The law: however the bytes of a direction are cut, the same bytes come out.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var script = Script(data, count)
    boundary(script.rest)
    let kind = script.byte()
    let rest = script.rest
    var whole = Player(kind: kind, cut: .max)
    whole.play(Script(rest))
    var pieces = Player(kind: kind, cut: Int(kind >> 4) + 1)
    pieces.play(Script(rest))
    if whole.mayDiffer || pieces.mayDiffer { return 0 }
    require(whole.bytes == pieces.bytes, "\(whole.bytes) in pieces are \(pieces.bytes)")
    require(whole.violations == pieces.violations, "violations")
    return 0
}

/// What looks at bytes without a connection.
private func boundary(_ bytes: [UInt8]) {
    _ = WebSocketProbe(bytes.span.bytes)
    for direction in [Direction.toServer, .toClient] {
        var boundary = WebSocketBoundary(direction: direction, mayCompress: bytes.count % 2 == 0)
        switch boundary.find(bytes.span.bytes, isWeak: bytes.count % 3 == 0) {
        case .open(let offset): require(offset <= bytes.count, "open at \(offset) of \(bytes.count)")
        case .proven(let offset):
            require(offset < bytes.count, "proven at \(offset) of \(bytes.count)")
            var payloads: [UInt8] = []
            _ = boundary.appendPayloads(of: bytes.span.bytes, from: offset, to: &payloads)
            require(payloads.count <= bytes.count, "more comes out than goes in")
        }
    }
}
