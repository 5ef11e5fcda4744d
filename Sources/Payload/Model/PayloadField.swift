import Bytes
import Events
import Network

/// The fields of a payload, whatever protocol carries it, and of the message of a will.
public enum PayloadField: UInt16, CaseIterable, Sendable {
    case bytes, format, category, secret, secretPlace, secretDigest, secretValue, personal, medical, industrial,
        firmware, command, sign
    case keys, number, entropy, sha256, cut

    /// The number of the first of these fields.
    public static let base: UInt16 = 56
    /// The number of the first of those of a will.
    public static let willBase: UInt16 = 76

    /// The number of the field in the registry.
    public var id: FieldID { FieldID(rawValue: Self.base + rawValue) }
    /// The number of the field of a will.
    public var willID: FieldID { FieldID(rawValue: Self.willBase + rawValue) }

    /// The case of a registry number of a payload; `nil` for a field that is none of these.
    public init?(_ field: FieldID) {
        guard field.rawValue >= Self.base else { return nil }
        self.init(rawValue: field.rawValue - Self.base)
    }

    /// The case of a registry number of a will; `nil` for a field that is none of these.
    public init?(will field: FieldID) {
        guard field.rawValue >= Self.willBase else { return nil }
        self.init(rawValue: field.rawValue - Self.willBase)
    }

    /// These fields as a block of the registry.
    public static let block = FieldBlock(base: base, category: nil, fields: allCases.map { $0.info("") })
    /// Those of a will.
    public static let willBlock = FieldBlock(
        base: willBase, category: .mqtt, fields: allCases.map { $0.info("mqtt.will.") })

    private func info(_ prefix: String) -> FieldInfo {
        switch self {
        case .bytes: FieldInfo(prefix + "payload.bytes", .int, "length of the payload in bytes")
        case .format:
            FieldInfo(
                prefix + "payload.format", .keyword,
                "empty, json, number, text, xml, senml, cbor, sparkplug, protobuf, image, archive, executable or binary: by content first, then by what the protocol says"
            )
        case .category:
            FieldInfo(
                prefix + "payload.category", .keyword, list: true,
                "what the record gives away: environment, positioning, energy, manufacturing, emergency, transportation, consumer, medical"
            )
        case .secret:
            FieldInfo(
                prefix + "payload.secret", .keyword, list: true,
                "private_key, jwt, cloud_key, bearer_token, password, wifi_credentials")
        case .secretPlace:
            FieldInfo(
                prefix + "payload.secret.place", .keyword, list: true,
                "each secret with its first byte in the payload, from 0, and its length: password@17+8")
        case .secretDigest:
            FieldInfo(
                prefix + "payload.secret.digest", .keyword, list: true,
                "each secret as a code of 128 bits, made with the key of the store: equal secrets have equal codes")
        case .secretValue: FieldInfo(prefix + "payload.secret.value", .text, list: true, secret: true, "each secret")
        case .personal:
            FieldInfo(prefix + "payload.personal", .keyword, list: true, "mail, phone, name, card, iban, coordinates")
        case .medical: FieldInfo(prefix + "payload.medical", .keyword, list: true, "hl7v2, fhir, dicom, vital_signs")
        case .industrial:
            FieldInfo(
                prefix + "payload.industrial", .keyword, list: true,
                "plc_telemetry, sparkplug, opcua_pubsub, alarm, maintenance")
        case .firmware:
            FieldInfo(
                prefix + "payload.firmware", .keyword, list: true,
                "elf, esp_image, uboot, mender, suit, intel_hex, srec, update_command, update_url")
        case .command:
            FieldInfo(
                prefix + "payload.command", .keyword, list: true,
                "shell_output, reverse_shell, base64_shell, sql_injection, template_injection, script_injection")
        case .sign:
            FieldInfo(
                prefix + "payload.sign", .keyword, list: true,
                "other signs of commands and tunnels: shell_words, fetch_and_run, http_request, ssh, tls")
        case .keys:
            FieldInfo(
                prefix + "payload.keys", .text, list: true,
                "keys of JSON, CBOR and XML, names of SenML records and Sparkplug metrics, each once, numbers in them as #; the first 64"
            )
        case .number: FieldInfo(prefix + "payload.number", .float, "its value, where there is one number in it")
        case .entropy:
            FieldInfo(prefix + "payload.entropy", .float, "bits a byte (Shannon), of what was looked at, 0 to 8")
        case .sha256:
            FieldInfo(prefix + "payload.sha256", .bytes, "SHA-256 of a whole payload of at most 1 MiB")
        case .cut: FieldInfo(prefix + "payload.cut", .bool, "true: the look ended before the payload did")
        }
    }

    /// The rare fields among those of a category, of a payload or, where `ofWill`, of a will.
    public static func rareFields(of category: EventCategory, ofWill: Bool = false) -> [RareField] {
        allCases.compactMap { field in
            field.rareBit.map { RareField(category, ofWill ? field.willID : field.id, $0) }
        }
    }

    /// Whether it is read from the payload, and not only from what was found in it.
    public var needsBytes: Bool {
        switch self {
        case .secretPlace, .secretDigest, .secretValue, .keys, .number, .entropy, .sha256: true
        case .bytes, .format, .category, .secret, .personal, .medical, .industrial, .firmware, .command, .sign, .cut:
            false
        }
    }

    /// The fields that `PayloadInspector.settledFinding` stands for.
    public static let settledFields: [FieldID] = [
        format, category, secret, secretPlace, secretDigest, secretValue, personal, medical, industrial, firmware,
        command,
        sign,
    ].map(\.id)

    private var rareBit: RareFields? {
        switch self {
        case .category: .payloadCategory
        case .secret, .secretPlace, .secretDigest, .secretValue: .payloadSecret
        case .personal: .payloadPersonal
        case .medical: .payloadMedical
        case .industrial: .payloadIndustrial
        case .firmware: .payloadFirmware
        case .command: .payloadCommand
        case .sign: .payloadSign
        case .bytes, .format, .keys, .number, .entropy, .sha256, .cut: nil
        }
    }
}

extension RareFields {
    static let payloadCategory = RareFields(rawValue: 1 << 24)
    static let payloadSecret = RareFields(rawValue: 1 << 25)
    static let payloadPersonal = RareFields(rawValue: 1 << 26)
    static let payloadMedical = RareFields(rawValue: 1 << 27)
    static let payloadIndustrial = RareFields(rawValue: 1 << 28)
    static let payloadFirmware = RareFields(rawValue: 1 << 29)
    static let payloadCommand = RareFields(rawValue: 1 << 30)
    static let payloadSign = RareFields(rawValue: 1 << 31)
}

extension PayloadInspector {
    /// The rare fields that the payload looked at has; none where none was.
    public var rareFields: RareFields {
        guard hasLooked else { return [] }
        var fields: RareFields = []
        if !findings.classes.isEmpty { fields.insert(.payloadCategory) }
        guard findings.hasKinds else { return fields }
        if !findings.secret.isEmpty { fields.insert(.payloadSecret) }
        if !findings.personal.isEmpty { fields.insert(.payloadPersonal) }
        if !findings.medical.isEmpty { fields.insert(.payloadMedical) }
        if !findings.industrial.isEmpty { fields.insert(.payloadIndustrial) }
        if !findings.firmware.isEmpty { fields.insert(.payloadFirmware) }
        if !findings.command.isEmpty { fields.insert(.payloadCommand) }
        if !findings.sign.isEmpty { fields.insert(.payloadSign) }
        return fields
    }

    /// The format and classes of the payload looked at as one number, where nothing else was found in it; `nil` where there
    /// was more, and where none was looked at.
    public var plainFinding: UInt32? {
        guard hasLooked, !findings.hasKinds else { return nil }
        return UInt32(findings.format.rawValue) << 16 | UInt32(findings.classes.rawValue)
    }

    /// A number for all that was found in the payload looked at, 0 where none was; `nil` where a secret was: each is another.
    public var settledFinding: UInt64? {
        guard hasLooked else { return 0 }
        let found = findings.verdict
        guard found.secret.isEmpty else { return nil }
        var number = UInt64(found.format.rawValue) << 33 | UInt64(found.classes.rawValue) << 1 | 1
        guard found.hasKinds else { return number }
        for kinds in [
            UInt64(found.personal.rawValue), UInt64(found.medical.rawValue), UInt64(found.industrial.rawValue),
            UInt64(found.firmware.rawValue), UInt64(found.command.rawValue), UInt64(found.sign.rawValue),
        ] {
            number = (number ^ kinds) &* 0x9E37_79B9_7F4A_7C15
            number ^= number >> 29
        }
        return number
    }

    /// Appends the values of a field of the payload looked at; nothing where none was.
    ///
    /// - Parameters:
    ///   - field: which one.
    ///   - payload: the bytes that were looked at, as far as they are at hand.
    ///   - total: the length of the whole payload.
    ///   - digest: of a body that is not at hand as a whole.
    ///   - values: takes them.
    public func read(
        _ field: PayloadField, _ payload: RawSpan, total: Int, digest: SHA256Digest? = nil,
        into values: inout FieldValues
    ) {
        guard hasLooked else { return }
        switch field {
        case .bytes: break
        case .format: values.append(text: findings.format.name)
        case .category: findings.classes.forEachName { values.append(text: $0) }
        case .secret: findings.secret.forEachName { values.append(text: $0) }
        case .secretPlace, .secretDigest, .secretValue: readSecrets(field, payload, into: &values)
        case .personal: findings.personal.forEachName { values.append(text: $0) }
        case .medical: findings.medical.forEachName { values.append(text: $0) }
        case .industrial: findings.industrial.forEachName { values.append(text: $0) }
        case .firmware: findings.firmware.forEachName { values.append(text: $0) }
        case .command: findings.command.forEachName { values.append(text: $0) }
        case .sign: findings.sign.forEachName { values.append(text: $0) }
        case .keys: readKeys(payload, total: total, into: &values)
        case .number: readNumber(payload, total: total, into: &values)
        case .entropy: if !payload.isEmpty { values.append(payload.prefix(Self.mostBytes).entropy) }
        case .sha256: readSHA256(payload, total: total, digest, into: &values)
        case .cut: if findings.isCut { values.append(true) }
        }
    }

    private func readSecrets(_ field: PayloadField, _ payload: RawSpan, into values: inout FieldValues) {
        for index in 0..<findings.places.count {
            let place = findings.places[index]
            switch field {
            case .secretPlace:
                values.append { text in
                    if let name = SecretKinds.name(place.kind.trailingZeroBitCount) { text.append(text: name) }
                    text.append(text: "@")
                    text.append(decimal: place.range.offset)
                    text.append(text: "+")
                    text.append(decimal: place.range.count)
                }
            case .secretDigest:
                if let key = secretKey, place.range.end <= payload.byteCount {
                    values.append { key.code(payload.slice(place.range)).write(to: &$0) }
                }
            default:
                if place.range.end <= payload.byteCount { values.append(copying: payload.slice(place.range)) }
            }
        }
    }

    private static var longestHashed: Int { 1 << 20 }

    private func readSHA256(_ payload: RawSpan, total: Int, _ digest: SHA256Digest?, into values: inout FieldValues) {
        // A short secret would be found by trying.
        guard total <= Self.longestHashed, findings.secret.isEmpty else { return }
        if let digest { return values.append { digest.write(to: &$0) } }
        guard payload.byteCount == total else { return }
        var hash = SHA256()
        hash.update(payload)
        let made = hash.finish()
        values.append { made.write(to: &$0) }
    }

    /// The value of a payload that is a number, or has one number among few values.
    private func readNumber(_ payload: RawSpan, total: Int, into values: inout FieldValues) {
        // It may be the secret.
        guard findings.secret.isEmpty else { return }
        var finder = NumberFinder()
        let bytes = payload.prefix(limit)
        switch findings.format {
        case .number: finder.note(decimalNumber(bytes.slice(bytes.trimmedRange)))
        case .json, .cbor, .senml, .xml, .sparkplug: walk(bytes, total: total, &finder)
        default: return
        }
        if let number = finder.number, number.isFinite { values.append(number) }
    }

    /// Walks a payload whose format is known.
    private func walk<Visitor: MemberVisitor & ~Copyable>(
        _ bytes: RawSpan, total: Int, _ visitor: inout Visitor
    ) {
        let isCut = total > bytes.byteCount
        switch findings.format {
        case .json: _ = JSONWalk.walk(bytes, isCut: isCut, &visitor)
        case .senml:
            if bytes.slice(bytes.trimmedRange).starts(with: "[") {
                _ = JSONWalk.walk(bytes, isCut: isCut, &visitor)
            } else {
                _ = CBORWalk.walk(bytes, isCut: isCut, &visitor)
            }
        case .cbor: _ = CBORWalk.walk(bytes, isCut: isCut, &visitor)
        case .xml: _ = XMLWalk.walk(bytes, isCut: isCut, &visitor)
        case .sparkplug: _ = SparkplugWalk.walk(bytes, isCut: isCut, &visitor)
        default: return
        }
    }

    private func readKeys(_ payload: RawSpan, total: Int, into values: inout FieldValues) {
        var lister = KeyLister()
        let bytes = payload.prefix(Self.mostBytes)
        walk(bytes, total: total, &lister)
        if findings.format == .senml { lister.keepNames() }
        lister.append(bytes, without: findings.places, to: &values)
    }
}
