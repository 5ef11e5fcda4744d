import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// The sensor after it has given up its rights: what the kernel says of it, and that all goes on that must.
@Suite(.serialized, .needs(Sensor.obstacle), .needs(getuid() == 0, "only root can become another user"))
struct ConfinementTests {
    private let folder: TemporaryFolder
    private let broker: Broker
    private static let nobody = UInt32(65534)
    private static let group = UInt32(4711)

    init() throws {
        folder = try TemporaryFolder()
        broker = try Broker(users: nil)
        for name in ["rules", "store"] {
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
        }
        chown(folder.file("store"), Self.nobody, Self.nobody)
        chmod(folder.file("store"), 0o755)
        try writeRule("A Topic")
    }

    private var store: String { folder.file("store/a.db") }

    /// As dpkg does it: the new file gets the name of the old one.
    private func writeRule(_ title: String) throws {
        let draft = try folder.write(
            """
            title: \(title)
            id: 0d1f3a52-6a4c-4b86-9f0e-6a1d7f1c2b03
            logsource: {product: earshot, category: mqtt}
            detection:
                selection: {mqtt.topic|cased|startswith: plant/, network.direction: to_server}
                condition: selection
            level: low
            earshot:
                suppress: {by: [mqtt.topic], for: 1h}

            """, to: "rules/a.yml.dpkg-new")
        #expect(rename(draft, folder.file("rules/a.yml")) == 0)
    }

    private func start(
        _ arguments: [String] = ["--user", "nobody", "--sandbox", "require"], configuration: String = "",
        environment: [String: String?] = [:]
    ) throws -> Background {
        try folder.write("only_rules: [\(folder.file("rules"))]\n" + configuration, to: "earshot.yaml")
        let process = try Background(
            try Program.path(),
            ["run", "-i", "lo", "--db", store, "--config", folder.file("earshot.yaml")] + arguments
                + ["tcp port \(broker.port)"],
            environment: environment.merging(["EARSHOT_ONLY_RULES": nil]) { old, _ in old })
        try process.waitForErrorText("listening on lo,")
        return process
    }

    private func publish(_ topic: String) throws {
        let client = try Connection(port: broker.port)
        try client.login("pump")
        try client.send(MQTTBytes.publish(Array(topic.utf8), Array("1".utf8)))
    }

    private func titles(in store: String) throws -> Set<String> { Set(try alerts(in: store).map(\.title)) }

    @Test("all threads are of another user, with one capability, and filtered") func whatTheKernelSays() throws {
        let sensor = try start()
        try publish("plant/a")
        #expect(try wait(10) { try titles(in: store) == ["A Topic"] })
        // A thread that begins later is no other.
        try sensor.send(SIGHUP)
        try sensor.waitForErrorText("loaded 1 rule again")
        let process = try #require(sensor.child)
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")
        #expect(threads.count > 3, "capture, writer, printer, watchdog")
        for thread in threads {
            guard let bytes = try? contents("/proc/\(process)/task/\(thread)/status") else { continue }
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map {
                $0.split(whereSeparator: { $0 == ":" || $0 == "\t" || $0 == " " }).map(String.init)
            }
            func value(_ name: String) -> [String] {
                lines.first { $0.first == name }.map { Array($0.dropFirst()) } ?? []
            }
            let user = [String](repeating: "\(Self.nobody)", count: 4)
            #expect(value("Uid") == user && value("Gid") == user, "\(lines)")
            #expect(value("Groups").allSatisfy { $0 == "\(Self.nobody)" })
            // CAP_NET_RAW is number 13 (capabilities(7)).
            for name in ["CapEff", "CapPrm"] { #expect(value(name) == ["0000000000002000"], "\(name)") }
            for name in ["CapInh", "CapBnd", "CapAmb"] { #expect(value(name) == ["0000000000000000"], "\(name)") }
            #expect(value("NoNewPrivs") == ["1"])
            #expect(value("Seccomp") == ["2"])
        }
        // Of a process whose memory is closed, the entries in /proc belong to root.
        var found = stat()
        #expect(stat("/proc/\(process)/environ", &found) == 0 && found.st_uid == 0)
        let words = "sandbox: user nobody, no capabilities but net_raw, seccomp, landlock ABI "
        #expect(sensor.errorText.contains(words), "\(sensor.errorText)")
        let outcome = try sensor.end(SIGTERM)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(try earshot("stats", "--db", store).text.contains(words))
        #expect(stat(store, &found) == 0 && found.st_uid == Self.nobody && found.st_mode & 0o777 == 0o600)
    }

    @Test("rules that were replaced are read, and a store that was moved away is begun anew") func reloadAndRotation()
        throws
    {
        let sensor = try start()
        try publish("plant/a")
        #expect(try wait(10) { try titles(in: store) == ["A Topic"] })
        try writeRule("A Topic After")
        try sensor.send(SIGHUP)
        try sensor.waitForErrorText("loaded 1 rule again")
        #expect(try wait(10) { try earshot("stats", "--json", "--db", store).text.contains("\"reloads\":1,") })
        for suffix in ["", "-wal", "-shm"] {
            #expect(rename(store + suffix, folder.file("store/old.db" + suffix)) == 0)
        }
        try publish("plant/b")
        #expect(wait(10) { (try? titles(in: store)) == ["A Topic After"] }, "\(sensor.errorText)")
        let outcome = try sensor.end(SIGTERM)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(try titles(in: folder.file("store/old.db")) == ["A Topic"])
        // Evidence is read by another process, and is as private as the store.
        let evidence = folder.file("evidence.pcapng")
        #expect(try earshot("show", "last", "--pcap", evidence, "--db", store).status == 0)
        var found = stat()
        #expect(stat(evidence, &found) == 0 && found.st_mode & 0o777 == 0o600)
    }

    @Test("alerts are spilled while the store is locked, and taken in by the next sensor") func spilling() throws {
        let sensor = try start()
        try publish("plant/a")
        #expect(try wait(10) { try titles(in: store) == ["A Topic"] })
        let script =
            "import sqlite3, sys, time; c = sqlite3.connect(sys.argv[1], isolation_level=None); "
            + "c.execute('BEGIN IMMEDIATE'); print('held', file=sys.stderr, flush=True); time.sleep(60)"
        let holder = try Background("/usr/bin/python3", ["-c", script, store])
        try holder.waitForErrorText("held")
        try publish("plant/b")
        try sensor.waitForErrorText("takes nothing now")
        let outcome = try sensor.end(SIGTERM)
        #expect(FileManager.default.fileExists(atPath: store + ".spill"), "\(outcome.errorText)")
        _ = try holder.end(SIGTERM)
        let next = try start()
        #expect(try wait(10) { try alerts(in: store).count == 2 }, "\(next.errorText)")
        #expect(try next.end(SIGTERM).status == 0)
        #expect(!FileManager.default.fileExists(atPath: store + ".spill"))
    }

    @Test("a damaged store is put aside, and old alerts make room") func damageAndRetention() throws {
        // A store of a megabyte and more, that root has made.
        let made = try earshot(
            "replay", "-q", "--db", store, Program.samples + "/mqtt", Program.samples + "/coap", limit: 100)
        #expect(made.status == 0, "\(made.errorText)")
        let size = try contents(store).count
        try #require(size > 2 << 20)
        var sensor = try start(configuration: "retention_mebibytes: 1\n")
        try sensor.waitForErrorText("Old alerts were removed")
        #expect(wait(10) { ((try? contents(store).count) ?? size) < size * 3 / 4 })
        #expect(try sensor.end(SIGTERM).status == 0)
        // The pages behind the first are no longer what they were.
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: store))
        try file.seek(toOffset: 4096)
        try file.write(contentsOf: Data(repeating: 0x55, count: 200_000))
        try file.close()
        sensor = try start(configuration: "db_group: \(Self.group)\n")
        try publish("plant/z")
        #expect(wait(10) { (try? titles(in: store).contains("A Topic")) == true }, "\(sensor.errorText)")
        #expect(try sensor.end(SIGTERM).status == 0)
        #expect(sensor.errorText.contains("was damaged"), "\(sensor.errorText)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("store"))
        #expect(names.contains { $0.hasPrefix("a.db.damaged-") }, "\(names)")
        // The new one is the group's as the old one was: nobody can change that afterwards.
        for suffix in ["", "-wal", "-shm"] {
            var found = stat()
            #expect(stat(store + suffix, &found) == 0, "\(suffix)")
            #expect(found.st_gid == Self.group && found.st_mode & 0o777 == 0o640, "\(suffix) \(found.st_mode)")
        }
    }

    /// The kernel as an old one is, or a container that blocks the call: ENOSYS, by a filter that a script puts before the program.
    @Test("without Landlock the sensor goes on with a warning, or ends where the sandbox is required")
    func withoutLandlock() throws {
        let script = """
            import ctypes, os, sys
            library = ctypes.CDLL('libseccomp.so.2')
            library.seccomp_init.restype = ctypes.c_void_p
            rules = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(0x7FFF0000)))
            for call in (b'landlock_create_ruleset',):
                number = library.seccomp_syscall_resolve_name(call)
                number = 444 if number < 0 else number
                assert library.seccomp_rule_add_array(rules, ctypes.c_uint32(0x00050000 | 38), number, 0, None) == 0
            assert library.seccomp_load(rules) == 0
            os.execv(sys.argv[1], sys.argv[1:])
            """
        func run(_ mode: String, _ command: [String] = ["replay", "-q"]) throws -> Outcome {
            try ProgramSupport.run(
                "/usr/bin/python3",
                ["-c", script, try Program.path()] + command
                    + ["--sandbox", mode, Program.samples + "/mqtt/sys-subscription.pcap"], directory: folder.path)
        }
        for command in [["replay", "-q"], ["decode"], ["doctor"]] {
            let required = try run("require", command)
            #expect(required.status == 69 && required.output.isEmpty, "\(command): \(required.errorText)")
            #expect(
                required.errorText.contains("the sandbox is required and not complete: this kernel has no Landlock"))
        }
        let tried = try run("try")
        #expect(tried.status == 0, "\(tried.errorText)")
        #expect(tried.errorText.components(separatedBy: "no Landlock").count == 2, "\(tried.errorText)")
        let off = try run("off")
        #expect(off.status == 0 && !off.errorText.contains("no Landlock"), "\(off.errorText)")
    }

    @Test("a user who may not write the store, and one who is not there") func whoCannotBe() throws {
        func refused(_ user: String, _ store: String) throws -> Outcome {
            try earshot(
                "run", "-i", "lo", "--user", user, "--db", folder.file(store), "--only-rules", folder.file("rules"),
                directory: folder.path)
        }
        let closed = try refused("nobody", "a.db")
        #expect(closed.status == 77, "\(closed.errorText)")
        #expect(closed.errorText.contains("'nobody' may not make files in \(folder.path)"), "\(closed.errorText)")
        let unknown = try refused("somebody-else", "store/a.db")
        #expect(unknown.status == 78 && unknown.errorText.contains("there is no user 'somebody-else'"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.file("store")).allSatisfy {
                $0.contains(".patterns")
            })
    }

    /// In a mount namespace of its own the system has a user `earshot`.
    @Test("where nobody names a user it becomes earshot, unless the store is not for that one")
    func theDefaultUser() throws {
        func listen(_ store: String) throws -> String {
            try shell(
                """
                cp /etc/passwd users && echo 'earshot:x:4713:4713::/:/bin/false' >> users
                unshare --mount --propagation private sh -c 'mount --bind users /etc/passwd && exec "$@"' sh \
                    timeout -s KILL 60 "$EARSHOT" run -i lo -c 1 --db '\(store)' --only-rules rules > out 2>&1 &
                for attempt in $(seq 300); do grep -q listening out && break; sleep 0.1; done
                python3 -c "import socket; \
                    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))"
                wait
                cat out
                """, directory: folder.path, limit: 90
            ).text
        }
        chown(folder.file("store"), 4713, 4713)
        let changed = try listen("store/a.db")
        #expect(changed.contains("sandbox: user earshot, no capabilities but net_raw, "), "\(changed)")
        var found = stat()
        #expect(stat(store, &found) == 0 && found.st_uid == 4713)
        let stayed = try listen("b.db")
        #expect(stayed.contains("sandbox: user root, "), "\(stayed)")
        #expect(stayed.contains("'earshot' may not make files in \(folder.path)"), "\(stayed)")
    }

    @Test("the service manager hears of the beginning, signs of life, a reload and the end") func theServiceManager()
        throws
    {
        let socket = try NotifySocket()
        chmod(URL(fileURLWithPath: socket.name).deletingLastPathComponent().path, 0o755)
        let sensor = try start(environment: ["NOTIFY_SOCKET": socket.name, "WATCHDOG_USEC": "1000000"])
        #expect(socket.receive("READY=1") == "READY=1\nSTATUS=listening on lo, 1 rule")
        // A quiet network is no standstill.
        for _ in 0..<4 { #expect(socket.receive("WATCHDOG=1", 5) != nil) }
        try sensor.send(SIGHUP)
        #expect(socket.receive("RELOADING=1")?.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") == true)
        #expect(socket.receive("READY=1")?.hasPrefix("READY=1\nSTATUS=listening on lo") == true)
        #expect(try sensor.end(SIGTERM).status == 0)
        #expect(socket.receive("STOPPING=1") != nil)
    }
}
