import Events
import Tables

/// The fields of signals, of connections and of what OSCORE shows.
public enum CoAPStreamField: UInt16, CaseIterable, Sendable {
    case signal, maxMessageSize, blockWiseTransfer, extendedTokenLength, custody
    case alternativeAddress, holdOff, badCSMOption
    case kid, kidContext, partialIV
    case midstream, repeatedPartialIV, repeatedProtected

    /// The number of the first of these fields.
    public static let base: UInt16 = 400

    /// The number of the field in the registry.
    public var fieldID: FieldID { FieldID(rawValue: Self.base + rawValue) }

    /// The case of a registry number; `nil` for a field that is not one of these.
    public init?(_ field: FieldID) {
        guard field.rawValue >= Self.base else { return nil }
        self.init(rawValue: field.rawValue - Self.base)
    }

    /// These fields as a block of the registry.
    public static let block = FieldBlock(base: base, category: .coap, fields: allCases.map(\.info))

    /// Messages with an option of a signal.
    public static let signalBit = RareFields(rawValue: 1 << 8)
    /// Messages with an OSCORE option.
    public static let oscoreBit = RareFields(rawValue: 1 << 9)

    /// The fields that most messages lack.
    public static let rareFields: [RareField] = allCases.compactMap { field in
        switch field {
        case .midstream: nil
        case .kid, .kidContext, .partialIV, .repeatedPartialIV, .repeatedProtected:
            RareField(.coap, field.fieldID, oscoreBit)
        default: RareField(.coap, field.fieldID, signalBit)
        }
    }

    private var info: FieldInfo {
        switch self {
        case .signal: FieldInfo("coap.signal", .keyword, "CSM, Ping, Pong, Release or Abort; TCP and WebSocket only")
        case .maxMessageSize: FieldInfo("coap.opt.max_message_size", .int, "Max-Message-Size of a CSM in bytes")
        case .blockWiseTransfer:
            FieldInfo("coap.opt.block_wise_transfer", .bool, "whether a CSM has Block-Wise-Transfer")
        case .extendedTokenLength:
            FieldInfo("coap.opt.extended_token_length", .int, "Extended-Token-Length of a CSM in bytes")
        case .custody: FieldInfo("coap.opt.custody", .bool, "whether a Ping or Pong has Custody")
        case .alternativeAddress:
            FieldInfo("coap.opt.alternative_address", .text, list: true, "Alternative-Address of a Release, each")
        case .holdOff: FieldInfo("coap.opt.hold_off", .int, "Hold-Off of a Release in seconds")
        case .badCSMOption:
            FieldInfo("coap.opt.bad_csm_option", .int, "Bad-CSM-Option of an Abort: number of the option")
        case .kid: FieldInfo("coap.opt.object_security_kid", .bytes, "key identifier in the OSCORE option")
        case .kidContext:
            FieldInfo("coap.opt.object_security_kid_context", .bytes, "context of the key identifier")
        case .partialIV: FieldInfo("coap.opt.object_security_piv", .bytes, "Partial IV in the OSCORE option")
        case .midstream:
            FieldInfo("coap.session.midstream", .bool, "the beginning of the connection was not seen; not over UDP")
        case .repeatedPartialIV:
            FieldInfo(
                "coap.oscore.piv_repeated", .bool,
                "whether this sender used the Partial IV before under this key identifier, or under this token")
        case .repeatedProtected:
            FieldInfo(
                "coap.oscore.replayed", .bool,
                "whether the same protected request was seen before with another message id or from another end")
        }
    }
}

extension CoAPAnalyzer {
    /// The rare fields of streams and OSCORE that the current message has.
    var extraRareFields: RareFields {
        var fields: RareFields = []
        if extra.oscore != nil { fields.insert(CoAPStreamField.oscoreBit) }
        if current.isStreamed, current.code.isSignal { fields.insert(CoAPStreamField.signalBit) }
        return fields
    }
}

extension CoAPExtensionViolations {
    /// Appends the name of each broken section, once: statements of one section stand side by side.
    func readIDs(into values: inout FieldValues) {
        var rest = self
        var previous: CoAPExtensionSection?
        while let section = rest.popFirst()?.section {
            if section != previous { values.append(text: section.id) }
            previous = section
        }
    }
}
