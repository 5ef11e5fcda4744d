import Bytes

// What a payload is written in, found by walking it.
extension PayloadReader {
    /// Walks a payload of `total` bytes, of which `bytes` are looked at, and says what it is written in.
    mutating func walk(_ bytes: RawSpan, total: Int, _ type: PayloadType, isSparkplug: Bool) {
        let isCut = total > bytes.byteCount
        findings.isCut = isCut
        findings.format = format(bytes, total: total, type, isSparkplug: isSparkplug, isCut: isCut)
    }

    private mutating func format(
        _ bytes: RawSpan, total: Int, _ type: PayloadType, isSparkplug: Bool, isCut: Bool
    ) -> PayloadFormat {
        if bytes.isEmpty { return .empty }
        if isSparkplug, SparkplugWalk.walk(bytes, isCut: isCut, &self) != .foreign { return .sparkplug }
        if let file = FileMagic.of(bytes, total: total) {
            findings.firmware.formUnion(file.firmware)
            if file.isDICOM {
                findings.medical.insert(.dicom)
                // PatientName (0010,0010) in explicit form (DICOM PS3.5, 7.1.2).
                if bytes.contains("\u{10}\u{0}\u{10}\u{0}PN") { findings.personal.insert(.name) }
            }
            return file.format
        }
        let trimmed = bytes.trimmedRange
        guard !trimmed.isEmpty else { return .text }
        let first = bytes.byte(at: trimmed.offset)
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "["), let found = json(bytes, isCut: isCut) {
            return found
        }
        if first == UInt8(ascii: "<"), let found = xml(bytes, isCut: isCut) { return found }
        if let number = plainNumber(bytes.slice(trimmed)) {
            scalars += 1
            take(
                number: number, digits: trimmed, lastLevels, topic, bytes)
            return .number
        }
        if isText(bytes) {
            text(bytes, trimmed, isCut: isCut)
            return .text
        }
        return binary(bytes, type, isCut: isCut)
    }

    /// One decimal number, without a plus sign or an exponent of another form than JSON's.
    private func plainNumber(_ text: RawSpan) -> Double? {
        text.byteCount <= 10_000 ? decimalNumber(text) : nil
    }

    private mutating func json(_ bytes: RawSpan, isCut: Bool) -> PayloadFormat? {
        switch JSONWalk.walk(bytes, isCut: isCut, &self) {
        case .whole: break
        case .cut: findings.isCut = true
        case .foreign:
            // What was collected so far is true all the same: it stands there.
            depth = 0
            return nil
        }
        return senml.isSenML ? .senml : .json
    }

    private mutating func xml(_ bytes: RawSpan, isCut: Bool) -> PayloadFormat? {
        switch XMLWalk.walk(bytes, isCut: isCut, &self) {
        case .whole: break
        case .cut: findings.isCut = true
        case .foreign:
            depth = 0
            return nil
        }
        // SenML in XML (RFC 8428, 7): its root is `sensml`.
        return bytes.prefix(512).contains("<sensml") ? .senml : .xml
    }

    /// Whether bytes are printable text in UTF-8; of text that is cut the last character may lack a part.
    private func isText(_ bytes: RawSpan) -> Bool {
        var odd = 0
        var offset = 0
        while offset < bytes.byteCount {
            let byte = bytes.byte(at: offset)
            if byte >= 0x20, byte < 0x7F {
                offset &+= 1
                continue
            }
            if byte >= 0x80 {
                let length = utf8SequenceLength(bytes, at: offset)
                if length == 0 { return bytes.byteCount &- offset < 4 && offset > 16 }
                // C1 controls.
                if length == 2, byte == 0xC2, bytes.byte(at: offset &+ 1) < 0xA0 { return false }
                offset &+= length
                continue
            }
            switch byte {
            case 0x09, 0x0A, 0x0D: break
            // Frames of HL7, colours of a terminal, separators, the end of a C string.
            case 0x0B, 0x1C, 0x1B, 0x1D, 0x0C: odd &+= 1
            case 0x00 where offset > 0 && offset == bytes.byteCount &- 1: break
            default: return false
            }
            offset &+= 1
        }
        return odd * 8 <= bytes.byteCount
    }

    private mutating func text(_ bytes: RawSpan, _ trimmed: ByteRange, isCut: Bool) {
        scalars += 1
        findings.firmware.formUnion(HexRecords.kind(bytes.slice(trimmed), isCut: isCut))
        let first = bytes.byte(at: trimmed.offset)
        if first == UInt8(ascii: ":") || first == UInt8(ascii: "S") { hangsOnDigits = true }
        guard findings.firmware.isEmpty else { return }
        let line = bytes.slice(trimmed)
        noteTalk(line)
        // What a text talks of is no more than a hint at what it is a record of.
        let facts = factsOfText(line)
        score.add(facts, .value)
        let roles = KeyRoles(rawValue: facts.roles)
        said.formUnion(roles)
        isBareURL = line.byteCount <= 400 && line.prefix(12).contains("://") && !line.contains(" ")
        noteTrouble(roles, [])
        if roles.contains(.plcAddress), roles.union(topic).contains(.plc) { findings.industrial.insert(.plcTelemetry) }
        take(string: trimmed, name: .empty, lastLevels, topic, bytes, isLabel: line.byteCount <= 64)
        if line.byteCount > 4 { TextWalk.walk(bytes, &self) }
        RecordLines.forEach(bytes) { finding in
            switch finding {
            case .name(let range):
                if ValueChecks.isPersonName(bytes.slice(range)) { findings.personal.insert(.name) }
            case .observation(let range):
                if KeyRoles(rawValue: self.facts(of: bytes.slice(range)).roles).contains(.vitalSigns) {
                    findings.medical.insert(.vitalSigns)
                }
            }
        }
    }

    /// Notes a text that says how the sender is, such as `online`, or is a line of a log.
    private mutating func noteTalk(_ line: RawSpan) {
        if line.byteCount <= 32 {
            if KeyRoles(rawValue: facts(of: line).roles).contains(.quiet) { isTalk = true }
        } else {
            let start = line.prefix(96)
            if Self.logLevels.contains(where: { start.contains($0) }) { isTalk = true }
        }
    }

    private static let logLevels: [StaticString] = [
        "DEBUG", "INFO", "WARN", "ERROR", "TRACE", "FATAL", "[D]", "[I]", "[W]", "[E]", "info:", "warn:", "error:",
        "debug:",
        "Info:", "Warning:", "Error:", "notice:", "-I-", "-E-", "-W-",
    ]

    private mutating func binary(_ bytes: RawSpan, _ type: PayloadType, isCut: Bool) -> PayloadFormat {
        if FileMagic.isTLSHandshake(bytes) { findings.sign.insert(.tls) }
        if FileMagic.isSUIT(bytes) { findings.firmware.insert(.suit) }
        switch type {
        case .uadp:
            findings.industrial.insert(.opcuaPubSub)
            return .binary
        case .binary: return .binary
        case .protobuf where ProtobufFields.fill(bytes, isCut: isCut): return .protobuf
        default: break
        }
        let first = bytes.byte(at: 0)
        // A map, an array or something with a tag; a single scalar proves nothing.
        if (0x80...0xDB).contains(first) || type == .cbor || type == .senml {
            switch CBORWalk.walk(bytes, isCut: isCut, &self) {
            case .whole where bytes.byteCount >= 3 || type == .cbor || type == .senml:
                return senml.isSenML ? .senml : .cbor
            case .cut where type == .cbor || type == .senml || bytes.byteCount >= 256:
                findings.isCut = true
                return senml.isSenML ? .senml : .cbor
            default: break
            }
        }
        if isUADP(bytes) {
            findings.industrial.insert(.opcuaPubSub)
            return .binary
        }
        return ProtobufFields.fill(bytes, isCut: isCut) ? .protobuf : .binary
    }

    /// Whether bytes look like a network message of UADP (OPC 10000-14, 7.2.4.4) and the topic speaks of OPC UA.
    private func isUADP(_ bytes: RawSpan) -> Bool {
        guard topic.contains(.opcua), bytes.byteCount >= 8 else { return false }
        return bytes.byte(at: 0) & 0x0F == 1
    }
}
