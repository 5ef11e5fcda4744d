import Bytes

/// SOCKS 4 and 4a, and SOCKS 5 (RFC 1928) with or without a password (RFC 1929).
extension ProxyHandshake {
    mutating func takeSOCKS(_ bytes: RawSpan) -> ProxyStep {
        switch phase {
        case .socksVersion: return go(to: bytes.byte(at: 0) == 4 ? .socks4Request : .socks5Methods, behind: 0)
        case .socks4Request: return takeSOCKS4Request(bytes)
        case .socks4Answer:
            // Its version is 0; some proxies repeat that of the request.
            guard bytes.byte(at: 0) == 0 || bytes.byte(at: 0) == 4 else { return .other }
            guard bytes.byteCount >= 8 else { return .needMore }
            return bytes.byte(at: 1) == 0x5A ? .open(8) : .refused
        case .socks5Methods:
            guard bytes.byteCount >= 2 else { return .needMore }
            let count = 2 + Int(bytes.byte(at: 1))
            return bytes.byteCount < count ? .needMore : go(to: .socks5Method, behind: count)
        case .socks5Method:
            guard bytes.byte(at: 0) == 5 else { return .other }
            guard bytes.byteCount >= 2 else { return .needMore }
            switch bytes.byte(at: 1) {
            case 0: return go(to: .socks5Request, behind: 2)
            case 2: return go(to: .socks5Password, behind: 2)
            // None is acceptable, or one that may hide all that follows (GSSAPI, RFC 1961).
            default: return .refused
            }
        case .socks5Password: return takePassword(bytes)
        case .socks5Status:
            guard bytes.byteCount >= 2 else { return .needMore }
            return bytes.byte(at: 1) == 0 ? go(to: .socks5Request, behind: 2) : .refused
        case .socks5Request: return takeSOCKS5(bytes, wanted: 1)
        case .socks5Answer: return takeSOCKS5(bytes, wanted: 0)
        default: return .other
        }
    }

    /// The longest name in a request of SOCKS 4, with the zero at its end.
    private static var longestName: Int { 256 }

    /// Version, command, port, address, a name of the user up to a zero; with 4a, whose address is 0.0.0.x, the host up to
    /// another one.
    private mutating func takeSOCKS4Request(_ bytes: RawSpan) -> ProxyStep {
        guard bytes.byteCount > 8 else { return .needMore }
        let address = bytes.uint32(at: 4)
        var names = address >> 8 == 0 && address != 0 ? 2 : 1
        var start = 8
        for offset in 8..<bytes.byteCount {
            guard offset - start < Self.longestName else { return .other }
            guard bytes.byte(at: offset) == 0 else { continue }
            names -= 1
            start = offset + 1
            if names == 0 { return go(to: .socks4Answer, behind: start) }
        }
        return .needMore
    }

    /// Version, the name of the user behind its length, the password behind its length (RFC 1929, 2).
    private mutating func takePassword(_ bytes: RawSpan) -> ProxyStep {
        guard bytes.byte(at: 0) == 1 else { return .refused }
        guard bytes.byteCount >= 2 else { return .needMore }
        let lengthPlace = 2 + Int(bytes.byte(at: 1))
        guard bytes.byteCount > lengthPlace else { return .needMore }
        let count = lengthPlace + 1 + Int(bytes.byte(at: lengthPlace))
        return bytes.byteCount < count ? .needMore : go(to: .socks5Status, behind: count)
    }

    /// A request or its answer (RFC 1928, 4 and 6): version, command or reply, a reserved byte, an address, a port.
    ///
    /// Of the commands only CONNECT (1) makes a tunnel of this connection, of the replies 0 grants it.
    private mutating func takeSOCKS5(_ bytes: RawSpan, wanted: UInt8) -> ProxyStep {
        guard bytes.byte(at: 0) == 5 else { return .refused }
        guard bytes.byteCount >= 5 else { return .needMore }
        guard bytes.byte(at: 1) == wanted else { return .refused }
        let count: Int
        switch bytes.byte(at: 3) {
        case 1: count = 4 + 4 + 2
        case 3: count = 4 + 1 + Int(bytes.byte(at: 4)) + 2
        case 4: count = 4 + 16 + 2
        default: return .refused
        }
        guard bytes.byteCount >= count else { return .needMore }
        return phase == .socks5Answer ? .open(count) : go(to: .socks5Answer, behind: count)
    }
}
