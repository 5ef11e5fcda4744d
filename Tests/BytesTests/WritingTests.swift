import Bytes
import Testing

@Suite struct WritingTests {
    static func decimal(_ value: some FixedWidthInteger) -> String {
        var text: [UInt8] = Array("x".utf8)
        text.append(decimal: value)
        return String(decoding: text, as: UTF8.self)
    }

    @Test("Decimals") func decimals() {
        for value in [0, 1, 9, 10, 11, 99, 100, 101, 1_000_000, -1, -9, -10, -100, Int.max, Int.min] {
            #expect(Self.decimal(value) == "x\(value)")
        }
        for value in Int8.min...Int8.max { #expect(Self.decimal(value) == "x\(value)") }
        for value in UInt8.min...UInt8.max { #expect(Self.decimal(value) == "x\(value)") }
        #expect(Self.decimal(UInt64.max) == "x18446744073709551615")
    }

    static let widths: [(Int, Int, String)] = [
        (0, 1, "0"), (0, 4, "0000"), (7, 2, "07"), (10, 2, "10"), (99, 3, "099"), (100, 2, "100"),
        (123_456, 9, "000123456"),
        (999_999_999, 9, "999999999"), (5, 0, "5"), (Int.max, 3, "9223372036854775807"),
    ]

    @Test("Width", arguments: widths) func width(_ value: Int, _ width: Int, _ expected: String) {
        var text: [UInt8] = []
        text.append(decimal: value, width: width)
        #expect(String(decoding: text, as: UTF8.self) == expected)
    }

    @Test("Hexadecimal") func hexadecimal() {
        for value in UInt8.min...UInt8.max {
            var text: [UInt8] = []
            text.append(hex: value)
            let digits = String(value, radix: 16)
            #expect(String(decoding: text, as: UTF8.self) == (digits.count == 1 ? "0" : "") + digits)
        }
        let bytes: [UInt8] = [0, 0x0F, 0xA0, 0xFF]
        var text: [UInt8] = []
        text.append(hexOf: bytes.span.bytes)
        #expect(String(decoding: text, as: UTF8.self) == "000fa0ff")
    }

    @Test("Copies") func copies() {
        let bytes: [UInt8] = [1, 2, 3]
        var text: [UInt8] = [0]
        text.append(copying: bytes.span.bytes)
        text.append(copying: bytes.span.bytes.extracting(first: 0))
        text.append(text: "é")
        #expect(text == [0, 1, 2, 3, 0xC3, 0xA9])
    }

    @Test("Ranges") func ranges() {
        let range = ByteRange(offset: 3, count: 4)
        #expect(range.end == 7)
        #expect(!range.isEmpty)
        #expect(ByteRange.empty.isEmpty)
        #expect(ByteRange(offset: 3, count: 0).isEmpty)
    }
}
