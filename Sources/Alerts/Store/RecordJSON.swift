import Bytes
import Events
import Inventory

/// Writes a record of the inventory as the JSON object that its `Codable` conformance reads.
///
/// An encoder takes a hundred times as long, and a busy network has thousands of records that change.
struct RecordJSON {
    private(set) var bytes: [UInt8] = []
    /// Whether all numbers can be written: JSON has none that is infinite.
    private(set) var isWhole = true
    private var isFirst = true

    /// The text of a record; `nil` for one with a number that JSON does not have.
    static func text(of record: some JSONRecord) -> String? {
        var json = RecordJSON()
        json.object { record.write(to: &$0) }
        return json.isWhole ? String(decoding: json.bytes, as: UTF8.self) : nil
    }

    private mutating func key(_ name: String) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        appendJSONString(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func object(_ members: (inout RecordJSON) -> Void) {
        bytes.append(UInt8(ascii: "{"))
        isFirst = true
        members(&self)
        bytes.append(UInt8(ascii: "}"))
        isFirst = false
    }

    private mutating func array<Item>(_ items: [Item], _ write: (inout RecordJSON, Item) -> Void) {
        bytes.append(UInt8(ascii: "["))
        for (place, item) in items.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            write(&self, item)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func append(_ value: Double) {
        if !value.isFinite { isWhole = false }
        bytes += Array("\(value)".utf8)
    }

    mutating func add(_ name: String, _ value: String?) {
        guard let value else { return }
        key(name)
        appendJSONString(value, to: &bytes)
    }

    mutating func add(_ name: String, _ value: (some FixedWidthInteger)?) {
        guard let value else { return }
        key(name)
        bytes.append(decimal: value)
    }

    mutating func add(_ name: String, _ value: Double?) {
        guard let value else { return }
        key(name)
        append(value)
    }

    mutating func add(_ name: String, _ value: Bool?) {
        guard let value else { return }
        key(name)
        bytes.append(text: value ? "true" : "false")
    }

    mutating func add(_ name: String, _ values: [String]) {
        key(name)
        array(values) { appendJSONString($1, to: &$0.bytes) }
    }

    mutating func add(_ name: String, _ counts: [String: Int64]) {
        key(name)
        object { json in
            for (name, count) in counts.sorted(by: { $0.key < $1.key }) { json.add(name, count) }
        }
    }

    mutating func add(_ name: String, _ counts: NameCounts) {
        guard counts != NameCounts() else { return }
        key(name)
        object {
            $0.add("counts", counts.counts)
            $0.add("distinct", counts.distinct)
            $0.add("isEstimate", counts.isEstimate)
        }
    }

    mutating func add(_ name: String, _ seen: Sightings?) {
        guard let seen else { return }
        key(name)
        object {
            $0.add("count", seen.count)
            $0.add("days", seen.days)
            $0.add("first", seen.first)
            $0.add("frame", seen.frame)
            $0.add("last", seen.last)
        }
    }

    mutating func add(_ name: String, _ claims: [Claim]) {
        key(name)
        array(claims) { json, claim in
            json.object {
                $0.add("basis", claim.basis.rawValue)
                $0.add("confidence", claim.confidence)
                $0.add("seen", claim.seen)
                $0.add("value", claim.value)
            }
        }
    }

    mutating func add(_ name: String, _ band: NumberBand?) {
        guard let band else { return }
        key(name)
        object { json in
            json.add("count", band.count)
            json.add("greatest", band.greatest)
            json.add("isWhole", band.isWhole)
            json.add("least", band.least)
            json.add("longestRun", band.longestRun)
            json.add("mean", band.mean)
            json.add("repeats", band.repeats)
            json.add("squares", band.squares)
            json.add("stretch", band.stretch)
            guard let values = band.values else { return }
            json.key("values")
            json.array(values) { $0.append($1) }
        }
    }

    mutating func add(_ name: String, _ band: IntervalBand?) {
        guard let band else { return }
        key(name)
        object {
            $0.add("count", band.count)
            if let lengths = band.lengths {
                $0.key("lengths")
                $0.array(lengths) { $0.bytes.append(decimal: Int64($1)) }
            }
            $0.add("longest", band.longest)
            $0.add("shortest", band.shortest)
            $0.add("sum", band.sum)
        }
    }
}

/// A record that writes its members.
protocol JSONRecord: InventoryRecord {
    /// Adds the members, by the names of the properties.
    func write(to json: inout RecordJSON)
}
