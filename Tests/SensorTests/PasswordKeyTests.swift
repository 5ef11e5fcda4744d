import Foundation
import Network
import Sensor
import Testing

@Suite struct PasswordKeyTests {
    /// Calls `body` with a place for a store in a folder of its own.
    private func withStore(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("earshot-key-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.appendingPathComponent("alerts.db").path)
    }

    private func code(_ key: KeyedDigest) -> KeyedDigest.Code {
        let password = Array("secret".utf8)
        return key.code(password.span.bytes)
    }

    @Test("Is made once and kept") func isMadeOnceAndKept() throws {
        try withStore { store in
            #expect(try PasswordKey.read(beside: store) == nil)
            let first = try PasswordKey.load(beside: store)
            let path = PasswordKey.path(beside: store)
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(attributes[.size] as? Int == KeyedDigest.keyLength)
            let again = try PasswordKey.load(beside: store)
            #expect(code(again) == code(first))
            let folder = (path as NSString).deletingLastPathComponent
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["alerts.db.key"])
        }
    }

    @Test("Every store has its own") func everyStoreHasItsOwn() throws {
        try withStore { one in
            try withStore { other in
                let (first, second) = (try PasswordKey.load(beside: one), try PasswordKey.load(beside: other))
                #expect(code(first) != code(second))
            }
        }
    }

    @Test("A key of the wrong length is an error", arguments: [0, 31, 33]) func aKeyOfTheWrongLengthIsAnError(
        _ count: Int
    ) throws {
        try withStore { store in
            try Data(repeating: 1, count: count).write(to: URL(fileURLWithPath: PasswordKey.path(beside: store)))
            let error = #expect(throws: SensorError.self) { try PasswordKey.load(beside: store) }
            #expect(error?.exitCode == .configuration)
            #expect(error?.message.contains("32 bytes") == true)
        }
    }

    @Test("A key that cannot be read or made is an error") func aKeyThatCannotBeReadOrMadeIsAnError() throws {
        try withStore { store in
            try FileManager.default.createDirectory(
                atPath: PasswordKey.path(beside: store), withIntermediateDirectories: true)
            #expect(throws: SensorError.self) { try PasswordKey.load(beside: store) }
        }
        let error = #expect(throws: SensorError.self) { try PasswordKey.load(beside: "/no/such/folder/alerts.db") }
        #expect(error?.exitCode == .cannotCreate)
    }
}
