import Detection
import Foundation
import Patterns
import Testing

@testable import Sensor

/// The file of compiled expressions beside a store.
@Suite struct PatternCacheFileTests {
    private static let rule = """
        title: T
        id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f0001
        level: low
        logsource: {product: earshot, category: mqtt}
        detection:
          s: {mqtt.topic|re: '^a+b$'}
          condition: s

        """

    private func withStore(_ body: (String, PatternCache) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "earshot-patterns-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let rules = RuleSet(files: [RuleFiles.File(path: "r.yml", text: Self.rule)])
        #expect(rules.diagnostics.isEmpty)
        let patterns = try #require(rules.compiled.patterns())
        #expect(patterns.count == 1)
        try body(folder.appendingPathComponent("alerts.db").path, patterns)
    }

    @Test("Is written and read") func isWrittenAndRead() throws {
        try withStore { store, patterns in
            #expect(PatternCacheFile.read(beside: store) == (0, nil))
            #expect(PatternCacheFile.write(patterns, beside: store) == nil)
            let path = PatternCacheFile.path(beside: store)
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
            let again = PatternCacheFile.read(beside: store)
            #expect(again == (1, nil))
            let file = RuleFiles.File(path: "r.yml", text: Self.rule)
            let rules = RuleSet(files: [file], patterns: again.patterns)
            #expect(rules.diagnostics.isEmpty)
            #expect(rules.compiled.patterns(otherThan: again.patterns) == nil, "all of it is known, and used")
            let names = try FileManager.default.contentsOfDirectory(
                atPath: (path as NSString).deletingLastPathComponent)
            #expect(names == ["alerts.db.patterns"])
        }
    }

    @Test("Damage is told and nothing of it used") func damageIsTold() throws {
        try withStore { store, patterns in
            _ = PatternCacheFile.write(patterns, beside: store)
            let url = URL(fileURLWithPath: PatternCacheFile.path(beside: store))
            let whole = try Data(contentsOf: url)
            for place in stride(from: 0, to: whole.count, by: 97) {
                var damaged = whole
                damaged[place] ^= 0x10
                try damaged.write(to: url)
                #expect(PatternCacheFile.read(beside: store) == (0, .damaged), "byte \(place)")
            }
            try whole.prefix(40).write(to: url)
            #expect(PatternCacheFile.read(beside: store) == (0, .damaged))
            #expect(PatternCacheFile.write(patterns, beside: store) == nil)
            #expect(PatternCacheFile.read(beside: store) == (1, nil), "written anew")
        }
    }

    @Test("What others may have written is left alone") func whatOthersMayHaveWritten() throws {
        try withStore { store, patterns in
            _ = PatternCacheFile.write(patterns, beside: store)
            let path = PatternCacheFile.path(beside: store)
            for mode in [0o620, 0o602] {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
                #expect(PatternCacheFile.read(beside: store) == (0, .foreign))
            }
            try FileManager.default.moveItem(atPath: path, toPath: path + ".there")
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path + ".there")
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path + ".there")
            #expect(PatternCacheFile.read(beside: store) == (0, .foreign), "a link may lead anywhere")
            try FileManager.default.removeItem(atPath: path)
            #expect(mkfifo(path, 0o600) == 0)
            #expect(PatternCacheFile.read(beside: store) == (0, .foreign), "a pipe is not waited for")
        }
    }

    @Test("Where there is no folder for it there is no file") func whereThereIsNoFolder() throws {
        try withStore { store, patterns in
            let nowhere = store + "/none/alerts.db"
            #expect(PatternCacheFile.write(patterns, beside: nowhere) == nil)
            #expect(PatternCacheFile.read(beside: nowhere) == (0, nil))
        }
    }
}

private func == (
    left: (patterns: PatternCache, doubt: PatternCacheFile.Doubt?), right: (Int, PatternCacheFile.Doubt?)
) -> Bool { left.patterns.count == right.0 && left.doubt == right.1 }
