import Detection
import Engine
import Events
import Network
import Payload

/// What rules and outputs know of the protocols: all of it comes from their descriptors.
public enum Protocols {
    /// The descriptors, in the order of the engine's list.
    public static let descriptors = Dissectors.entries.map(\.descriptor)

    /// Every field that an event can have.
    public static let registry = FieldRegistry(of: Dissectors.self)

    /// The fields whose values say what type a message is: rules are indexed by them.
    ///
    /// Several types may share a name, such as the reserved ones.
    public static let discriminators =
        descriptors.map { descriptor in
            Discriminator(
                category: descriptor.category, field: descriptor.typeField,
                codes: Dictionary(grouping: UInt8.min...UInt8.max, by: descriptor.typeName))
        } + descriptors.flatMap(traits) + [
            Discriminator(
                category: .network, field: NetworkEvent.typeField,
                codes: Dictionary(grouping: 0..<8, by: NetworkEvent.typeName)),
            Discriminator(
                category: .sensor, field: SensorField.sign.fieldID,
                codes: Dictionary(uniqueKeysWithValues: SensorSign.Kind.allCases.map { ("\($0.name)", [$0.rawValue]) })
            ),
            Discriminator(
                category: .policy, field: PolicyField.kind.fieldID,
                codes: Dictionary(
                    uniqueKeysWithValues: PolicyDeviation.Kind.allCases.map { ("\($0.name)", [$0.rawValue]) })),
        ]

    /// What else follows from the type of a message of a protocol.
    private static func traits(_ descriptor: ProtocolDescriptor) -> [Discriminator] {
        descriptor.typeTraits.map { trait in
            var codes: [String: [UInt8]] = [:]
            for type in UInt8.min...UInt8.max {
                if let value = trait.value(type) { codes[value, default: []].append(type) }
            }
            return Discriminator(category: descriptor.category, field: trait.field, codes: codes, isElseAbsent: true)
        }
    }

    /// The fields that most messages lack: rules that need one are passed over without asking.
    public static let rareFields = descriptors.flatMap(\.rareFields)
    /// The fields that events have numbers for.
    public static let settledFields = CommonField.settled + descriptors.flatMap(\.settledFields)

    /// The names of the fields that the inventory asks for and that are worked out only where somebody does.
    static let inventoryFields: [String] = {
        var fields: [FieldID] = [PayloadField.format.id]
        for roles in descriptors.compactMap(\.inventory) {
            fields += [roles.listedTargets, roles.listedTypes, roles.listedInterfaces].compactMap(\.self)
        }
        return fields.compactMap { registry.field($0)?.info.name }
    }()

    /// In which fields stands what records hold.
    static let payloadRoles: PayloadRoles = {
        func bit(_ field: PayloadField) -> RareFields {
            rareFields.first { $0.field == field.id }?.bit ?? .all
        }
        let kinds: [(StaticString, PayloadField)] = [
            ("secret", .secret), ("personal", .personal), ("medical", .medical), ("industrial", .industrial),
            ("firmware", .firmware), ("command", .command), ("sign", .sign),
        ]
        var roles = PayloadRoles(
            bytes: PayloadField.bytes.id, format: PayloadField.format.id, categories: PayloadField.category.id,
            categoryBit: bit(.category), secrets: PayloadField.secret.id, secretDigests: PayloadField.secretDigest.id,
            secretBit: bit(.secret), kinds: kinds.map { ($0.0, $0.1.id, bit($0.1)) }, number: PayloadField.number.id,
            keys: PayloadField.keys.id)
        roles.commands = ["firmware.update_command"]
        return roles
    }()

    /// The field that fills the store's column `client_id`, by category.
    static func clientID(of category: EventCategory) -> FieldID? {
        descriptors.first { $0.category == category }?.clientIDField
    }

    /// What messages say to an inventory and a policy, by category.
    static let inventoryRoles = descriptors.compactMap { descriptor in
        descriptor.inventory.map { (category: descriptor.category, roles: $0) }
    }

    /// The fields that a key is needed for.
    static let keyedFields = Set(descriptors.flatMap(\.keyedFields))

    /// The descriptor of a category.
    static func descriptor(of category: EventCategory) -> ProtocolDescriptor? {
        descriptors.first { $0.category == category }
    }
}

extension Dissectors {
    /// Shows digests of secrets where a rule asks for one, or the `inventory`, made with `key`.
    ///
    /// Without a key that outlives the run rules still compare the secrets of the run with each other.
    public mutating func digestSecrets(for rules: CompiledRules, with key: KeyedDigest?, inventory: Bool = false) {
        let isAsked = rules.fields.contains { Protocols.keyedFields.contains($0) }
        digestSecrets(with: key ?? (isAsked || inventory ? KeyedDigest() : nil), ofSessions: isAsked)
    }

    /// Works out what rules ask for beside the messages themselves: looks into payloads, digests of secrets.
    ///
    /// - Parameters:
    ///   - rules: the rules that run.
    ///   - key: what digests are made with; without one they can be compared within the run.
    ///   - bytes: of each payload that are looked at.
    ///   - inventory: whether an inventory is kept, which wants to tell secrets apart.
    public mutating func serve(_ rules: RuleSet, key: KeyedDigest?, inspecting bytes: Int, inventory: Bool = false) {
        inspectPayloads(with: rules.payload, bytes: bytes)
        digestSecrets(for: rules.compiled, with: key, inventory: inventory)
    }
}

/// The engine with the protocols that the sensor reads.
public typealias SensorWorker<Sink: EventSink & ~Copyable> = Worker<Dissectors, Sink>

extension Worker where Protocols == Dissectors, Sink: ~Copyable {
    /// A worker for the protocols that the sensor reads, which has seen nothing yet.
    ///
    /// Tables are seeded afresh unless `hash` is given.
    public init(limits: SensorLimits = SensorLimits(), hash: SeededHash = SeededHash(), sink: consuming Sink) {
        self.init(limits: limits.engine, dissectors: limits.dissectors, hash: hash, sink: sink)
    }
}
