import Bytes
import Events

/// The fields of a document in CoRE Link Format.
enum CoAPLinks {
    /// Links that are read of a document, at most.
    private static let limit = 1000

    /// Appends what a field tells of the links of `text`.
    static func read(_ field: CoAPField, of text: RawSpan, into values: inout FieldValues) {
        var walk = CoAPLinkWalk()
        var count = 0
        while count < limit, let link = walk.next(text) {
            count &+= 1
            switch field {
            case .linkTarget: values.append(copying: text.slice(link.target))
            case .linkResourceType: readWords("rt", link, text) { values.append(copying: $0) }
            case .linkInterface: readWords("if", link, text) { values.append(copying: $0) }
            case .linkContentFormat:
                readWords("ct", link, text) { if let number = decimal($0) { values.append(number) } }
            case .linkObservable: if has("obs", link, text) { values.append(copying: text.slice(link.target)) }
            default: continue
            }
        }
        if field == .linkCount, count > 0 { values.append(count) }
    }

    /// The words of each attribute of that name: relation types and the like stand in a list with blanks between
    /// (RFC 6690, 3).
    private static func readWords(_ name: StaticString, _ link: CoAPLink, _ text: RawSpan, _ body: (RawSpan) -> Void) {
        var walk = CoAPLinkAttributeWalk(link)
        while let attribute = walk.next(text) {
            guard text.slice(attribute.name).elementsEqual(name) else { continue }
            var start = attribute.value.offset
            while start < attribute.value.end {
                let space = text.firstOffset(of: 0x20, from: start).map { min($0, attribute.value.end) }
                let end = space ?? attribute.value.end
                if end > start { body(text.slice(ByteRange(offset: start, count: end &- start))) }
                start = end &+ 1
            }
        }
    }

    private static func has(_ name: StaticString, _ link: CoAPLink, _ text: RawSpan) -> Bool {
        var walk = CoAPLinkAttributeWalk(link)
        while let attribute = walk.next(text) {
            if text.slice(attribute.name).elementsEqual(name) { return true }
        }
        return false
    }
}

/// The number that decimal digits stand for, as far as it fits; `nil` for anything else.
func decimal(_ text: RawSpan) -> Int64? {
    guard !text.isEmpty else { return nil }
    var number: Int64 = 0
    for offset in 0..<text.byteCount {
        let digit = text.byte(at: offset) &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: 10)
        let (sum, overflow2) = product.addingReportingOverflow(Int64(digit))
        guard !overflow, !overflow2 else { return nil }
        number = sum
    }
    return number
}
