import Bytes
import Events
import Network
import Testing

@Suite struct FieldValuesTests {
    private func bytes(_ values: FieldValues, _ index: Int, message: [UInt8]) -> [UInt8]? {
        guard case .bytes(let reference) = values.values[index] else { return nil }
        return values.withBytes(reference, message: message.span.bytes) { span in
            var copy: [UInt8] = []
            copy.append(copying: span)
            return copy
        }
    }

    @Test("Each kind of value") func eachKindOfValue() {
        var values = FieldValues()
        values.append(true)
        values.append(-5)
        values.append(UInt64.max)
        values.append(2.5)
        values.append(IPAddress(v4: 1))
        values.append(Timestamp(nanoseconds: 7))
        #expect(
            values.values == [
                .bool(true), .int(-5), .int(.max), .float(2.5), .address(IPAddress(v4: 1)),
                .time(Timestamp(nanoseconds: 7)),
            ])
        #expect(values.count == 6)
    }

    @Test("values are bytes of the message or of scratch space") func bytesOfTheMessageAndOfScratchSpace() {
        let message = Array("SUBSCRIBE".utf8)
        var values = FieldValues()
        values.append(message: ByteRange(offset: 3, count: 4))
        values.append(text: "literal")
        values.append(copying: message.span.bytes)
        values.append { $0.append(decimal: 42) }
        values.append(text: "")
        #expect(bytes(values, 0, message: message) == Array("SCRI".utf8))
        #expect(bytes(values, 1, message: message) == Array("literal".utf8))
        #expect(bytes(values, 2, message: message) == message)
        #expect(bytes(values, 3, message: message) == Array("42".utf8))
        #expect(bytes(values, 4, message: message) == [])
        values.removeAll()
        #expect(values.count == 0)
        values.append(text: "next")
        #expect(bytes(values, 0, message: message) == Array("next".utf8))
    }

    @Test("A range beyond the message is clamped") func aRangeBeyondTheMessageIsClamped() {
        let message: [UInt8] = [1, 2, 3]
        var values = FieldValues()
        values.append(message: ByteRange(offset: 2, count: 100))
        values.append(message: ByteRange(offset: 50, count: 1))
        #expect(bytes(values, 0, message: message) == [3])
        #expect(bytes(values, 1, message: message) == [])
    }
}
