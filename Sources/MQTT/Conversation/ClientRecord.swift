import Bytes
import Events
import Network
import Tables

/// How a client's last connection ended.
enum MQTTEnding: UInt8 {
    /// The client took its leave and its will was discarded.
    case disconnect
    /// The client took its leave and had its will published, or gave a reason of 0x80 or above.
    case disconnectWithWill
    /// The server ended it.
    case server
    /// Another connection took over the client identifier.
    case takeover
    /// The connection was closed without a DISCONNECT.
    case closed

    /// The keyword that fields show.
    var name: StaticString {
        switch self {
        case .disconnect: "disconnect"
        case .disconnectWithWill: "disconnect_with_will"
        case .server: "server"
        case .takeover: "takeover"
        case .closed: "closed"
        }
    }
}

/// What a client says about itself in its CONNECT, as far as two of them can be compared.
struct ClientTraits {
    var version = MQTTVersion.unknown
    var flags: UInt8 = 0
    var keepAlive: UInt16 = 0
    /// 0 where there is none.
    var userName: UInt64 = 0
    /// 0 where there is none.
    var willTopic: UInt64 = 0

    init() {}

    init(_ connect: MQTTConnect, _ version: MQTTVersion, _ bytes: RawSpan, _ hash: SeededHash) {
        self.version = version
        // Which members follow: the flags but for clean session, which a client may well change.
        flags = (connect.flags?.rawValue ?? 0) & ~MQTTConnectFlags.cleanSession.rawValue
        keepAlive = connect.keepAlive ?? 0
        if let name = connect.userName { userName = hash.hash(bytes.slice(name)) | 1 }
        if let topic = connect.willTopic { willTopic = hash.hash(bytes.slice(topic)) | 1 }
    }
}

/// What has changed since a client's last connection.
struct ClientChanges: OptionSet {
    let rawValue: UInt8

    static let address = Self(rawValue: 1)
    static let version = Self(rawValue: 2)
    static let flags = Self(rawValue: 4)
    static let keepAlive = Self(rawValue: 8)
    static let userName = Self(rawValue: 16)
    static let willTopic = Self(rawValue: 32)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ old: ClientRecord, _ traits: ClientTraits, _ address: IPAddress) {
        self = []
        if old.address != address { insert(.address) }
        if old.traits.version != traits.version { insert(.version) }
        if old.traits.flags != traits.flags { insert(.flags) }
        if old.traits.keepAlive != traits.keepAlive { insert(.keepAlive) }
        if old.traits.userName != traits.userName { insert(.userName) }
        if old.traits.willTopic != traits.willTopic { insert(.willTopic) }
    }

    /// Calls `body` with the keyword of each.
    func forEach(_ body: (StaticString) -> Void) {
        if contains(.address) { body("address") }
        if contains(.version) { body("version") }
        if contains(.flags) { body("flags") }
        if contains(.keepAlive) { body("keepalive") }
        if contains(.userName) { body("username") }
        if contains(.willTopic) { body("willtopic") }
    }
}

/// What is known of a client identifier at a server.
///
/// It outlives the connection.
struct ClientRecord {
    /// The session that was connected last.
    var session: MQTTSessionID
    /// Whether it is connected still.
    var isLive = true
    /// Whether a server ever let it in.
    var wasAccepted = false
    var address: IPAddress
    var traits = ClientTraits()
    /// How the last connection ended; `nil` before the first end, and where that was not seen.
    var ending: MQTTEnding?
    var endedAt = Timestamp.zero
    /// Milliseconds that the last connection lasted.
    var duration: Int64 = 0
    /// Hand-shakes that it left unfinished.
    var unfinished: UInt32 = 0

    init(session: MQTTSessionID, address: IPAddress) {
        self.session = session
        self.address = address
    }
}

/// What a server keeps of a session after its connection (MQTT 3.1.1, 3.1.2.4; MQTT 5.0, 4.1).
struct SavedSession {
    var subscriptions = Subscriptions()
    var toServer = Handshakes()
    var toClient = Handshakes()
    /// Whether all of it was seen.
    var isWhole = false
    /// Seconds; `UInt32.max` for ever.
    var expiry: UInt32 = 0
    var endedAt = Timestamp.zero

    /// Memory that it refers to, in bytes.
    var memory: Int { subscriptions.memory + toServer.table.bytes + toClient.table.bytes }
}

/// What a CONNACK says of an earlier session, held against what was seen of one.
enum MQTTPast: UInt8 {
    /// The server has none, and none was seen that it should have.
    case none
    /// It goes on with one that was seen.
    case known
    /// It goes on with one that was not seen.
    case unseen
    /// It goes on with one that should have expired.
    case expired
    /// It has none, though one was seen that should still be there.
    case lost

    /// The keyword that fields show.
    var name: StaticString {
        switch self {
        case .none: "none"
        case .known: "known"
        case .unseen: "unseen"
        case .expired: "expired"
        case .lost: "lost"
        }
    }
}

/// How a password fared at a server before, for the user name that it came with.
///
/// Who guesses is let in with one that was never tried; a server that could not look passwords up for a while, with one that
/// it refused.
enum PasswordPast: UInt8 {
    /// It was not seen, or not answered.
    case none
    /// It was let in at some time, whatever became of it since.
    case accepted
    /// It was refused each time.
    case refused

    /// What a CONNACK makes of it; `nil` where the answer says nothing of the password (MQTT 3.1.1, 3.2.2.3; MQTT 5.0,
    /// 3.2.2.2).
    init?(connack code: UInt8) {
        switch code {
        case 0: self = .accepted
        case 4, 5, 0x86, 0x87: self = .refused
        default: return nil
        }
    }

    /// The keyword that fields show.
    var name: StaticString {
        switch self {
        case .none: "none"
        case .accepted: "accepted"
        case .refused: "refused"
        }
    }
}

/// How many connections an address has to a server.
struct ClientAddress {
    /// Those that were let in and not closed.
    var open: UInt32 = 0
    /// Those of them on which nobody subscribed or published.
    var silent: UInt32 = 0
}

/// Who set a retained message, or named a topic as that of its will.
struct TopicOwner {
    /// Shares its room with the session.
    var clientID: [UInt8]
    var clientKey: UInt64
    var address: IPAddress
    /// A hash of the user name; 0 where there is none.
    var account: UInt64

    /// Memory that it refers to, in bytes.
    var memory: Int { clientID.memory }
}
