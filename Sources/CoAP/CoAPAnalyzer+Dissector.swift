import Bytes
import Events
import Network
import Payload
import Tables

extension CoAPAnalyzer: Dissector {
    /// Names, ports and fields of CoAP.
    public static let descriptor = ProtocolDescriptor(
        category: .coap, displayName: "CoAP", ports: [CoAPPort.coap], serverPorts: [CoAPPort.coap, CoAPPort.coaps],
        fields: [CoAPField.block, CoAPStreamField.block],
        typeField: CoAPField.code.fieldID,
        typeName: { code in
            var text: [UInt8] = []
            CoAPCode(rawValue: code).write(to: &text)
            return String(decoding: text, as: UTF8.self)
        },
        typeTraits: [
            ProtocolDescriptor.TypeTrait(CoAPField.class.fieldID) { "\(CoAPCode(rawValue: $0).class.name)" },
            ProtocolDescriptor.TypeTrait(CoAPField.method.fieldID) {
                CoAPCode(rawValue: $0).methodName.map { "\($0)" }
            },
        ],
        rareFields: RareField.violations(of: .coap) + CoAPStreamField.rareFields + CoAPField.rareFields
            + PayloadField.rareFields(of: .coap),
        settledFields: CoAPField.settledFields,
        subjectFields: [CoAPField.uriPath.fieldID, CoAPField.requestURIPath.fieldID],
        keyedFields: ["payload.secret.digest"], testTransport: .udp(port: CoAPPort.coap),
        webSocket: ProtocolDescriptor.WebSocketUse(
            subprotocols: ["coap"], isMessageEach: true, textMessage: .coapText, notOffered: .coapSubprotocol,
            notChosen: .coapSubprotocol), inventory: inventoryRoles,
        statements: { CoAPViolation.statements })

    /// What was pushed out of its tables, by table.
    public var evictions: [String: UInt64] {
        let counters = counters
        return [
            "coap_exchanges": counters.evictedExchanges, "coap_message_ids": counters.evictedMessageIDs,
            "coap_connections": counters.evictedConnections, "coap_partial_ivs": counters.evictedPartialIVs,
            "coap_observations": counters.evictedObservations, "coap_pairs": counters.evictedPairs,
            "coap_registrations": counters.evictedRegistrations, "coap_bodies": counters.evictedBodies,
            "coap_blocks": counters.evictedBlocks,
            "coap_blocks_not_held": counters.blocksNotHeld,
        ]
    }
}

/// CoAP over TCP and over WebSocket: RFC 8323, 3 and 4.
extension CoAPAnalyzer: StreamDissector {
    /// Looks at the first bytes of one end, a CSM (RFC 8323, 5.3).
    ///
    /// On CoAP's own port those of one end are enough; elsewhere they are a candidate.
    public static func probe(_ bytes: RawSpan, _ hints: FlowHints) -> ProbeVerdict {
        guard hints.hasBeginning else { return .no }
        let isOwnPort = hints.has(CoAPPort.coap)
        switch CoAPStreamProbe.verdict(bytes, isOwnPort: isOwnPort) {
        case .beginning: return isOwnPort ? .either : .candidate
        case .needMore: return .needMore
        case .no: return .no
        }
    }

    /// Both ends have to begin with a CSM, or one has to go on as chance would not.
    public static func judge(_ one: RawSpan, _ other: RawSpan) -> CandidateVerdict {
        let (first, second) = (judge(one), judge(other))
        if first == .refuted || second == .refuted { return .refuted }
        if first == .proven || second == .proven { return .proven }
        return first == .begun && second == .begun ? .proven : .open
    }

    private enum EndVerdict {
        case open, begun, proven, refuted
    }

    private static func judge(_ bytes: RawSpan) -> EndVerdict {
        switch CoAPStreamProbe.verdict(bytes) {
        case .no: return .refuted
        case .needMore: return .open
        case .beginning:
            var boundary = CoAPBoundary()
            return boundary.isProvenBeginning(bytes) ? .proven : .begun
        }
    }

    /// Looks at the header of a message (RFC 8323, 3.2).
    ///
    /// One with a reserved length is told.
    public static func frame(_ bytes: RawSpan) -> FrameVerdict { CoAPFraming.frame(bytes) }

    /// Looks for messages of either end.
    public static func join(_ bytes: RawSpan, _ hints: FlowHints, _ query: BoundaryQuery) -> JoinVerdict {
        var boundary = CoAPBoundary(isGuess: true)
        let verdict = boundary.find(bytes, startsSegment: query.startsSegment, isLast: query.sequel != .more)
        guard case .proven = verdict, let asks = boundary.sendsRequests else {
            return JoinVerdict(asClient: verdict, asServer: verdict)
        }
        let other = BoundaryVerdict.open(bytes.byteCount)
        return JoinVerdict(asClient: asks ? verdict : other, asServer: asks ? other : verdict)
    }

    /// Begins a connection.
    public mutating func open(
        client: Endpoint, server: Endpoint, at time: Timestamp, isFromStart: Bool
    ) -> Int64 {
        openConnection(isFromStart: isFromStart).rawValue
    }

    /// Ends a connection.
    public mutating func closeSession(_ handle: Int64, at time: Timestamp) {
        closeConnection(CoAPConnectionID(rawValue: handle))
    }

    /// Tells that not all that was said over a connection is known.
    public mutating func noteGap(_ handle: Int64) { noteGap(CoAPConnectionID(rawValue: handle)) }

    /// Looks for the beginning of a message.
    public func findBoundary(
        _ handle: Int64, _ bytes: RawSpan, _ direction: Direction, _ query: BoundaryQuery
    ) -> BoundaryVerdict {
        var boundary = CoAPBoundary()
        return boundary.find(bytes, startsSegment: query.startsSegment, isLast: query.sequel != .more)
    }

    /// Whether the first bytes of an end can be those of a CoAP end: whoever asks a server of another protocol gets an
    /// answer in that.
    public func begins(_ handle: Int64, _ bytes: RawSpan, _ direction: Direction) -> ProbeVerdict {
        if hasBegun(CoAPConnectionID(rawValue: handle), direction) { return .either }
        switch CoAPStreamProbe.answer(bytes) {
        case .beginning: return .either
        case .needMore: return .needMore
        case .no: return .no
        }
    }

    /// Dissects a message of a connection: of a TCP stream, or of a WebSocket where the context says so.
    public mutating func dissect(
        _ handle: Int64, _ message: RawSpan, wholeLength: Int, _ context: inout EventContext
    ) -> Bool {
        // Behind lost bytes, zeros may be anything: as Empty messages they would be told without end.
        let isZero = message.byteCount == 2 && message.uint16(at: 0) == 0
        if isZero, !context.carrier.isWebSocket, !isWhole(CoAPConnectionID(rawValue: handle)) { return false }
        return dissect(
            CoAPConnectionID(rawValue: handle), message: message, wholeLength: wholeLength,
            over: context.carrier.isWebSocket ? .webSocket : .stream, context: &context)
    }
}

/// CoAP over UDP: RFC 7252.
extension CoAPAnalyzer: DatagramDissector {
    /// On CoAP's own port a flow is taken for CoAP at once, elsewhere only when its datagrams could be nothing else and
    /// something proves it (RFC 7252, 12.6 for the port).
    public static func probe(datagram: RawSpan, _ hints: FlowHints) -> ProbeVerdict {
        if hints.has(CoAPPort.coap) { return .either }
        return CoAPProbe.verdict(datagram) == .plausible ? .candidate : .no
    }

    /// Whether a datagram is of DTLS.
    ///
    /// An encrypted record of DTLS 1.3 alone is told on the port of CoAP over DTLS only (RFC 7252, 12.7); elsewhere it
    /// is not CoAP in any case, whose first two bits are others.
    public static func isEncrypted(datagram: RawSpan, _ hints: FlowHints) -> Bool {
        DTLSRecord.begins(datagram) || hints.has(CoAPPort.coaps) && DTLSRecord.mayBeUnified(datagram)
    }

    /// Whether a datagram is the response to a request.
    public static func answers(_ datagram: RawSpan, _ earlier: RawSpan) -> Bool {
        CoAPProbe.isAnswer(datagram, to: earlier)
    }

    /// How long after a request its copy has to come to be a sign of a client: what comes twice at once is none.
    ///
    /// A client waits for at least ACK_TIMEOUT, two seconds (RFC 7252, 4.2 and 4.8), before it sends a request again;
    /// some are told to wait less.
    private static let retransmissionNanoseconds: Int64 = 1_000_000_000

    /// Whether a request came again, as from a client that gets no answer.
    public static func repeats(_ datagram: RawSpan, _ earlier: RawSpan, after nanoseconds: Int64) -> Bool {
        nanoseconds >= retransmissionNanoseconds && CoAPProbe.isRetransmission(datagram, of: earlier)
    }

    /// A request to all CoAP nodes, an answer to one from a member's own address (RFC 7252, 8), or the question for all
    /// resources, which scanners ask on any port and mostly get no answer to.
    public func proves(datagram: RawSpan, to receiver: Endpoint, at time: Timestamp) -> Bool {
        CoAPProbe.isGroupRequest(datagram, to: receiver.address) || CoAPProbe.isDiscovery(datagram)
            || answersGroup(datagram, to: receiver, at: time)
    }

    /// Dissects a datagram.
    public mutating func dissect(datagram: RawSpan, _ context: inout EventContext) -> Bool {
        dissect(datagram, context: &context)
    }
}
