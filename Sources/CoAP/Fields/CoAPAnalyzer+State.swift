import Bytes
import Events
import Network
import Payload
import Tables

extension CoAPAnalyzer {
    /// Appends the values of a field that the message alone does not tell, or tells by more than one option.
    borrowing func readState(_ field: CoAPField, _ bytes: RawSpan, into values: inout FieldValues) {
        switch field {
        case .retransmitted: if !current.isStreamed { values.append(state.isRetransmitted) }
        case .copies: if state.copies > 0 { values.append(state.copies) }
        case .matched: if current.code.isResponse || current.code == .pong { values.append(state.exchangeSlot != nil) }
        case .multicast: if state.isMulticast { values.append(true) }
        case .unwanted: if state.isUnwanted { values.append(true) }
        case .observeState: readObservation(into: &values)
        case .observeFreshness: if let name = state.freshness?.name { values.append(text: name) }
        case .observeCount: if state.freshness != nil { values.append(state.notifications) }
        case .observeEnd: if let name = state.observationEnd?.name { values.append(text: name) }
        case .pairAmplification, .pairBytes: readTraffic(state.pairSlot, field == .pairBytes, into: &values)
        case .networkAmplification, .networkBytes:
            readTraffic(state.networkSlot, field == .networkBytes, into: &values)
        case .pathTricks: current.readPathTricks(bytes, into: &values)
        case .proxyTargetScheme: if let range = current.proxyScheme(bytes) { values.append(message: range) }
        case .proxyTargetHost: if let range = current.proxyHost(bytes) { values.append(message: range) }
        case .blockSequence: if let name = state.block?.place.name { values.append(text: name) }
        case .bodyState, .bodyLength, .bodyBlocks, .bodyHoles, .bodyConflict, .bodyFormat, .bodyHash:
            readBody(field, into: &values)
        case .linkCount, .linkTarget, .linkResourceType, .linkInterface, .linkContentFormat, .linkObservable:
            readLinks(field, bytes, into: &values)
        case .directoryOperation: if let name = current.directoryOperation(bytes) { values.append(text: name) }
        case .directoryEndpoint: current.readDirectoryArgument("ep", bytes) { values.append(message: $0) }
        case .directorySector: current.readDirectoryArgument("d", bytes) { values.append(message: $0) }
        case .directoryBase: current.readDirectoryArgument("base", bytes) { values.append(message: $0) }
        case .directoryLifetime:
            current.readDirectoryArgument("lt", bytes) { range in
                if let number = decimal(bytes.slice(range)) { values.append(number) }
            }
        case .head: values.append(message: ByteRange(offset: 0, count: min(8, bytes.byteCount)))
        case .openUploads: if state.openUploads > 0 { values.append(state.openUploads) }
        case .clientRate: if state.clientRate >= MessageState.leastRate { values.append(state.clientRate) }
        case .serverRate: if state.serverRate >= MessageState.leastRate { values.append(state.serverRate) }
        case .differs: if state.differs { values.append(true) }
        case .emptyMatched:
            guard current.code.isEmpty, current.type.echoesMessageID, !current.isStreamed else { return }
            values.append(!state.isUnasked)
        case .directoryForeign: if state.isForeignRegistration { values.append(true) }
        case .tlvOverrun: if let overruns = current.tlvOverruns(bytes) { values.append(overruns) }
        case .unprotected:
            guard let slot = state.exchangeSlot, directory.exchange(slot).flags.contains(.protected) else { return }
            values.append(!current.mayHave(.oscore) || current.first(.oscore, bytes) == nil)
        default: readExchange(field, into: &values)
        }
    }

    private borrowing func readObservation(into values: inout FieldValues) {
        switch state.observation {
        case .none: return
        case .register: values.append(text: "register")
        case .deregister: values.append(text: "deregister")
        case .notification: values.append(text: "notification")
        }
    }

    /// What is known of the request that a response answers.
    private borrowing func readExchange(_ field: CoAPField, into values: inout FieldValues) {
        guard let slot = state.exchangeSlot else { return }
        switch field {
        case .requestURIPath: directory.withPath(slot) { values.append(copying: $0) }
        case .requestMethod:
            if let name = directory.exchange(slot).method.methodName { values.append(text: name) }
        case .responseTime:
            // Capture time may step back between a request and its response.
            values.append(max(0, timestamp.nanoseconds(since: directory.exchange(slot).started)) / 1000)
        case .responses: values.append(directory.exchange(slot).responses)
        case .amplification: values.append(directory.exchange(slot).amplification)
        default: return
        }
    }

    private borrowing func readTraffic(_ slot: Int?, _ isBytes: Bool, into values: inout FieldValues) {
        guard let slot, state.direction == .toClient else { return }
        let traffic = directory.pair(slot)
        if isBytes { return values.append(traffic.bytesToClient) }
        if let ratio = traffic.amplification { values.append(ratio) }
    }

    /// A body in blocks, on the message that ends it or makes it whole.
    private borrowing func readBody(_ field: CoAPField, into values: inout FieldValues) {
        guard let block = state.block, block.isEnd else { return }
        let body = directory.bodies[block.slot]
        switch field {
        case .bodyState: values.append(text: body.isComplete ? "complete" : "incomplete")
        case .bodyLength: if let total = body.total { values.append(total) }
        case .bodyBlocks: values.append(body.blocks)
        case .bodyHoles: if !body.isComplete { values.append(body.holes) }
        case .bodyConflict: if body.hasConflict { values.append(true) }
        case .bodyFormat: if body.format >= 0 { values.append(body.format) }
        case .bodyHash:
            guard body.isComplete, directory.hashesBodies else { return }
            values.append { body.digest.writeHex(to: &$0) }
        default: return
        }
    }

    /// The links of a payload in link format, or of a whole body in blocks.
    private borrowing func readLinks(_ field: CoAPField, _ bytes: RawSpan, into values: inout FieldValues) {
        // What is taken out of a payload with a secret might be it.
        if inspector.hasLooked, !inspector.findings.secret.isEmpty { return }
        if let block = state.block {
            guard block.isEnd else { return }
            let body = directory.bodies[block.slot]
            guard body.isComplete, body.format == Int(CoAPContentFormat.linkFormat.rawValue) else { return }
            _ = directory.bodies.withText(block.slot) { CoAPLinks.read(field, of: $0, into: &values) }
            return
        }
        guard !current.payload.isEmpty, !current.isBlockwise,
            current.first(.contentFormat, bytes)?.unsigned(bytes) == UInt64(CoAPContentFormat.linkFormat.rawValue)
        else { return }
        CoAPLinks.read(field, of: bytes.slice(current.payload), into: &values)
    }
}
