import Inventory
import Network
import Places

/// The lists of the inventory.
enum AssetKind: String, CaseIterable {
    case brokers, servers, clients, topics, resources, links, filters, secrets

    /// The kind of one record, in machine forms.
    var one: String { String(rawValue.dropLast()) }

    /// The kinds of the store's records that such a list is made of.
    var records: Set<String> {
        switch self {
        // Who is behind a router shows in all addresses together.
        case .brokers, .servers, .clients: [ServerRecord.kind, ClientRecord.kind]
        case .topics, .resources: [TopicRecord.kind]
        case .links: [LinkRecord.kind]
        case .filters: [FilterRecord.kind]
        case .secrets: [SecretRecord.kind]
        }
    }
}

extension ServerRecord {
    /// Whether it passes records on to those who subscribe; a server of CoAP answers for itself.
    var isBroker: Bool { proto.hasPrefix("mqtt") }
}

extension TopicRecord {
    /// Whether it is a resource of a server, not a topic of a broker.
    var isResource: Bool { !proto.hasPrefix("mqtt") }
}

/// What is known beside the records: who made hardware, where public addresses belong.
struct AssetContext {
    let view: HardwareView
    private let vendorTable: VendorTable?
    private let countries: CountryTable?

    /// Looks through the records; without tables nothing is named.
    init(_ snapshot: InventorySnapshot, vendors: VendorTable?, countries: CountryTable?) {
        view = HardwareView(snapshot)
        vendorTable = vendors
        self.countries = countries
    }

    func vendors(_ server: ServerRecord) -> [Claim] { view.vendors(server) { vendorTable?.vendor(of: $0) } }
    func vendors(_ client: ClientRecord) -> [Claim] { view.vendors(client) { vendorTable?.vendor(of: $0) } }

    /// Where an address belongs.
    func place(_ address: String?) -> Place? {
        guard let countries, let address = address.flatMap({ IPAddress($0) }) else { return nil }
        return countries.place(of: address)
    }
}
