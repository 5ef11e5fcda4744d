import Foundation
import Payload
import Testing

/// Labelled messages of real products, by their documentation: those that lists and checks were tuned with, and those that were
/// held back from it.
@Suite("Labelled messages") struct LabelledTests {
    private static let groups = ["category", "secret", "personal", "medical", "industrial", "firmware", "command"]

    private struct Row {
        var place: String
        var topic: String
        var payload: [UInt8]
        var type: PayloadType
        var labels: Set<String>
    }

    private struct Count {
        var (right, madeUp, missed) = (0, 0, 0)
        var precision: Double { right + madeUp > 0 ? Double(right) / Double(right + madeUp) : 1 }
        var recall: Double { right + missed > 0 ? Double(right) / Double(right + missed) : 1 }

        static func + (one: Count, other: Count) -> Count {
            Count(
                right: one.right + other.right, madeUp: one.madeUp + other.madeUp, missed: one.missed + other.missed)
        }
    }

    private static func rows(_ part: String) throws -> [Row] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Labelled/\(part)")
        var rows: [Row] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
            let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            for (index, line) in text.split(separator: "\n").enumerated() {
                let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                // Those that experts might dispute are left out.
                guard let format = object["format"] as? String, object["hard"] as? Bool != true else { continue }
                var labels: Set<String> = ["format \(format)"]
                for group in groups {
                    for label in object[group] as? [String] ?? [] { labels.insert("\(group) \(label)") }
                }
                var type = (object["ctype"] as? Int).map { PayloadType(contentFormat: $0) } ?? .unknown
                if let media = object["content_type"] as? String {
                    type = PayloadType(mediaType: media.utf8.span.bytes)
                }
                let payload =
                    (object["hex"] as? String).map { hex($0) } ?? Array((object["payload"] as? String ?? "").utf8)
                let path = object["path"] as? String
                rows.append(
                    Row(
                        place: "\(name):\(index + 1)",
                        topic: object["topic"] as? String ?? path.map { String($0.split(separator: "?").first ?? "") }
                            ?? "",
                        payload: payload, type: type, labels: labels))
            }
        }
        return rows
    }

    @Test("Precision and recall", arguments: ["tuned", "held"]) func measure(_ part: String) throws {
        let rows = try Self.rows(part)
        #expect(rows.count > (part == "tuned" ? 4000 : 900))
        var inspecting = try Inspecting(shipped: ())
        var counts: [String: Count] = [:]
        for row in rows {
            let look = inspecting.look(row.payload, topic: row.topic, type: row.type)
            var seen: Set<String> = ["format \(look.format)"]
            for group in Self.groups { for name in look["payload.\(group)"] { seen.insert("\(group) \(name)") } }
            for label in row.labels.union(seen) {
                let isSeen = seen.contains(label)
                if isSeen, row.labels.contains(label) { counts[label, default: Count()].right += 1 }
                if isSeen, !row.labels.contains(label) { counts[label, default: Count()].madeUp += 1 }
                if !isSeen { counts[label, default: Count()].missed += 1 }
            }
        }
        var (classes, kinds, formats) = (Count(), Count(), Count())
        for (label, count) in counts.sorted(by: { $0.key < $1.key }) {
            print(
                "\(part) \(label): precision \((count.precision * 1000).rounded() / 1000), recall \((count.recall * 1000).rounded() / 1000)"
            )
            if label.hasPrefix("category") {
                classes = classes + count
            } else if label.hasPrefix("format") {
                formats = formats + count
            } else {
                kinds = kinds + count
            }
        }
        // Of what was held back it is what was reached; the aim is that of the other part.
        let least = part == "tuned" ? (0.94, 0.85, 0.96, 0.92) : (0.89, 0.84, 0.94, 0.86)
        let (precision, recall) = (classes.precision, classes.recall)
        #expect(precision >= least.0 && recall >= least.1, "classes \(precision) \(recall)")
        #expect(kinds.precision >= least.2 && kinds.recall >= least.3, "kinds \(kinds.precision) \(kinds.recall)")
        #expect(formats.precision >= 0.98, "formats \(formats.precision)")
    }
}
