import Foundation
import Inventory

/// One record of a spill file.
///
/// Runs and rules are written once, before the first change that refers to them.
enum SpillRecord: Codable {
    case run(uuid: String, RunStart)
    case rule(key: Int, RuleRecord)
    case insert(run: String, rule: Int?, Alert)
    case repeated(run: String, Repetition)
    case summary(run: String, RunSummary)
    case inventory(run: String, InventoryChanges)

    /// The record in a frame: four bytes of mark, length and checksum of what follows, JSON.
    ///
    /// The mark begins with a control character, which JSON escapes: it never occurs inside a record.
    func framed() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let body = [UInt8](try encoder.encode(self))
        return SpillFrame.mark + bigEndian(UInt32(clamping: body.count)) + bigEndian(crc32(body)) + body
    }

    /// Reads the body of a frame.
    init(body: [UInt8]) throws { self = try JSONDecoder().decode(SpillRecord.self, from: Data(body)) }

    private func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }
}

/// The frame around a record.
enum SpillFrame {
    static let mark: [UInt8] = [0x1E, 0x45, 0x53, 0x01]
    static let headerLength = 12
    /// A longer record is not believed.
    static let maximumLength = 64 << 20
}
