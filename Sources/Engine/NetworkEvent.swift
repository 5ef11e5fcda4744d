import Bytes
import Events
import Flows
import Network

/// The fields of events of the category `network`.
public enum NetworkField: UInt16, CaseIterable, Sendable {
    case doubt, copy, read, length

    /// The number of the first of these fields.
    public static let base: UInt16 = 32

    /// The number of the field in the registry.
    public var fieldID: FieldID { FieldID(rawValue: Self.base + rawValue) }

    /// These fields as a block of the registry.
    public static let block = FieldBlock(
        base: base, category: .network,
        fields: allCases.map {
            switch $0 {
            case .doubt:
                FieldInfo(
                    "network.doubt", .keyword, list: true,
                    "what speaks against the copy: checksum, partial_checksum, no_ack, old_timestamp, syn_data, hop_limit, link_address, network, signature, outside_window, acknowledged (before the copy came), after_fin, truncated, ip_options"
                )
            case .copy:
                FieldInfo(
                    "network.copy.other", .bytes, "of the copy, from the first byte that differs, 64 bytes at most")
            case .read:
                FieldInfo("network.copy.read", .bytes, "of the bytes that were read in its place, 64 bytes at most")
            case .length: FieldInfo("network.copy.bytes", .int, "length of the copy in bytes")
            }
        })
}

/// What was done to the packets of a flow on their way, told at once: an event of its own, since the message that it was to
/// hide may never come.
///
/// The message that goes with it is the copy.
public struct NetworkEvent: EventSource {
    /// What happened: exactly one anomaly.
    public let anomaly: NetworkAnomalies
    let doubts: SegmentDoubts
    /// Where the copy differs.
    let difference: Range<Int>
    /// What was read instead.
    let read: [UInt8]

    /// `network`.
    public var category: EventCategory { .network }

    /// The number of the anomaly among all of them.
    public var messageType: UInt8 { UInt8(truncatingIfNeeded: anomaly.rawValue.trailingZeroBitCount) }

    /// Its broken rules, of which it has none.
    public var rareFields: RareFields { [] }

    /// The field by whose values rules are indexed.
    public static let typeField = CommonField.anomaly.id

    /// The name of a type; empty where there is none.
    public static func typeName(_ type: UInt8) -> String {
        guard type < 8 else { return "" }
        let anomaly = NetworkAnomalies(rawValue: 1 << type)
        return NetworkAnomalies.names.first { $0.anomaly == anomaly }?.name.description ?? ""
    }

    /// Appends the values of a field; `message` is the copy.
    public func read(_ field: FieldID, message: RawSpan, into values: inout FieldValues) {
        guard field.rawValue >= NetworkField.base,
            let field = NetworkField(rawValue: field.rawValue - NetworkField.base)
        else { return }
        switch field {
        case .doubt:
            for (doubt, name) in SegmentDoubts.names where doubts.contains(doubt) { values.append(text: name) }
        case .copy:
            let end = min(difference.upperBound, difference.lowerBound + SegmentFinding.excerptLimit, message.byteCount)
            guard end > difference.lowerBound else { return }
            values.append(message: ByteRange(offset: difference.lowerBound, count: end - difference.lowerBound))
        case .read: if !read.isEmpty { values.append(copying: read.span.bytes) }
        case .length: if message.byteCount > 0 { values.append(message.byteCount) }
        }
    }
}
