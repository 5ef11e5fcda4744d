import Bytes
import Events
import Network
import Payload
import Tables

extension CoAPAnalyzer: EventSource {
    /// Always CoAP.
    public var category: EventCategory { .coap }

    /// The code of the current event as it stands on the wire.
    public var messageType: UInt8 { current.code.rawValue }

    /// The rare fields that the current message has.
    public var rareFields: RareFields {
        let isClean = current.violations.isEmpty && current.extensions.isEmpty && carrierViolations.isEmpty
        return extraRareFields.union(rareFieldsOfOptions).union(isClean ? [] : .violations).union(inspector.rareFields)
    }

    /// Appends the values of a CoAP field, of `violation.id`, `violation.fatal` or of a payload.
    public borrowing func read(_ field: FieldID, message: RawSpan, into values: inout FieldValues) {
        if let field = CoAPField(field) { return read(field, message, into: &values) }
        if let field = CoAPStreamField(field) { return read(field, message, into: &values) }
        if let field = ViolationField(field) { return read(field, into: &values) }
        if let field = PayloadField(field) { readPayload(field, message, into: &values) }
    }

    private borrowing func read(_ field: CoAPField, _ bytes: RawSpan, into values: inout FieldValues) {
        switch field {
        case .version: if !current.isStreamed { values.append(current.version) }
        case .type: if !current.isStreamed { values.append(text: current.type.name) }
        case .code: values.append { current.code.write(to: &$0) }
        case .method: if let name = current.code.methodName { values.append(text: name) }
        case .class: values.append(text: current.code.class.name)
        case .mid: if !current.isStreamed { values.append(current.messageID) }
        case .token: if !current.token.isEmpty { values.append(message: current.token) }
        case .length: values.append(current.length)
        case .uriHost: current.readFirst(.uriHost, bytes, into: &values)
        case .proxyURI: current.readFirst(.proxyURI, bytes, into: &values)
        case .proxyScheme: current.readFirst(.proxyScheme, bytes, into: &values)
        case .uriPort: current.readUnsigned(.uriPort, bytes, into: &values)
        case .uriPath: if current.namesResource { values.append { current.writePath(bytes, to: &$0) } }
        case .uriQuery: current.readAll(.uriQuery, bytes, into: &values)
        case .locationPath: current.readAll(.locationPath, bytes, into: &values)
        case .locationQuery: current.readAll(.locationQuery, bytes, into: &values)
        case .contentFormat: current.readUnsigned(.contentFormat, bytes, into: &values)
        case .contentFormatName: current.readContentFormatName(.contentFormat, bytes, into: &values)
        case .accept: current.readUnsigned(.accept, bytes, into: &values)
        case .acceptName: current.readContentFormatName(.accept, bytes, into: &values)
        case .observe: current.readUnsigned(.observe, bytes, into: &values)
        case .maxAge: current.readUnsigned(.maxAge, bytes, into: &values)
        case .size1: current.readUnsigned(.size1, bytes, into: &values)
        case .size2: current.readUnsigned(.size2, bytes, into: &values)
        case .hopLimit: current.readUnsigned(.hopLimit, bytes, into: &values)
        case .noResponse: current.readUnsigned(.noResponse, bytes, into: &values)
        case .etag: current.readAll(.etag, bytes, into: &values)
        case .ifMatch: current.readAll(.ifMatch, bytes, into: &values)
        case .echo: current.readAll(.echo, bytes, into: &values)
        case .requestTag: current.readAll(.requestTag, bytes, into: &values)
        case .oscore: current.readAll(.oscore, bytes, into: &values)
        case .ifNoneMatch: if current.first(.ifNoneMatch, bytes) != nil { values.append(true) }
        case .edhoc: if current.first(.edhoc, bytes) != nil { values.append(true) }
        case .block1: current.readBlock(.block1, bytes, into: &values)
        case .block2: current.readBlock(.block2, bytes, into: &values)
        case .qBlock1: current.readBlock(.qBlock1, bytes, into: &values)
        case .qBlock2: current.readBlock(.qBlock2, bytes, into: &values)
        case .ocfAcceptVersion: current.readUnsigned(.ocfAcceptContentFormatVersion, bytes, into: &values)
        case .ocfVersion: current.readUnsigned(.ocfContentFormatVersion, bytes, into: &values)
        case .unknown: current.readUnknown(bytes, into: &values) { _ in true }
        case .unknownCritical: current.readUnknown(bytes, into: &values) { $0.isCritical }
        case .unknownUnsafe: current.readUnknown(bytes, into: &values) { $0.isUnsafe }
        case .unknownNoCacheKey: current.readUnknown(bytes, into: &values) { !$0.isUnsafe && $0.isNoCacheKey }
        case .payload: if !current.payload.isEmpty { values.append(message: current.payload) }
        case .payloadLength: if current.payloadLength > 0 { values.append(current.payloadLength) }
        default: readState(field, bytes, into: &values)
        }
    }

    private borrowing func read(_ field: ViolationField, into values: inout FieldValues) {
        guard rareFields.contains(.violations) else { return }
        switch field {
        case .fatal: values.append(current.violations.isFatal)
        case .id:
            var rest = current.violations
            var previous: CoAPSection?
            while let section = rest.popFirst()?.section {
                // Statements of one section stand side by side; its name is given once.
                if section != previous { values.append(text: section.id) }
                previous = section
            }
            current.extensions.readIDs(into: &values)
            carrierViolations.append(to: &values)
        }
    }
}
