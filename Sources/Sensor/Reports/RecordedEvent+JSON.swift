import Bytes
import Detection
import Events
import Foundation
import Network

extension RecordedEvent {
    /// Why a line of JSON is no event.
    public struct BadEvent: Error, Sendable {
        /// The reason, in words for a user.
        public var message: String
    }

    /// Reads an event as `earshot decode` prints it.
    ///
    /// Bytes that were not UTF-8 come back as U+FFFD, and a hidden password as `<n bytes>`: nothing else is lost. Fields
    /// that are no field of the event's category are an error, `rule.id` apart, which `--matches` adds.
    ///
    /// - Parameters:
    ///   - text: the object.
    ///   - usual: what it is an event of, where it does not say; `nil` where it has to.
    ///   - time: when it came, where it does not say.
    /// - Throws: what keeps it from being an event.
    public init(
        json text: some StringProtocol, category usual: EventCategory? = nil, time: Timestamp = .zero
    ) throws(BadEvent) {
        var object: [String: JSONValue]
        do { object = try JSONDecoder().decode([String: JSONValue].self, from: Data(text.utf8)) } catch {
            throw BadEvent(message: "not an object of JSON whose values are texts, numbers, truths or lists of them")
        }
        if object["event.category"] == nil, let usual { object["event.category"] = .text(usual.name.description) }
        guard case .text(let name)? = object["event.category"],
            let category = Protocols.registry.categories.first(where: { $0.name.description == name })
        else {
            let known = Protocols.registry.categories.map(\.name.description).joined(separator: ", ")
            throw BadEvent(message: "'event.category' must be there, one of: \(known)")
        }
        var context = try EventContext(json: object)
        if context.timestamp == .zero { context.timestamp = time }
        self.init(category, type: try Self.type(of: object, category), .all, context)
        for (name, value) in object where name != "rule.id" {
            guard let entry = Protocols.registry.field(named: name), entry.category ?? category == category else {
                let hint = Protocols.registry.nearestName(to: name).map { "; did you mean '\($0)'?" } ?? ""
                throw BadEvent(message: "there is no field '\(name)' of \(category.name)\(hint)")
            }
            guard CommonField(rawValue: entry.id.rawValue) == nil else { continue }
            var problem: BadEvent?
            set(entry.id) { values in
                do throws(BadEvent) { try value.append(as: entry.info, to: &values) } catch { problem = error }
            }
            if let problem { throw problem }
        }
    }

    /// The type of the message, which follows from a field that every message of the category has.
    private static func type(of object: [String: JSONValue], _ category: EventCategory) throws(BadEvent) -> UInt8 {
        for discriminator in Protocols.discriminators where discriminator.category == category {
            guard let name = Protocols.registry.field(discriminator.field)?.info.name else { continue }
            let texts = object[name]?.items.compactMap(\.text) ?? []
            guard let type = texts.lazy.compactMap({ discriminator.codes[$0]?.first }).first else {
                throw BadEvent(message: "'\(name)' must be there, with the type of the message")
            }
            return type
        }
        return 0
    }
}

/// A value in an event's JSON.
enum JSONValue: Decodable {
    case bool(Bool)
    case int(Int64)
    case float(Double)
    case text(String)
    case list([JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .int(value)
        } else if let value = try? container.decode(Double.self) {
            self = .float(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else {
            self = .list(try container.decode([JSONValue].self))
        }
    }

    /// The text, where it is one.
    var text: String? { if case .text(let text) = self { text } else { nil } }

    /// The values: those of a list, or itself.
    var items: [JSONValue] { if case .list(let items) = self { items } else { [self] } }

    /// Appends the values as a field of that type has them.
    func append(as info: FieldInfo, to values: inout FieldValues) throws(RecordedEvent.BadEvent) {
        for item in items {
            switch (info.type, item) {
            case (.keyword, .text(let text)), (.text, .text(let text)): values.append(copying: text.utf8.span.bytes)
            case (.bytes, .text(let text)):
                guard let bytes = Self.hexBytes(text) else {
                    throw RecordedEvent.BadEvent(message: "'\(info.name)' wants pairs of hexadecimal digits")
                }
                values.append(copying: bytes.span.bytes)
            case (.int, .int(let number)): values.append(int: number)
            case (.float, .int(let number)): values.append(Double(number))
            case (.float, .float(let number)): values.append(number)
            case (.bool, .bool(let flag)): values.append(flag)
            case (.ip, .text(let text)):
                guard let address = IPAddress(text) else {
                    throw RecordedEvent.BadEvent(message: "'\(info.name)' wants an address")
                }
                values.append(address)
            case (.time, .text(let text)):
                guard let time = Timestamp(rfc3339: text) else {
                    throw RecordedEvent.BadEvent(message: "'\(info.name)' wants a time")
                }
                values.append(time)
            default: throw RecordedEvent.BadEvent(message: "'\(info.name)' wants values of type \(info.type.rawValue)")
            }
        }
    }

    private static func hexBytes(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map { byte -> UInt8? in
            switch byte {
            case 0x30...0x39: byte - 0x30
            case 0x41...0x46: byte - 0x41 + 10
            case 0x61...0x66: byte - 0x61 + 10
            default: nil
            }
        }
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}
