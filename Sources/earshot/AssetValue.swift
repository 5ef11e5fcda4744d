import Alerts
import Events
import Inventory

/// What a machine form says of a record under one name: JSON and CSV are made of the same.
enum AssetValue {
    case text(String?)
    case number(Int64?)
    case real(Double?)
    case flag(Bool)
    case list([String])
    case names(NameCounts)
    case numbers([String: Int64])
    case sightings(Sightings?)
    case claims([Claim])
    case band(NumberBand?)
    case interval(IntervalBand?)
    case place(country: String?, number: UInt32?, organization: String?)

    static func integer(_ value: (some BinaryInteger)?) -> Self { .number(value.map { Int64($0) }) }
}

/// A record as names with values, in the order of its columns.
struct AssetFields {
    private(set) var fields: [(name: String, value: AssetValue)] = []

    mutating func add(_ name: String, _ value: AssetValue) { fields.append((name, value)) }

    /// The names of the columns.
    var header: String { fields.map(\.name).joined(separator: ",") + "\r" }

    /// A record of CSV (RFC 4180) with the carriage return of its end: lists in one cell with semicolons between.
    var csv: String {
        fields.map { csvCell(Self.cell($0.value), doublingBackslashes: true) }.joined(separator: ",") + "\r"
    }

    private static func cell(_ value: AssetValue) -> String? {
        switch value {
        case .text(let text): text
        case .number(let number): number.map { "\($0)" }
        case .real(let number): number.map { "\($0)" }
        case .flag(let isSet): isSet ? "1" : "0"
        case .list(let texts): texts.joined(separator: "; ")
        case .names(let names): names.sorted.map(\.name).joined(separator: "; ")
        case .numbers(let numbers): numbers.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: "; ")
        case .sightings(let sightings): sightings.map { "\($0.count)" }
        case .claims(let claims): claims.map(\.value).joined(separator: "; ")
        case .band(let band): band.map { "\($0.least) to \($0.greatest)" }
        case .interval(let band): band.map { "\(Double($0.mean) / 1_000_000)" }
        case .place(let country, let number, let organization):
            [country, number.map { "AS\($0)" }, organization].compactMap(\.self).joined(separator: " ")
        }
    }

    /// One JSON object in one line; what is not known is left out.
    var json: String {
        var object = JSONObject()
        for (name, value) in fields { Self.add(value, name, to: &object) }
        return terminalSafeJSON(object.text)
    }

    private static func add(_ value: AssetValue, _ name: String, to object: inout JSONObject) {
        switch value {
        case .text(let text): if let text { object.add(name, text) }
        case .number(let number): if let number { object.add(name, number) }
        case .real(let number): object.add(name, number)
        case .flag(let isSet): object.add(name, isSet)
        case .list(let texts): if !texts.isEmpty { object.add(name, texts) }
        case .names(let names):
            guard names.distinct > 0 else { return }
            object.add(name, counts: names.counts)
            // Of more names than are kept the number alone is known.
            if names.distinct > names.counts.count { object.add(name + "_distinct", Int64(names.distinct)) }
        case .numbers(let numbers): if !numbers.isEmpty { object.add(name, counts: numbers) }
        case .sightings(let sightings): if let sightings { object.add(name, Self.object(sightings)) }
        case .claims(let claims):
            guard let newest = claims.map(\.seen.last).max() else { return }
            object.add(name, claims.map { Self.object($0, isNewest: $0.seen.last == newest) })
        case .band(let band): if let band { object.add(name, Self.object(band)) }
        case .interval(let band):
            guard let band else { return }
            var inner = JSONObject()
            inner.add("count", band.count)
            inner.add("shortest", band.shortest)
            inner.add("longest", band.longest)
            inner.add("mean", band.mean)
            object.add(name, inner)
        case .place(let country, let number, let organization):
            guard country != nil || number != nil || organization != nil else { return }
            var inner = JSONObject()
            if let country { inner.add("country", country) }
            if let number { inner.add("as_number", Int64(number)) }
            if let organization { inner.add("as_organization", organization) }
            object.add(name, inner)
        }
    }

    private static func object(_ sightings: Sightings) -> JSONObject {
        var object = JSONObject()
        object.add(sightings)
        return object
    }

    private static func object(_ claim: Claim, isNewest: Bool) -> JSONObject {
        var object = JSONObject()
        object.add("value", claim.value)
        object.add("basis", claim.basis.rawValue)
        object.add("confidence", Int64(claim.confidence))
        object.add("newest", isNewest)
        object.add(claim.seen)
        return object
    }

    private static func object(_ band: NumberBand) -> JSONObject {
        var object = JSONObject()
        object.add("count", band.count)
        object.add("least", band.least)
        object.add("greatest", band.greatest)
        object.add("mean", band.mean)
        object.add("deviation", band.deviation)
        return object
    }
}

/// Puts one JSON object together.
struct JSONObject {
    private var bytes: [UInt8] = []

    /// The object.
    var text: String { "{" + String(decoding: bytes, as: UTF8.self) + "}" }

    private mutating func begin(_ name: String) {
        if !bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
        appendJSONString(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }

    mutating func add(_ name: String, _ value: String) {
        begin(name)
        appendJSONString(value, to: &bytes)
    }

    mutating func add(_ name: String, _ value: Int64) {
        begin(name)
        bytes += "\(value)".utf8
    }

    /// JSON knows neither infinity nor what is no number: such a value is left out.
    mutating func add(_ name: String, _ value: Double?) {
        guard let value, value.isFinite else { return }
        begin(name)
        bytes += "\(value)".utf8
    }

    mutating func add(_ name: String, _ value: Bool) {
        begin(name)
        bytes += (value ? "true" : "false").utf8
    }

    mutating func add(_ name: String, _ values: [String]) {
        begin(name)
        bytes.append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            appendJSONString(value, to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    mutating func add(_ name: String, counts: [String: Int64]) {
        var object = JSONObject()
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) { object.add(name, count) }
        add(name, object)
    }

    mutating func add(_ name: String, _ object: JSONObject) {
        begin(name)
        bytes += object.text.utf8
    }

    mutating func add(_ name: String, _ objects: [JSONObject]) {
        begin(name)
        bytes += ("[" + objects.map(\.text).joined(separator: ",") + "]").utf8
    }

    /// When something was seen: times in microseconds since 1970 UTC.
    mutating func add(_ sightings: Sightings) {
        add("first_seen", sightings.first)
        add("last_seen", sightings.last)
        add("count", sightings.count)
        add("days", Int64(sightings.days))
        add("frame", Int64(clamping: sightings.frame))
    }
}
