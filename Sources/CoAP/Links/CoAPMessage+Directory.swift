import Bytes
import Events

extension CoAPMessage {
    /// What a request wants of a resource directory (RFC 9176), as its usual paths tell: `/rd` to register, update and
    /// remove (5, 5.3), `/rd-lookup` to look up (6), `/.well-known/rd` to be fetched from (5.1).
    ///
    /// LwM2M registers under `/rd`, too.
    func directoryOperation(_ bytes: RawSpan) -> StaticString? {
        guard namesResource, mayHave(.uriPath) else { return nil }
        var first = ByteRange.empty
        var second = ByteRange.empty
        var count = 0
        var walk = CoAPOptionWalk(options)
        while case .option(let instance) = walk.next(bytes), instance.option.rawValue <= CoAPOption.uriPath.rawValue {
            guard instance.option == .uriPath else { continue }
            if count == 0 { first = instance.value }
            if count == 1 { second = instance.value }
            count &+= 1
        }
        let root = bytes.slice(first)
        if root.elementsEqual("rd-lookup") { return code == .get || code == .fetch ? "lookup" : nil }
        if root.elementsEqual(".well-known") {
            return count == 2 && bytes.slice(second).elementsEqual("rd") && code == .post ? "simple" : nil
        }
        guard root.elementsEqual("rd") else { return nil }
        switch code {
        case .post: return count == 1 ? "register" : "update"
        case .delete: return count > 1 ? "remove" : nil
        case .get: return "read"
        case .patch, .iPatch: return "update"
        default: return nil
        }
    }

    /// Appends the value of an argument of the query of a request to a resource directory, such as `ep=node1`.
    func readDirectoryArgument(_ name: StaticString, _ bytes: RawSpan, _ body: (ByteRange) -> Void) {
        guard directoryOperation(bytes) != nil, mayHave(.uriQuery) else { return }
        var walk = CoAPOptionWalk(options)
        while case .option(let instance) = walk.next(bytes) {
            guard instance.option == .uriQuery else { continue }
            let argument = bytes.slice(instance.value)
            let length = name.utf8CodeUnitCount
            guard argument.starts(with: name), argument.byteCount > length,
                argument.byte(at: length) == UInt8(ascii: "=")
            else { continue }
            return body(
                ByteRange(offset: instance.value.offset &+ length &+ 1, count: instance.value.count &- length &- 1))
        }
    }
}
