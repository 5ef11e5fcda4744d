import Bytes
import Events

extension CoAPMessage {
    /// Appends what in the path of a request may lead a server astray: what a file system or a gateway may read
    /// otherwise than CoAP does.
    ///
    /// RFC 7252 forbids `.` and `..` alone (5.10.1); the others are allowed and strange.
    func readPathTricks(_ bytes: RawSpan, into values: inout FieldValues) {
        guard namesResource, mayHave(.uriPath) else { return }
        var found = PathTricks()
        var segments = 0
        var walk = CoAPOptionWalk(options)
        while case .option(let instance) = walk.next(bytes), instance.option.rawValue <= CoAPOption.uriPath.rawValue {
            guard instance.option == .uriPath else { continue }
            segments &+= 1
            found.formUnion(PathTricks(segment: bytes.slice(instance.value)))
        }
        if segments > PathTricks.manySegments { found.insert(.deep) }
        found.read(into: &values)
    }
}

/// What is strange about a path.
private struct PathTricks: OptionSet {
    let rawValue: UInt8

    static let dot = PathTricks(rawValue: 1)
    static let dotDot = PathTricks(rawValue: 2)
    static let slash = PathTricks(rawValue: 4)
    static let backslash = PathTricks(rawValue: 8)
    static let nul = PathTricks(rawValue: 16)
    static let control = PathTricks(rawValue: 32)
    static let encoded = PathTricks(rawValue: 64)
    static let deep = PathTricks(rawValue: 128)

    /// More segments than any resource needs.
    static let manySegments = 32

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(segment: RawSpan) {
        self = []
        if segment.elementsEqual(".") { insert(.dot) }
        if segment.elementsEqual("..") { insert(.dotDot) }
        for offset in 0..<segment.byteCount {
            switch segment.byte(at: offset) {
            case UInt8(ascii: "/"): insert(.slash)
            case UInt8(ascii: "\\"): insert(.backslash)
            case 0: insert(.nul)
            case 1..<0x20, 0x7F: insert(.control)
            case UInt8(ascii: "%"): if isEncoded(segment, offset) { insert(.encoded) }
            default: continue
            }
        }
    }

    func read(into values: inout FieldValues) {
        if contains(.dot) { values.append(text: "dot") }
        if contains(.dotDot) { values.append(text: "dot_dot") }
        if contains(.slash) { values.append(text: "slash") }
        if contains(.backslash) { values.append(text: "backslash") }
        if contains(.nul) { values.append(text: "nul") }
        if contains(.control) { values.append(text: "control") }
        if contains(.encoded) { values.append(text: "encoded") }
        if contains(.deep) { values.append(text: "deep") }
    }
}

/// Whether a `.`, `/`, `\` or NUL stands at `offset`, encoded as in a URI: segments travel decoded (RFC 7252, 6.4).
private func isEncoded(_ segment: RawSpan, _ offset: Int) -> Bool {
    guard segment.byteCount &- offset >= 3 else { return false }
    let (high, low) = (segment.byte(at: offset &+ 1), segment.byte(at: offset &+ 2) | 0x20)
    return switch (high, low) {
    case (UInt8(ascii: "2"), UInt8(ascii: "e")), (UInt8(ascii: "2"), UInt8(ascii: "f")),
        (UInt8(ascii: "5"), UInt8(ascii: "c")), (UInt8(ascii: "0"), UInt8(ascii: "0") | 0x20):
        true
    default: false
    }
}
