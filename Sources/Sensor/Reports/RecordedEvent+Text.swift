import Bytes
import Events
import Network

extension RecordedEvent {
    /// The values of a field as they are shown: lists joined by `, `, an empty text as `''`; `nil` where it is absent.
    public func text(of name: String) -> String? {
        guard let entry = Protocols.registry.field(named: name) else { return nil }
        let none: [UInt8] = []
        var values = FieldValues()
        context.read(entry.id, category: category, into: &values)
        if values.count == 0 { read(entry.id, message: none.span.bytes, into: &values) }
        guard values.count > 0 else { return nil }
        return values.values.map { value in
            switch value {
            case .bool(let flag): flag ? "true" : "false"
            case .int(let number): String(number)
            case .float(let number): "\(number)"
            case .address(let address): address.description
            case .time(let time): time.description
            case .bytes(let reference):
                values.withBytes(reference, message: none.span.bytes) { bytes in
                    if bytes.isEmpty { return "''" }
                    var text: [UInt8] = []
                    if entry.info.type == .bytes { text.append(hexOf: bytes) } else { text.append(copying: bytes) }
                    return String(decoding: text, as: UTF8.self)
                }
            }
        }.joined(separator: ", ")
    }
}
