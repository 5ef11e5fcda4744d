import Foundation

/// What a report is compared with: as much of an earlier one as that takes, so that keys may come to a report without
/// making the
/// earlier ones unreadable.
public struct EarlierReport: Decodable, Hashable, Sendable {
    /// A finding of it.
    struct Finding: Decodable, Hashable, Sendable {
        struct Seen: Decodable, Hashable, Sendable {
            var last: Int64
        }

        var id: String
        var kind: String
        var subject: String
        var state: FindingState
        var seen: Seen
    }

    private struct Grade: Decodable {
        var points: Int
    }

    /// When it was made, microseconds since 1970 UTC.
    public var made: Int64
    /// The time of its last message; `nil` where it knew none.
    var last: Int64?
    /// Its points; `nil` where it has no grade.
    var points: Int?
    var findings: [Finding]

    enum CodingKeys: String, CodingKey {
        case made, last, findings, grade
    }

    /// Reads what a report's JSON has of it.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        made = try container.decode(Int64.self, forKey: .made)
        last = try container.decodeIfPresent(Int64.self, forKey: .last)
        points = try container.decodeIfPresent(Grade.self, forKey: .grade)?.points
        findings = try container.decode([Finding].self, forKey: .findings)
    }

    /// Why a file is no report that can be compared with.
    public enum Unreadable: Error, Hashable, Sendable {
        /// It is something else.
        case noReport
        /// It is a report of another version of the JSON.
        case version(Int)
    }

    /// Reads a report from its page or its JSON.
    ///
    /// - Throws: `Unreadable` where it is none, or of another version.
    public init(contentsOf bytes: [UInt8]) throws(Unreadable) {
        struct Head: Decodable {
            var format: String
            var version: Int
        }
        guard let json = ReportPage.json(in: bytes) else { throw .noReport }
        guard let head = try? JSONDecoder().decode(Head.self, from: json), head.format == ExposureReport.formatName
        else {
            throw .noReport
        }
        guard head.version == ExposureReport.currentVersion else { throw .version(head.version) }
        guard let report = try? JSONDecoder().decode(Self.self, from: json) else { throw .noReport }
        self = report
    }
}

extension ReportPage {
    /// The JSON in a page, or the bytes themselves where they are none; `nil` for a page that breaks off.
    static func json(in bytes: [UInt8]) -> Data? {
        let opening = Array("<script type=\"application/json\" id=\"\(dataID)\">".utf8)
        guard let start = bytes.firstRange(of: opening) else { return Data(bytes) }
        let rest = bytes[start.upperBound...]
        return rest.firstRange(of: Array("</script>".utf8)).map { Data(rest[..<$0.lowerBound]) }
    }
}
