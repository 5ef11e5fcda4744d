import CMaxMind
import Glibc
import Network

/// Where an address of the public network belongs, as far as a database tells.
public struct Place: Hashable, Sendable {
    /// The country, two letters of ISO 3166-1.
    public var country: String?
    /// The country in English.
    public var countryName: String?
    /// The number of the autonomous system that announces the address.
    public var autonomousSystem: UInt32?
    /// Who runs that system.
    public var organization: String?

    /// Nothing known yet.
    public init() {}

    /// `DE, AS3320 Deutsche Telekom AG`: what is known, short.
    public var text: String {
        let system = autonomousSystem.map { "AS\($0)" }
        return [country, [system, organization].compactMap(\.self).joined(separator: " ")]
            .compactMap { $0?.isEmpty == false ? $0 : nil }.joined(separator: ", ")
    }
}

/// Why a database of places cannot be used: a sentence for people.
public struct PlaceError: Error, Hashable, Sendable {
    /// What is wrong with it.
    public enum Code: Hashable, Sendable {
        /// There is no such file.
        case missing
        /// The file cannot be read.
        case cannotRead
        /// The file is no such database, or a damaged one.
        case notADatabase
    }

    /// What is wrong.
    public var code: Code
    /// What is wrong, with the path, and what mends it.
    public var message: String
}

/// Countries and autonomous systems of public addresses, from files in the format of MaxMind DB.
///
/// Nothing is asked over the network. Countries and systems usually come as two files; each address is looked up in all of
/// them, and what an earlier file says stands. Private, shared, local and reserved addresses have no place, whatever a file
/// says of them (`IPAddress.isPublic`).
public final class CountryTable {
    private var databases: [MMDB_s] = []
    private var known: [IPAddress: Place] = [:]

    /// How many answers are kept, so that the same address is not looked up again for each row that shows it.
    private static let mostKnown = 4096

    /// Opens files; they are mapped, not read.
    ///
    /// - Throws: `PlaceError` for the first that is not there, cannot be read, or is no such database.
    public init(paths: [String]) throws(PlaceError) {
        for path in paths {
            var database = MMDB_s()
            let status = MMDB_open(path, UInt32(MMDB_MODE_MMAP), &database)
            guard status == MMDB_SUCCESS else { throw Self.error(status, errno, path) }
            databases.append(database)
        }
    }

    deinit { for index in databases.indices { MMDB_close(&databases[index]) } }

    private static func error(_ status: Int32, _ number: Int32, _ path: String) -> PlaceError {
        let isSystem = [MMDB_FILE_OPEN_ERROR, MMDB_IO_ERROR, MMDB_OUT_OF_MEMORY_ERROR].contains(status)
        guard isSystem else {
            let message =
                "\(path) is no database of places in the format of MaxMind DB (.mmdb), or a damaged one: "
                + String(cString: MMDB_strerror(status))
            return PlaceError(code: .notADatabase, message: message)
        }
        guard number == ENOENT else {
            return PlaceError(code: .cannotRead, message: "\(path): \(String(cString: strerror(number)))")
        }
        return PlaceError(code: .missing, message: "there is no database of places at \(path)")
    }

    /// Where an address belongs; `nil` where it is not public or no file knows it.
    public func place(of address: IPAddress) -> Place? {
        guard address.isPublic else { return nil }
        if let place = known[address] { return place == Place() ? nil : place }
        var place = Place()
        for index in databases.indices { look(up: address, in: &databases[index], &place) }
        if known.count >= Self.mostKnown { known.removeAll(keepingCapacity: true) }
        known[address] = place
        return place == Place() ? nil : place
    }

    /// Takes from a database what is not known yet; a damaged place in it tells nothing.
    private func look(up address: IPAddress, in database: inout MMDB_s, _ place: inout Place) {
        let octets = (0..<(address.bitWidth / 8)).map { address.octet($0) }
        var entry = maxmind_entry()
        guard maxmind_find(&database, octets, Int32(octets.count), &entry) == 1 else { return }
        func text(_ key: String, _ inner: String? = nil, _ innermost: String? = nil) -> String? {
            var text = [CChar](repeating: 0, count: 256)
            let length = maxmind_text(&entry, key, inner, innermost, &text, Int32(text.count))
            guard length > 0 else { return nil }
            return String(decoding: text.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        // MaxMind's and DB-IP's keys, then those of IPinfo. Whose the address is counts where it is used unknown.
        place.country =
            place.country ?? text("country", "iso_code") ?? text("registered_country", "iso_code")
            ?? text("country_code")
        place.countryName = place.countryName ?? text("country", "names", "en") ?? text("country_name")
        if place.autonomousSystem == nil {
            let number = maxmind_number(&entry, "autonomous_system_number")
            place.autonomousSystem =
                number > 0 ? number : text("asn").flatMap { UInt32($0.drop { $0 == "A" || $0 == "S" }) }
        }
        place.organization = place.organization ?? text("autonomous_system_organization") ?? text("as_name")
    }
}
