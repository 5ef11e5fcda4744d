import Bytes
import Events
import Inventory
import Network

/// Fields of an invented protocol, by name.
enum Fake: UInt16, CaseIterable {
    case clientID = 1
    case userName, version, isAnonymous, isAccepted, keepAlive, isBridge, digest, name, requested, isRetained, qos,
        isRepeated, granted, refused, method, requestedMethod, outcome, amplification, targets, protection, ability,
        assigned, record, bytes, format, category, secret, secretDigest, personal, number, keys

    var id: FieldID { FieldID(rawValue: rawValue) }
}

/// A message of the invented protocol.
struct FakeEvent: EventSource, ~Copyable {
    enum Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
        ExpressibleByFloatLiteral
    {
        case text(String)
        case int(Int64)
        case bool(Bool)
        case float(Double)
        case list([String])

        init(stringLiteral value: String) { self = .text(value) }
        init(integerLiteral value: Int64) { self = .int(value) }
        init(booleanLiteral value: Bool) { self = .bool(value) }
        init(floatLiteral value: Double) { self = .float(value) }
    }

    let category = EventCategory.mqtt
    let messageType: UInt8
    let values: [Fake: Value]
    var rareFields: RareFields {
        var fields: RareFields = []
        if values[.category] != nil { fields.insert(.category) }
        if values[.secret] != nil { fields.insert(.secret) }
        if values[.personal] != nil { fields.insert(.personal) }
        return fields
    }

    init(_ act: InventoryAct, _ values: [Fake: Value]) {
        messageType = act.rawValue
        self.values = values
    }

    borrowing func read(_ field: FieldID, message: RawSpan, into result: inout FieldValues) {
        guard let field = Fake(rawValue: field.rawValue), let value = values[field] else { return }
        switch value {
        case .text(let text): result.append { $0 += Array(text.utf8) }
        case .int(let number): result.append(int: number)
        case .bool(let truth): result.append(truth)
        case .float(let number): result.append(number)
        case .list(let texts): for text in texts { result.append { $0 += Array(text.utf8) } }
        }
    }
}

extension RareFields {
    fileprivate static let category = RareFields(rawValue: 2)
    fileprivate static let secret = RareFields(rawValue: 4)
    fileprivate static let personal = RareFields(rawValue: 8)
}

/// An inventory of the invented protocol, with a clock.
struct FakeNetwork: ~Copyable {
    var inventory: InventoryObserver
    var time: Int64 = 1_700_000_000_000_000
    private var frame: UInt64 = 0
    static let broker = Endpoint(IPAddress(v4: 0x0A00_0002), 1883)

    static func end(_ address: String, _ port: UInt16) -> Endpoint {
        Endpoint(IPAddress(address) ?? .unspecified, port)
    }

    init(bytes: Int = 32 << 20, restoring snapshot: InventorySnapshot? = nil) {
        self.init(limits: InventoryLimits(bytes: bytes), restoring: snapshot)
    }

    init(limits: InventoryLimits, restoring snapshot: InventorySnapshot? = nil) {
        var roles = InventoryRoles { InventoryAct(rawValue: $0) }
        roles.clientID = Fake.clientID.id
        roles.userName = Fake.userName.id
        roles.version = Fake.version.id
        roles.isAnonymous = Fake.isAnonymous.id
        roles.isAccepted = Fake.isAccepted.id
        roles.keepAlive = Fake.keepAlive.id
        roles.isBridge = Fake.isBridge.id
        roles.passwordDigest = Fake.digest.id
        roles.name = Fake.name.id
        roles.requestedName = Fake.requested.id
        roles.isRetained = Fake.isRetained.id
        roles.qos = Fake.qos.id
        roles.isRepeated = Fake.isRepeated.id
        roles.granted = Fake.granted.id
        roles.refused = Fake.refused.id
        roles.method = Fake.method.id
        roles.requestedMethod = Fake.requestedMethod.id
        roles.outcome = Fake.outcome.id
        roles.success = "success"
        roles.writing = ["PUT"]
        roles.amplification = Fake.amplification.id
        roles.listedTargets = Fake.targets.id
        roles.protection = Fake.protection.id
        roles.abilities = [("maximum QoS", Fake.ability.id)]
        roles.assignedID = Fake.assigned.id
        roles.record = Fake.record.id
        roles.selfPrefix = "$SYS/"
        roles.everything = ["#"]
        roles.sharePrefix = "$share/"
        let payload = PayloadRoles(
            bytes: Fake.bytes.id, format: Fake.format.id, categories: Fake.category.id, categoryBit: .category,
            secrets: Fake.secret.id, secretDigests: Fake.secretDigest.id, secretBit: .secret,
            kinds: [("secret", Fake.secret.id, .secret), ("personal", Fake.personal.id, .personal)],
            number: Fake.number.id, keys: Fake.keys.id)
        let descriptor = ProtocolDescriptor(
            category: .mqtt, displayName: "Fake", ports: [1883], serverPorts: [1883], fields: [],
            typeField: Fake.version.id, typeName: { "\($0)" }, testTransport: .tcp(port: 1883), inventory: roles)
        inventory = InventoryObserver(
            InventoryObserver.Options(
                limits: limits, homeNetworks: ["10.0.0.0/8"].compactMap { CIDRBlock($0) }, payload: payload),
            descriptors: [descriptor], hash: SeededHash(seed: 7))
        if let snapshot { inventory.restore(snapshot) }
    }

    /// A message of a client to the broker, or of the broker to it, a second after the one before.
    mutating func send(
        _ act: InventoryAct, from client: String = "10.0.0.9", port: UInt16 = 40_000, toClient: Bool = false,
        server: Endpoint = broker, mac: UInt64 = 0x0200_0000_0001, after microseconds: Int64 = 1_000_000,
        _ values: [Fake: FakeEvent.Value] = [:]
    ) {
        time += microseconds
        frame += 1
        let client = Self.end(client, port)
        let context = EventContext(
            timestamp: Timestamp(nanoseconds: time * 1000), frameNumber: frame, source: toClient ? server : client,
            destination: toClient ? client : server, sourceMAC: MACAddress(mac), transport: .tcp,
            direction: toClient ? .toClient : .toServer)
        let message: [UInt8] = [1, 2, 3]
        inventory.observe(FakeEvent(act, values), context, message: message.span.bytes)
    }

    /// A client that is let in.
    mutating func connect(_ name: String, from client: String, port: UInt16 = 40_000, isAnonymous: Bool = false) {
        send(.open, from: client, port: port, [.clientID: .text(name), .version: 4])
        send(
            .opened, from: client, port: port, toClient: true,
            [.clientID: .text(name), .version: 4, .isAccepted: true, .isAnonymous: .bool(isAnonymous)])
    }
}
