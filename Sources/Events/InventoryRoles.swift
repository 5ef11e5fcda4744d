/// What a message does, as an inventory counts it.
public enum InventoryAct: UInt8, Sendable {
    /// A client asks a server to let it in.
    case open
    /// The server's answer to that.
    case opened
    /// A record under a name: published on its way to the server, delivered on its way to the client.
    case publication
    /// A client asks for records by filters of names.
    case subscription
    /// The server's answer to that.
    case subscribed
    /// A client asks a server to do something with a resource.
    case request
    /// The server's answer to that.
    case response
}

/// What the messages of a protocol say to an inventory: what each type does, and in which fields the rest stands.
///
/// A field that a protocol does not have is `nil`. What has a field for all protocols, such as the payload's, is not here.
public struct InventoryRoles: Sendable {
    /// What messages of a type do; `nil` for those that say nothing to an inventory.
    public var act: @Sendable (UInt8) -> InventoryAct?
    /// The name of a client, as it gives it itself.
    public var clientID: FieldID?
    /// The user that the client claims to be.
    public var userName: FieldID?
    /// The version of the protocol, a number.
    public var version: FieldID?
    /// Whether the client showed no name, password or other proof; absent where that was not seen.
    public var isAnonymous: FieldID?
    /// Whether the server let the client in; absent where it did not say so yet.
    public var isAccepted: FieldID?
    /// The keep-alive that holds, in seconds.
    public var keepAlive: FieldID?
    /// True where the client announced itself as a bridge.
    public var isBridge: FieldID?
    /// A digest of the client's password: equal ones have equal digests.
    public var passwordDigest: FieldID?
    /// The name of a record or resource in a message that carries one; the filters in a subscription.
    public var name: FieldID?
    /// The name of the resource that a response is about.
    public var requestedName: FieldID?
    /// Whether a record is one that the server keeps for those who come later.
    public var isRetained: FieldID?
    /// The quality of service of a record, 0 to 2.
    public var qos: FieldID?
    /// Whether the message is a copy of one that came before.
    public var isRepeated: FieldID?
    /// The filters that a server granted.
    public var granted: FieldID?
    /// The filters that a server refused.
    public var refused: FieldID?
    /// What a request asks for, a keyword.
    public var method: FieldID?
    /// The method of the request that a response answers.
    public var requestedMethod: FieldID?
    /// How a response ended, a keyword.
    public var outcome: FieldID?
    /// The keyword of `outcome` that stands for success.
    public var success: StaticString
    /// The methods that change something.
    public var writing: [StaticString]
    /// The media type that a message states.
    public var mediaType: FieldID?
    /// Bytes sent back over bytes of the request.
    public var amplification: FieldID?
    /// True where a message went to a group, or answers one that did.
    public var isMulticast: FieldID?
    /// What a directory lists: targets, their resource types and their interfaces.
    public var listedTargets: FieldID?
    /// The resource types in a directory.
    public var listedTypes: FieldID?
    /// The interfaces in a directory.
    public var listedInterfaces: FieldID?
    /// What became of an observation, a keyword; present in what observes or is observed.
    public var observation: FieldID?
    /// The bytes that protect the message above the transport; present where it is protected.
    public var protection: FieldID?
    /// What a server says of itself when it lets a client in: a number each, with the words by which a report names it.
    public var abilities: [(name: StaticString, field: FieldID)]
    /// A name that the server gave to a client which had none.
    public var assignedID: FieldID?
    /// The bytes of a record, or of what a response carries.
    public var record: FieldID?
    /// What the names of records begin with by which a server tells of itself; empty for none.
    public var selfPrefix: StaticString
    /// Filters that take in every record.
    public var everything: [StaticString]
    /// What stands in front of a filter whose records several clients share, up to the second slash; empty for nothing.
    public var sharePrefix: StaticString

    /// Nothing but what each type does.
    public init(act: @escaping @Sendable (UInt8) -> InventoryAct?) {
        self.act = act
        success = ""
        writing = []
        abilities = []
        selfPrefix = ""
        everything = []
        sharePrefix = ""
    }
}

/// In which fields stands what records hold, whatever protocol carries them; and the bits of those that most messages lack.
public struct PayloadRoles: Sendable {
    /// What several records can be: a field, the word by which a report names it, and the bit of the field.
    public typealias Kind = (name: StaticString, field: FieldID, bit: RareFields)

    /// The length of a record in bytes.
    public var bytes: FieldID
    /// The format of a record.
    public var format: FieldID
    /// The classes of a record.
    public var categories: FieldID
    /// The bit of `categories`.
    public var categoryBit: RareFields
    /// Secrets in a record, by kind.
    public var secrets: FieldID
    /// Digests of these secrets.
    public var secretDigests: FieldID
    /// The bit of `secrets`.
    public var secretBit: RareFields
    /// Other kinds of content.
    public var kinds: [Kind]
    /// The number that a record is or states.
    public var number: FieldID
    /// The keys of a record.
    public var keys: FieldID
    /// Kinds, with the words of their fields, by which a record commands.
    public var commands: [StaticString] = []
    /// The bits of all `kinds`.
    public let kindBits: RareFields

    /// Puts the fields together.
    public init(
        bytes: FieldID, format: FieldID, categories: FieldID, categoryBit: RareFields, secrets: FieldID,
        secretDigests: FieldID,
        secretBit: RareFields, kinds: [Kind], number: FieldID, keys: FieldID
    ) {
        self.bytes = bytes
        self.format = format
        self.categories = categories
        self.categoryBit = categoryBit
        self.secrets = secrets
        self.secretDigests = secretDigests
        self.secretBit = secretBit
        self.kinds = kinds
        self.number = number
        self.keys = keys
        kindBits = kinds.reduce([]) { $0.union($1.bit) }
    }
}
