import Foundation
import ProgramSupport
import TestSupport
import Testing

/// The built programs of this build, which lie beside the test's own.
private func program(_ name: String) -> String {
    let named = ProcessInfo.processInfo.environment["EARSHOT_FORWARD_PROGRAM"]
    if name == "earshot-forward", let named, !named.isEmpty { return named }
    return Program.root + "/.build/debug/" + name
}

/// Runs a script of Tests/Peers with both programs.
private func peers(_ script: String, _ arguments: [String], limit: Double) throws -> Outcome {
    try run(
        "/usr/bin/env",
        ["python3", "\(Program.root)/Tests/Peers/\(script)", program("earshot-forward"), program("ForwardPeers")]
            + arguments, limit: limit)
}

/// earshot-forward as people run it: a short version of what Tests/Peers plays at length.
@Suite(.serialized) struct ForwardProgramTests {
    @Test(
        "kills, outages, lost answers, retention and new stores lose nothing in silence",
        arguments: [
            "file", "syslog", "webhook", "opensearch", "kafka",
        ])
    func faults(_ target: String) throws {
        var arguments = ["--alerts", "600", "--kills", "6", "--away", "1.5", "--patience", "60", "--target", target]
        for fault in ["kill", "away", "forget", "retention", "replaced"] { arguments += ["--fault", fault] }
        let outcome = try peers("forward_faults.py", arguments, limit: 300)
        print(outcome.text)
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
    }

    @Test(
        "a hostile alert is one record at rsyslog, over each transport",
        .needs(Program.find("rsyslogd") != nil && Program.find("openssl") != nil, "rsyslog or openssl is not installed")
    )
    func rsyslog() throws {
        let outcome = try peers("forward_rsyslog.py", ["--alerts", "60"], limit: 120)
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
    }

    @Test(
        "three sensors in namespaces, one topic, each alert once",
        .needs(getuid() == 0 && Program.find("ip") != nil, "only root may make network namespaces"))
    func sensors() throws {
        let outcome = try peers("forward_sensors.py", ["--alerts", "500", "--kills", "2"], limit: 120)
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
    }

    @Test("two forwarders on one cursor, a configuration with a slip, a store that is not there")
    func refusals() throws {
        let folder = try TemporaryFolder()
        let configuration = try folder.write(
            """
            stores: \(folder.file("no.db"))
            state: \(folder.file("state"))
            targets:
              f: {type: file, path: \(folder.file("out"))}
            """, to: "forward.yaml")
        let first = try Background(program("earshot-forward"), ["run", "--config", configuration])
        try first.waitForErrorText("There is no alert store")
        let second = try run(program("earshot-forward"), ["run", "--config", configuration])
        #expect(second.status == 75, "\(second.errorText)")
        #expect(second.errorText.contains("another earshot-forward sends to 'f'"))
        _ = try first.end(SIGTERM)
        let slip = try folder.write("targets: {f: {typ: file}}\n", to: "slip.yaml")
        let check = try run(program("earshot-forward"), ["check", "--config", slip])
        #expect(check.status == 78)
    }

    @Test("webhooks keep what they promise")
    func webhooks() throws {
        let outcome = try peers("forward_webhook.py", ["--alerts", "600"], limit: 120)
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
    }

    @Test("'earshot forward' becomes the program beside it, and says what is missing where there is none")
    func becomes() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: try Program.path(), toPath: folder.file("earshot"))
        let nowhere: [String: String?] = ["PATH": "/nowhere"]
        let alone = try run(folder.file("earshot"), ["forward", "run"], environment: nowhere)
        #expect(alone.status == 69)
        #expect(alone.errorText.contains("build it with 'make forward'"), "\(alone.errorText)")
        let other = try folder.write("#!/bin/sh\necho \"$@\"\n", to: "earshot-forward")
        chmod(other, 0o755)
        let started = try run(
            folder.file("earshot"), ["forward", "status", "--json", "--help"], environment: nowhere)
        #expect(started.text == "status --json --help\n", "\(started.errorText)")
    }

    @Test("a credential shows nowhere")
    func secrets() throws {
        let folder = try TemporaryFolder()
        let secret = "planted-secret-4711"
        let key = try folder.write(secret, to: "key")
        chmod(key, 0o600)
        _ = try run(program("ForwardPeers"), ["store", folder.file("alerts.db"), "5"])
        let configuration = try folder.write(
            """
            stores: \(folder.file("alerts.db"))
            state: \(folder.file("state"))
            targets:
              hook:
                {type: webhook, url: 'http://127.0.0.1:9/x', allow_local: true, group_wait: 0s, authorization_file: \(key),
                 hmac_key_file: \(key)}
              search: {type: opensearch, url: 'http://127.0.0.1:9', user: u, password_file: \(key)}
              topic:
                {type: kafka, brokers: ['127.0.0.1:9'], topic: t, tls: false, sasl_mechanism: PLAIN, user: u,
                 password_file: \(key), timeout: 1s}
            """, to: "forward.yaml")
        var said = ""
        for arguments in [["check"], ["status"], ["test", "hook"], ["test", "search"], ["test", "topic"]] {
            let outcome = try run(program("earshot-forward"), arguments + ["--config", configuration])
            said += outcome.text + outcome.errorText
        }
        let forwarder = try Background(program("earshot-forward"), ["run", "--config", configuration])
        for name in ["hook", "search", "topic"] { try forwarder.waitForErrorText("\(name): ") }
        said += try forwarder.end(SIGTERM).errorText
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder.file("state")) {
            said += String(decoding: (try? contents(folder.file("state/" + name))) ?? [], as: UTF8.self)
        }
        #expect(said.contains("hook"))
        #expect(!said.contains(secret))
        #expect(!said.contains(Data("u:\(secret)".utf8).base64EncodedString()))
    }
}
