/// What everybody needs to know of a protocol beside its bytes: names, ports, fields.
public struct ProtocolDescriptor: Sendable {
    /// The kind of its events; its name is that of the protocol in rules and reports.
    public var category: EventCategory
    /// The name as people write it.
    public var displayName: String
    /// Its own ports without encryption: what goes there is looked at more closely.
    public var ports: [UInt16]
    /// The ports that its servers use, encrypted or behind WebSocket too: they tell which end is the client.
    public var serverPorts: [UInt16]
    /// The TCP ports whose connections are watched from their SYN on, whether or not a message comes.
    public var watchedPorts: [UInt16]
    /// The blocks of its fields.
    public var fields: [FieldBlock]
    /// The field that says what type a message is: rules are indexed by it.
    public var typeField: FieldID
    /// The name of a type; several may share one.
    public var typeName: @Sendable (UInt8) -> String
    /// Other fields that follow from the type of a message alone, and the value of each; `nil` where a type has none.
    public var typeTraits: [TypeTrait]
    /// The fields that most of its messages lack.
    public var rareFields: [RareField]
    /// The fields that `EventSource.settled` stands for.
    public var settledFields: [FieldID]
    /// The fields that say what a message is about, such as a topic: the first that it has counts.
    public var subjectFields: [FieldID]
    /// The field that names a client; `nil` for none.
    public var clientIDField: FieldID?
    /// The fields whose values are made with a key.
    public var keyedFields: [String]
    /// How the messages that a rule's test gives are sent.
    public var testTransport: TestTransport
    /// What it is called where it is carried by WebSocket; `nil` where it never is.
    public var webSocket: WebSocketUse?
    /// Whether a flow is believed to be its only when more bears it out than the first message: a forged one is cheap.
    public var needsConfirmation: Bool
    /// What its messages say to an inventory; `nil` for nothing.
    public var inventory: InventoryRoles?
    /// The rules of its specifications that its messages are held against.
    public var statements: @Sendable () -> [SpecificationStatement]

    /// A field that follows from the type of a message.
    public struct TypeTrait: Sendable {
        /// The number of the field in the registry.
        public var field: FieldID
        /// Its value for a type; `nil` where messages of the type do not have it.
        public var value: @Sendable (UInt8) -> String?

        /// Makes a pair of field and value.
        public init(_ field: FieldID, _ value: @escaping @Sendable (UInt8) -> String?) {
            self.field = field
            self.value = value
        }
    }

    /// How the messages of a rule's test are sent.
    public enum TestTransport: Hashable, Sendable {
        /// In a TCP connection of each client to that port.
        case tcp(port: UInt16)
        /// In UDP datagrams to that port.
        case udp(port: UInt16)
    }

    /// How WebSocket carries a protocol.
    public struct WebSocketUse: Sendable {
        /// The names of its subprotocols (RFC 6455, 1.9), as bytes are compared.
        public var subprotocols: [StaticString]
        /// Whether a message of WebSocket is one of its messages; else messages lie in the stream of all payloads.
        public var isMessageEach: Bool
        /// Broken by a message that is not binary.
        public var textMessage: CarrierViolation
        /// Broken by a client that does not offer a subprotocol.
        public var notOffered: CarrierViolation
        /// Broken by a server that does not choose one.
        public var notChosen: CarrierViolation

        /// Makes a description.
        public init(
            subprotocols: [StaticString], isMessageEach: Bool, textMessage: CarrierViolation,
            notOffered: CarrierViolation, notChosen: CarrierViolation
        ) {
            self.subprotocols = subprotocols
            self.isMessageEach = isMessageEach
            self.textMessage = textMessage
            self.notOffered = notOffered
            self.notChosen = notChosen
        }
    }

    /// Makes a descriptor.
    public init(
        category: EventCategory, displayName: String, ports: [UInt16], serverPorts: [UInt16],
        watchedPorts: [UInt16] = [], fields: [FieldBlock], typeField: FieldID,
        typeName: @escaping @Sendable (UInt8) -> String, typeTraits: [TypeTrait] = [], rareFields: [RareField] = [],
        settledFields: [FieldID] = [], subjectFields: [FieldID] = [], clientIDField: FieldID? = nil,
        keyedFields: [String] = [],
        testTransport: TestTransport,
        webSocket: WebSocketUse? = nil,
        needsConfirmation: Bool = false, inventory: InventoryRoles? = nil,
        statements: @escaping @Sendable () -> [SpecificationStatement] = { [] }
    ) {
        self.category = category
        self.displayName = displayName
        self.ports = ports
        self.serverPorts = serverPorts
        self.watchedPorts = watchedPorts
        self.fields = fields
        self.typeField = typeField
        self.typeName = typeName
        self.typeTraits = typeTraits
        self.rareFields = rareFields
        self.settledFields = settledFields
        self.subjectFields = subjectFields
        self.clientIDField = clientIDField
        self.keyedFields = keyedFields
        self.testTransport = testTransport
        self.webSocket = webSocket
        self.needsConfirmation = needsConfirmation
        self.inventory = inventory
        self.statements = statements
    }
}
