import Foundation
import Testing

/// The rules of the house that a compiler does not check: who may import whom, what may stand where, how long a file is.

private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// A target imports only targets of lower floors. C libraries lie below all of them.
private let floors: [String: Int] = [
    "CPcap": -1, "CVectorscan": -1, "CZlib": -1, "CZstd": -1, "Bytes": 0,
    "Network": 1, "Tables": 1, "Packets": 2, "Events": 2,
    "Capture": 3, "Flows": 3, "MQTT": 3, "CoAP": 3, "WebSocket": 3, "Sigma": 3,
    "Detection": 4, "Alerts": 4, "Sensor": 5, "earshot": 6,
]

private struct SourceFile {
    var target: String
    var name: String
    var lines: [Substring]

    var imports: [String] {
        lines.compactMap { line in
            let words = line.split(separator: " ")
            guard let index = words.firstIndex(of: "import"), index + 1 < words.count, index <= 1 else { return nil }
            return String(words[index + 1])
        }
    }
}

private func swiftFiles(below folder: String) throws -> [SourceFile] {
    let base = root.appendingPathComponent(folder)
    let paths = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
    return try paths.filter { $0.hasSuffix(".swift") }.map { path in
        let text = try String(contentsOf: base.appendingPathComponent(path), encoding: .utf8)
        return SourceFile(
            target: String(path.split(separator: "/")[0]), name: "\(folder)/\(path)",
            lines: text.split(separator: "\n", omittingEmptySubsequences: false))
    }
}

@Test func importsPointDown() throws {
    for file in try swiftFiles(below: "Sources") {
        let floor = try #require(floors[file.target], "\(file.target) has no floor")
        for imported in file.imports {
            guard let other = floors[imported] else { continue }
            #expect(other < floor, "\(file.name) imports \(imported)")
        }
    }
}

@Test func noFoundationOnTheLowerFloors() throws {
    for file in try swiftFiles(below: "Sources") where (floors[file.target] ?? 0) <= 3 {
        #expect(!file.imports.contains { $0.hasPrefix("Foundation") }, "\(file.name)")
    }
}

@Test func unsafeStaysInCaptureAndBytes() throws {
    let words = ["UnsafePointer", "UnsafeMutable", "UnsafeRaw", "UnsafeBuffer", "withUnsafe", "unsafeBitCast"]
    for file in try swiftFiles(below: "Sources") where !["Capture", "Bytes"].contains(file.target) {
        for line in file.lines where words.contains(where: line.contains) {
            Issue.record("\(file.name): \(line.trimmingCharacters(in: .whitespaces))")
        }
    }
}

@Test func nothingThatInputCouldStop() throws {
    for file in try swiftFiles(below: "Sources") {
        for line in file.lines where !line.contains("//") {
            for word in ["fatalError(", "try!", "as!"] where line.contains(word) {
                Issue.record("\(file.name): \(line.trimmingCharacters(in: .whitespaces))")
            }
        }
    }
}

@Test func filesAreShort() throws {
    for file in try swiftFiles(below: "Sources") { #expect(file.lines.count <= 500, "\(file.name)") }
    for file in try swiftFiles(below: "Tests") { #expect(file.lines.count <= 700, "\(file.name)") }
}
