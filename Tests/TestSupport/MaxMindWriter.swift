/// Writes files in the format of MaxMind DB 2.0 (https://maxmind.github.io/MaxMind-DB), with records of 32 bits.
public struct MaxMindWriter {
    /// A value of the data section.
    public indirect enum Value {
        case text(String)
        case short(UInt16)
        case number(UInt32)
        case long(UInt64)
        case list([Value])
        case map([(String, Value)])
    }

    private var nodes: [[Node]] = [[.empty, .empty]]
    private var data: [UInt8] = []

    private enum Node {
        case empty
        case node(Int)
        case data(Int)
    }

    /// Without any address.
    public init() {}

    /// Gives all addresses of a block a value; the blocks must not lie in one another.
    ///
    /// - Parameters:
    ///   - octets: the 4 or 16 octets of the block's first address.
    ///   - length: how many bits of it count.
    ///   - value: what is said of the block.
    public mutating func add(_ octets: [UInt8], _ length: Int, _ value: Value) {
        let offset = data.count
        data += Self.encoded(value)
        // Addresses of IPv4 stand in ::/96.
        let length = length + 8 * (16 - octets.count)
        let octets = [UInt8](repeating: 0, count: 16 - octets.count) + octets
        var at = 0
        for place in 0..<length {
            let bit = Int(octets[place / 8] >> UInt8(7 - place % 8) & 1)
            if place == length - 1 {
                nodes[at][bit] = .data(offset)
            } else if case .node(let next) = nodes[at][bit] {
                at = next
            } else {
                nodes.append([.empty, .empty])
                nodes[at][bit] = .node(nodes.count - 1)
                at = nodes.count - 1
            }
        }
    }

    /// The file: the search tree, sixteen zeros, the data, and the metadata behind their mark.
    public func file(type: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for record in nodes.joined() {
            let value =
                switch record {
                case .empty: nodes.count
                case .node(let number): number
                case .data(let offset): nodes.count + 16 + offset
                }
            bytes += Self.octets(UInt32(value))
        }
        bytes += [UInt8](repeating: 0, count: 16) + data + [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8)
        return bytes
            + Self.encoded(
                .map([
                    ("binary_format_major_version", .short(2)), ("binary_format_minor_version", .short(0)),
                    ("build_epoch", .long(1_790_000_000)), ("database_type", .text(type)), ("description", .map([])),
                    ("ip_version", .short(6)), ("languages", .list([.text("en")])),
                    ("node_count", .number(UInt32(nodes.count))), ("record_size", .short(32)),
                ]))
    }

    /// A control octet with the type in its high three bits and the size below 29 in the rest, then the value.
    private static func encoded(_ value: Value) -> [UInt8] {
        switch value {
        case .text(let text): return head(2, text.utf8.count) + Array(text.utf8)
        case .short(let number): return [5 << 5 | 2, UInt8(number >> 8), UInt8(truncatingIfNeeded: number)]
        case .number(let number): return [6 << 5 | 4] + octets(number)
        // Types above 7 stand in an octet of their own, less 7.
        case .long(let number):
            return [8, 9 - 7] + octets(UInt32(number >> 32)) + octets(UInt32(truncatingIfNeeded: number))
        case .list(let values): return [UInt8(values.count), 11 - 7] + values.flatMap(encoded)
        case .map(let members):
            return head(7, members.count) + members.flatMap { encoded(.text($0.0)) + encoded($0.1) }
        }
    }

    private static func head(_ type: UInt8, _ size: Int) -> [UInt8] {
        size < 29 ? [type << 5 | UInt8(size)] : [type << 5 | 29, UInt8(size - 29)]
    }

    private static func octets(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt32(24 - 8 * $0)) }
    }
}
