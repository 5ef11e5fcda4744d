import Bytes
import Events
import Foundation
import Network
import Patterns
import Payload

/// What an inspector says of a payload, as the fields show it.
struct Look {
    private(set) var fields: [String: [String]] = [:]

    subscript(_ name: String) -> [String] { fields[name] ?? [] }
    var format: String { self["payload.format"].first ?? "" }

    init(_ inspector: borrowing PayloadInspector, _ payload: [UInt8], total: Int) {
        for field in PayloadField.allCases {
            var values = FieldValues()
            inspector.read(field, payload.span.bytes, total: total, into: &values)
            let info = PayloadField.block.fields[Int(field.rawValue)]
            let texts = values.values.map { value in
                switch value {
                case .bool(let flag): String(flag)
                case .int(let number): String(number)
                case .float(let number): String(number)
                case .address(let address): address.description
                case .time(let time): time.description
                case .bytes(let reference):
                    values.withBytes(reference, message: payload.span.bytes) { bytes in
                        guard info.type == .bytes else { return String(copying: bytes) }
                        var hex: [UInt8] = []
                        hex.append(hexOf: bytes)
                        return String(decoding: hex, as: UTF8.self)
                    }
                }
            }
            if !texts.isEmpty { fields[info.name] = texts }
        }
    }
}

/// An inspector with lists of words, to be asked again and again.
struct Inspecting: ~Copyable {
    var inspector: PayloadInspector

    /// With the lists given, by their names without `.words`.
    init(_ lists: [String: String] = [:], bytes: Int = PayloadInspector.defaultBytes) throws {
        let lists = lists.map { WordList(name: $0.key + ".words", text: $0.value) }
        inspector = PayloadInspector(try PayloadKnowledge(lists), bytes: bytes)
    }

    /// With the lists that are shipped.
    init(shipped: Void) throws {
        let folder = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../Rules/lists").standardized
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let lists = try names.filter { $0.hasSuffix(".words") }.sorted().map {
            WordList(name: $0, text: try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8))
        }
        inspector = PayloadInspector(try PayloadKnowledge(lists))
    }

    mutating func look(
        _ payload: [UInt8], topic: String = "a/b", type: PayloadType = .unknown, total: Int? = nil
    ) -> Look {
        let name = Array(topic.utf8)
        inspector.clear()
        inspector.inspect(payload.span.bytes, total: total ?? payload.count, topic: name.span.bytes, type: type)
        return Look(inspector, payload, total: total ?? payload.count)
    }

    mutating func look(_ payload: String, topic: String = "a/b", type: PayloadType = .unknown) -> Look {
        look(Array(payload.utf8), topic: topic, type: type)
    }
}

/// The bytes of hexadecimal digits, blanks left out.
func hex(_ text: String) -> [UInt8] {
    let digits = text.filter { !$0.isWhitespace }
    var bytes: [UInt8] = []
    var index = digits.startIndex
    while index < digits.endIndex, let next = digits.index(index, offsetBy: 2, limitedBy: digits.endIndex) {
        bytes.append(UInt8(digits[index..<next], radix: 16) ?? 0)
        index = next
    }
    return bytes
}
