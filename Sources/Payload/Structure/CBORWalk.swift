import Bytes

/// Walks one item of CBOR (RFC 8949) once, without recursion; lengths that the item states are never believed beyond what is there.
struct CBORWalk {
    private struct Level: BitwiseCopyable {
        /// Items that follow; negative for an indefinite length.
        var rest: Int64 = 0
        var isMap = false
        /// Whether a key comes next.
        var wantsKey = false
        /// Pieces of a text or byte string of indefinite length.
        var isString = false
    }

    private var offset = 0
    private var depth = 0
    private var levels = InlineArray<48, Level>(repeating: Level())
    private var key = MemberKey.none
    private let isCut: Bool

    private init(isCut: Bool) { self.isCut = isCut }

    /// Walks `bytes`, of which more may be missing where `isCut`.
    static func walk<Visitor: MemberVisitor & ~Copyable>(
        _ bytes: RawSpan, isCut: Bool, _ visitor: inout Visitor
    ) -> WalkVerdict {
        var walk = CBORWalk(isCut: isCut)
        return walk.run(bytes, &visitor)
    }

    private mutating func run<Visitor: MemberVisitor & ~Copyable>(
        _ bytes: RawSpan, _ visitor: inout Visitor
    ) -> WalkVerdict {
        while offset < bytes.byteCount {
            let head = bytes.byte(at: offset)
            offset += 1
            if head == 0xFF {
                guard depth > 0, levels[depth - 1].rest < 0, !levels[depth - 1].isMap || levels[depth - 1].wantsKey
                else { return .foreign }
                if leave(&visitor) { return end(bytes) }
                continue
            }
            guard let argument = argument(head & 31, bytes) else {
                return isCut && offset >= bytes.byteCount ? .cut : .foreign
            }
            let major = head >> 5
            if depth > 0, levels[depth - 1].isString, major != 2, major != 3 { return .foreign }
            switch major {
            case 6:
                // A tag says something of the item behind it.
                if argument < 0 { return .foreign }
                continue
            case 4, 5:
                guard depth < 47 else { return .cut }
                if depth > 0, levels[depth - 1].wantsKey { return .foreign }
                guard argument <= Int64(bytes.byteCount - offset) || isCut else { return .foreign }
                visitor.open(take(), isArray: major == 4, bytes)
                let items = argument < 0 ? -1 : major == 5 ? argument &* 2 : argument
                levels[depth] = Level(rest: items, isMap: major == 5, wantsKey: major == 5)
                depth += 1
                if items == 0, leave(&visitor) { return end(bytes) }
                continue
            case 2, 3:
                if argument < 0 {
                    guard depth < 47 else { return .cut }
                    if depth > 0, levels[depth - 1].isString { return .foreign }
                    visitor.open(take(), isArray: true, bytes)
                    levels[depth] = Level(rest: -1, isString: true)
                    depth += 1
                    continue
                }
                guard argument <= Int64(bytes.byteCount - offset) else { return isCut ? .cut : .foreign }
                let range = ByteRange(offset: offset, count: Int(argument))
                offset += Int(argument)
                if depth > 0, levels[depth - 1].wantsKey {
                    key = major == 3 ? .text(range) : .none
                } else {
                    visitor.scalar(peek(), major == 3 ? .string(range) : .bytes(range), bytes)
                }
            case 0, 1:
                guard argument >= 0 else { return .foreign }
                let number = major == 0 ? argument : -1 - argument
                if depth > 0, levels[depth - 1].wantsKey {
                    key = .number(number)
                } else {
                    visitor.scalar(peek(), .real(Double(number)), bytes)
                }
            default:
                if depth > 0, levels[depth - 1].wantsKey { return .foreign }
                guard let value = simple(head & 31, argument, bytes) else { return .foreign }
                visitor.scalar(peek(), value, bytes)
            }
            if depth == 0 { return end(bytes) }
            if step(&visitor) { return end(bytes) }
        }
        return isCut && offset > 0 ? .cut : .foreign
    }

    /// Counts an item of the innermost level; true where the outermost ends with it.
    private mutating func step<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) -> Bool {
        let top = depth - 1
        if levels[top].isMap {
            levels[top].wantsKey.toggle()
            if levels[top].wantsKey { key = .none }
        }
        guard levels[top].rest > 0 else { return false }
        levels[top].rest -= 1
        return levels[top].rest == 0 ? leave(&visitor) : false
    }

    /// Leaves levels that are full; true where the outermost was.
    private mutating func leave<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) -> Bool {
        visitor.close()
        depth -= 1
        key = .none
        return depth == 0 ? true : step(&visitor)
    }

    private mutating func take() -> MemberKey {
        defer { key = .none }
        return key
    }

    private func peek() -> MemberKey { key }

    private func end(_ bytes: RawSpan) -> WalkVerdict { offset == bytes.byteCount ? .whole : .foreign }

    /// The argument of a head (RFC 8949, 3); -1 for an indefinite length.
    private mutating func argument(_ low: UInt8, _ bytes: RawSpan) -> Int64? {
        switch low {
        case 0..<24: return Int64(low)
        case 24...27:
            let length = 1 << Int(low - 24)
            guard bytes.byteCount - offset >= length else {
                offset = bytes.byteCount
                return nil
            }
            var value: UInt64 = 0
            for index in 0..<length { value = value << 8 | UInt64(bytes.byte(at: offset + index)) }
            offset += length
            return Int64(clamping: value)
        case 31: return -1
        default: return nil
        }
    }

    /// A simple value or a float (RFC 8949, 3.3).
    private func simple(_ low: UInt8, _ argument: Int64, _ bytes: RawSpan) -> Scalar? {
        switch low {
        case 20: return .bool(false)
        case 21: return .bool(true)
        case 22, 23: return .null
        case 25: return .real(Self.half(bytes.uint16(at: offset - 2)))
        case 26: return .real(Double(Float(bitPattern: bytes.uint32(at: offset - 4))))
        case 27: return .real(Double(bitPattern: bytes.uint64(at: offset - 8)))
        case 0..<20, 24: return .null
        default: return nil
        }
    }

    /// A float of 16 bits (IEEE 754 binary16).
    private static func half(_ bits: UInt16) -> Double {
        let exponent = Int(bits >> 10 & 31)
        let mantissa = Double(bits & 1023)
        let size: Double
        switch exponent {
        case 0: size = mantissa * 0x1p-24
        case 31: size = mantissa == 0 ? .infinity : .nan
        default: size = (1024 + mantissa) * Double(sign: .plus, exponent: exponent - 25, significand: 1)
        }
        return bits & 0x8000 == 0 ? size : -size
    }
}
