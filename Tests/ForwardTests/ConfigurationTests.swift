import Alerts
import Foundation
import ProgramSupport
import Testing

@testable import Forward

@Suite struct ForwardConfigurationTests {
    private func fault(_ text: String) -> String? {
        do throws(ForwardError) {
            _ = try ForwardSettings.read(text, file: "f.yaml")
            return nil
        } catch {
            #expect(error.exitCode == 78)
            return error.message
        }
    }

    @Test(
        "what is wrong is told with its place, and the nearest name",
        arguments: [
            (
                "targets: {a: {type: file, path: /x, rotate_sise: 1MiB}}",
                "f.yaml:1:37: there is no setting 'rotate_sise'; did you mean 'rotate_size'?"
            ),
            (
                "target: {}",
                "f.yaml:1:1: there is no setting 'target'; did you mean 'targets'?"
            ),
            (
                "targets: {a: {type: kafak}}",
                "f.yaml:1:21: 'type' wants one of file, syslog, webhook, kafka, opensearch; did you mean "
                    + "'kafka'?"
            ),
            (
                "targets: {a: {type: file, path: /x, topic: y}}",
                "f.yaml:1:37: a target of type file has no 'topic'"
            ),
            (
                "targets: {a: {type: file}}",
                "f.yaml:1:11: the target 'a' wants 'path'"
            ),
            (
                "targets: {a: {path: /x}}",
                "f.yaml:1:11: the target 'a' wants 'type', one of file, syslog, webhook, kafka, "
                    + "opensearch"
            ),
            (
                "targets: {../a: {type: file, path: /x}}",
                "f.yaml:1:11: '../a' is no name: letters, digits, - and _ are"
            ),
            (
                "targets: {a: {type: webhook, url: 'ftp://x'}}",
                "f.yaml:1:35: 'url' wants an address that begins with https:// or http://, without a "
                    + "password in it\n"
                    + "f.yaml:1:11: the target 'a' wants 'url'"
            ),
            (
                "targets: {a: {type: webhook, url: 'https://u:p@x/'}}",
                "f.yaml:1:35: 'url' wants an address that begins with https:// or http://, without a "
                    + "password in it\n"
                    + "f.yaml:1:11: the target 'a' wants 'url'"
            ),
            (
                "targets: {a: {type: syslog, address: '::1:514'}}",
                "f.yaml:1:38: 'address' wants HOST:PORT, an IPv6 address in brackets\n"
                    + "f.yaml:1:11: the target 'a' wants 'address', such as logs.example.org:6514"
            ),
            (
                "targets: {a: {type: file, path: /x, level: huge}}",
                "f.yaml:1:44: 'level' wants informational, low, medium, high or critical"
            ),
            (
                "targets: {a: {type: file, path: /x, batch: 0}}",
                "f.yaml:1:44: 'batch' wants a number from 1 to 10000"
            ),
            (
                "targets: {a: {type: opensearch, url: 'https://x', format: cef}}",
                "f.yaml:1:11: the target 'a' writes ecs, and not cef"
            ),
            (
                "{}",
                "f.yaml: there is no target; name one below 'targets'"
            ),
            (
                "targets: [a]",
                "f.yaml:1:10: 'targets' wants a map of names and their settings"
            ),
        ])
    func faults(_ text: String, _ expected: String) {
        #expect(fault(text) == expected)
    }

    @Test("values are read")
    func values() throws {
        let settings = try ForwardSettings.read(
            """
            stores: [/a.db, /b.db]
            state: /s
            targets:
              k: {type: kafka, brokers: ['h:9092', '[2001:db8::1]:9092'], topic: t, level: high, heartbeat: never}
              f: {type: file, path: /x, rotate_size: 1MiB, rotate_age: 12h}
            """, file: "f.yaml")
        #expect(settings.stores == ["/a.db", "/b.db"])
        let kafka = try settings.target(named: "k")
        #expect(kafka.level == .high)
        #expect(kafka.heartbeatSeconds == nil)
        #expect(kafka.effectiveFormat == .ecs)
        let file = try settings.target(named: "f")
        #expect(file.rotateSize == 1 << 20)
        #expect(file.rotateAge == 43_200)
        #expect(file.heartbeatSeconds == 60)
    }

    @Test("a credential that everybody may read, or that is none, is refused; what is in it is not said")
    func credentials() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("s3cret\n", to: "key")
        chmod(path, 0o644)
        #expect(throws: ForwardError(78, "\(path): everybody may read or write this credential; run chmod o= \(path)"))
        {
            try SecretFile.read(path)
        }
        chmod(path, 0o600)
        #expect(try SecretFile.read(path) == Array("s3cret".utf8))
        let two = try folder.write("a\nb", to: "two")
        chmod(two, 0o600)
        #expect(throws: ForwardError.self) { try SecretFile.readLine(two) }
        #expect(throws: ForwardError.self) { try SecretFile.read(folder.path) }
        #expect(SecretFile.path("name", ["CREDENTIALS_DIRECTORY": "/run/c"]) == "/run/c/name")
    }
}
