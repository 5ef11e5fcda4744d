import Bytes
import Events

/// The subprotocols that an opening handshake names (RFC 6455, 1.9), each that is known by a bit of its own.
struct WebSocketSubprotocols: OptionSet, Hashable, Sendable {
    /// The bits, one for each subprotocol.
    let rawValue: UInt32

    /// Any that no protocol has for a name.
    static let other = Self(rawValue: 1 << 31)
}

/// The names of subprotocols, as the descriptors of the protocols that WebSocket may carry give them.
struct SubprotocolNames: Sendable {
    private var names: [StaticString] = []
    /// The names of each protocol, by its number.
    private var namesOfProtocol: [WebSocketSubprotocols] = []
    /// All that are known.
    private(set) var known: WebSocketSubprotocols = []

    /// The most names that have a bit; those behind them are not known.
    private static let limit = 31

    /// The names of protocols, each under its number; `nil` for one that WebSocket never carries.
    init(_ uses: [ProtocolDescriptor.WebSocketUse?]) {
        for use in uses {
            var own: WebSocketSubprotocols = []
            for name in use?.subprotocols ?? [] where names.count < Self.limit {
                own.insert(WebSocketSubprotocols(rawValue: 1 << UInt32(names.count)))
                names.append(name)
            }
            namesOfProtocol.append(own)
            known.formUnion(own)
        }
    }

    /// Those of a list in a head.
    ///
    /// Names are compared with case.
    func read(_ head: RawSpan, _ list: ByteRange) -> WebSocketSubprotocols {
        var found: WebSocketSubprotocols = []
        HTTPHead.forEachMember(head, list, separator: UInt8(ascii: ",")) { found.formUnion(bit(of: head.slice($0))) }
        return found
    }

    private func bit(of name: RawSpan) -> WebSocketSubprotocols {
        for index in names.indices where name.elementsEqual(names[index]) {
            return WebSocketSubprotocols(rawValue: 1 << UInt32(index))
        }
        return .other
    }

    /// The names of a protocol; none where no protocol has that number.
    func names(of number: UInt8) -> WebSocketSubprotocols {
        Int(number) < namesOfProtocol.count ? namesOfProtocol[Int(number)] : []
    }

    /// The one protocol that all of some subprotocols belong to; `nil` where there is none such.
    func owner(of subprotocols: WebSocketSubprotocols) -> UInt8? {
        guard !subprotocols.isEmpty, !subprotocols.contains(.other) else { return nil }
        return namesOfProtocol.firstIndex { subprotocols.isSubset(of: $0) }.map { UInt8(truncatingIfNeeded: $0) }
    }
}
