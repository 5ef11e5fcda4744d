import Foundation
import Testing

/// The rules of the house that a compiler does not check: who may import whom, what may stand where, how long a file is.

private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// A target imports only targets of lower floors. C libraries lie below all of them.
private let floors: [String: Int] = [
    "CCurl": -1, "CDatagram": -1, "CKafka": -1, "CMaxMind": -1, "CPcap": -1, "CSandbox": -1, "CSeccomp": -1,
    "CVectorscan": -1, "CZlib": -1, "CZstd": -1,
    "Bytes": 0,
    "Network": 1, "Tables": 1, "Patterns": 1, "Sandbox": 1, "Packets": 2, "Events": 2, "Payload": 3,
    "Capture": 4, "Flows": 4, "MQTT": 4, "CoAP": 4, "WebSocket": 4, "Proxies": 4, "Sigma": 4, "Inventory": 4,
    "Detection": 5, "Alerts": 5, "Doctor": 5, "Places": 5, "Engine": 6, "Exposure": 6, "Forward": 6, "Sensor": 7,
    "earshot": 8,
    "earshot-forward": 8,
]

private struct SourceFile {
    /// From the package's folder on.
    var path: String
    var text: String

    var name: String { String(path.split(separator: "/").last ?? "") }
    /// The folder below `Sources`.
    var target: String { String(path.split(separator: "/")[1]) }
    var lineCount: Int { text.split(separator: "\n", omittingEmptySubsequences: false).count }
}

private func swiftFiles(below folder: String) throws -> [SourceFile] {
    let base = root.appendingPathComponent(folder)
    let paths = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
    return try paths.filter { $0.hasSuffix(".swift") }.map { path in
        let text = try String(contentsOf: base.appendingPathComponent(path), encoding: .utf8)
        return SourceFile(path: "\(folder)/\(path)", text: text)
    }
}

/// All of `Sources`, read once.
private let sources = Result {
    try swiftFiles(below: "Sources").map { (file: $0, code: SwiftCode($0.text)) }
}

/// What a file may do against a rule, and why.
private struct Exception {
    var file: String
    var words: Set<String>
    var reason: String

    init(_ file: String, _ words: Set<String>, because reason: String) {
        self.file = file
        self.words = words
        self.reason = reason
    }
}

/// Records what files do against a rule, apart from exceptions, and exceptions that nothing needs.
private func hold(
    _ files: [(file: SourceFile, code: SwiftCode)], to findings: (SwiftCode) -> [SwiftCode.Finding],
    except exceptions: [Exception]
) {
    var used: Set<String> = []
    for (file, code) in files {
        for finding in findings(code) {
            if exceptions.contains(where: { $0.file == file.name && $0.words.contains(finding.word) }) {
                used.insert("\(file.name) \(finding.word)")
            } else {
                Issue.record("\(file.path):\(finding.line): \(finding.word)")
            }
        }
    }
    for exception in exceptions {
        for word in exception.words where !used.contains("\(exception.file) \(word)") {
            Issue.record("\(exception.file) does without \(word): \(exception.reason)")
        }
    }
}

@Test("Imports point down") func importsPointDown() throws {
    for (file, code) in try sources.get() {
        let floor = try #require(floors[file.target], "\(file.target) has no floor")
        for imported in code.imports {
            guard let other = floors[imported] else { continue }
            #expect(other < floor, "\(file.path) imports \(imported)")
        }
    }
}

@Test("No foundation on the lower floors") func noFoundationOnTheLowerFloors() throws {
    for (file, code) in try sources.get() where (floors[file.target] ?? 0) <= 4 {
        #expect(!code.imports.contains { $0.hasPrefix("Foundation") }, "\(file.path)")
    }
}

@Test("Unsafe stays in capture and bytes") func unsafeStaysInCaptureAndBytes() throws {
    let files = try sources.get().filter { !["Capture", "Bytes"].contains($0.file.target) }
    hold(
        files, to: \.unsafeties,
        except: [
            Exception(
                "Pattern.swift", ["OpaquePointer", "unchecked"],
                because: "Vectorscan's databases are C; once compiled nobody writes to them, and their owner frees them"
            ),
            Exception(
                "PatternCache.swift", ["OpaquePointer"],
                because: "it makes databases of what was kept of them, and hands them to their owners"),
            Exception(
                "Matcher.swift", ["OpaquePointer"],
                because: "it keeps the databases at hand whose owners are part of its rules"),
            Exception("WriteQueue.swift", ["unchecked"], because: "every stored property is guarded by its condition"),
            Exception("AlertPrinter.swift", ["unsafe"], because: "its state is guarded by its condition"),
            Exception(
                "KafkaProducer.swift", ["UnsafeMutablePointer"],
                because: "librdkafka's producer is C; its one owner frees it, and nobody else sees the pointer"),
            Exception("Forwarder.swift", ["unchecked"], because: "what it hands to a thread is guarded by its lock"),
        ])
}

@Test("Nothing that input could stop") func nothingThatInputCouldStop() throws {
    hold(
        try sources.get(), to: \.traps,
        except: [
            Exception(
                "Window.swift", ["precondition"],
                because: "it stands before memory that is not checked, and holds the reader to what it asked for")
        ])
}

@Test("a random test takes its seed from testSeed()") func seedsAreKnown() throws {
    for file in try swiftFiles(below: "Tests") where file.name != "TestSeed.swift" {
        for line in file.text.split(separator: "\n") {
            let words = line.split(separator: " ")
            // Not the numbers that a seeded generator draws.
            guard words.count > 3, words[1] == "seed", words[2] == "=", !line.contains("using: &") else { continue }
            #expect(!line.contains("random("), "\(file.path): \(line)")
        }
    }
}

@Test("Files are short") func filesAreShort() throws {
    for file in try swiftFiles(below: "Sources") { #expect(file.lineCount <= 500, "\(file.path)") }
    for file in try swiftFiles(below: "Tests") { #expect(file.lineCount <= 700, "\(file.path)") }
}

/// A protocol is one folder and one line: of the engine, the sensor above it and what may carry it, only the list of
/// dissectors names any.
@Test("no other file of Engine, Sensor, WebSocket or Proxies names a protocol") func theListAloneNamesProtocols() throws
{
    let words = try Regex("(?i)mqtt|coap")
    for (file, _) in try sources.get() where ["Engine", "Sensor", "WebSocket", "Proxies"].contains(file.target) {
        if file.name == "Dissectors.swift" { continue }
        for (index, line) in file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            // Texts count, comments do not.
            let isComment = line.drop { $0 == " " }.hasPrefix("//")
            if !isComment, line.firstMatch(of: words) != nil { Issue.record("\(file.path):\(index + 1): \(line)") }
        }
    }
}
