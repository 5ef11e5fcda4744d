import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// A live sensor whose interfaces go down, come back, are replaced, renamed, or were not there at first.
@Suite(.needs(Wires.obstacle)) struct InterfaceTests {
    /// Sends a message through a wire until it is told: the interface may not listen yet.
    private func expect(_ topic: String, through end: String, _ wires: Wires, _ store: String) throws {
        let frames = wires.publish(on: "probe/\(topic)")
        let isTold = try wait(15) {
            try wires.send(frames, into: end)
            return try wait(1) { try alerts(in: store).contains { $0.summary == "topic probe/\(topic)" } }
        }
        #expect(isTold, "\(topic) through \(end)")
    }

    @Test("what goes away is waited for and comes back, and the other interface goes on")
    func awayAndBack() throws {
        let wires = try Wires("wire0", "wire1")
        let store = wires.file("a.db")
        let sensor = try wires.start(
            "run", "-i", "wire0", "-i", "wire1", "-i", "wire2", "--db", store, "--only-rules", try wires.rule())
        try sensor.waitForErrorText("listening on wire0, wire1, wire2, ")
        #expect(sensor.errorText.contains("wire2: no such interface; there are: "), "\(sensor.errorText)")
        try expect("first", through: "wire0p", wires, store)
        try expect("beside", through: "wire1p", wires, store)

        try wires.link("set", "wire0", "down")
        try sensor.waitForErrorText("wire0: the interface went down; waiting for it")
        try expect("while-down", through: "wire1p", wires, store)
        try wires.link("set", "wire0", "up")
        try expect("after-down", through: "wire0p", wires, store)

        // Pulled out, and another put in: a device with another number.
        try wires.link("del", "wire0")
        try sensor.waitForErrorText("wire0: the interface is gone; waiting for it")
        try expect("while-gone", through: "wire1p", wires, store)
        try wires.add("wire0")
        try expect("after-replug", through: "wire0p", wires, store)

        // The kernel may refuse to rename what is up.
        try wires.link("set", "wire0", "down")
        try wires.link("set", "wire0", "name", "span0")
        try wires.link("set", "span0", "up")
        try expect("after-rename", through: "wire0p", wires, store)
        #expect(sensor.errorText.contains("span0"), "\(sensor.errorText)")
        // Another takes the name.
        try wires.link("set", "wire0p", "down")
        try wires.link("set", "wire0p", "name", "span0p")
        try wires.add("wire0")
        try expect("new-device", through: "wire0p", wires, store)

        try wires.add("wire2")
        try expect("late", through: "wire2p", wires, store)
        let outcome = try sensor.end(SIGTERM)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(try alerts(in: store).count == 9)
        #expect(try earshot("stats", "--db", store, "--json").text.contains("\"PUBLISH\":9"))
    }

    @Test("interfaces that are all missing are an error, unless they are to be waited for") func allMissing() throws {
        let wires = try Wires()
        let rule = try wires.rule()
        let store = wires.file("a.db")
        let refused = try wires.start("run", "-i", "wire9", "--db", store, "--only-rules", rule).waitForEnd()
        #expect(refused.status == 66)
        #expect(refused.errorText.contains("wire9: no such interface; there are: "), "\(refused.errorText)")
        let configuration = try wires.write("interfaces: [wire9]\ndb: \(store)\n", to: "a.yaml")
        for (number, arguments) in [["-i", "wire9", "--db", store, "--wait"], ["--config", configuration]].enumerated()
        {
            let sensor = try wires.startRun(arguments + ["--only-rules", rule])
            try sensor.waitForErrorText("listening on wire9")
            #expect(sensor.errorText.contains("; waiting for it"), "\(sensor.errorText)")
            try wires.add("wire9")
            try expect("\(number)", through: "wire9p", wires, store)
            #expect(try sensor.end(SIGTERM).status == 0)
            try wires.link("del", "wire9")
        }
    }

    @Test("signs of life are told by the shipped rules") func signsOfLife() throws {
        let wires = try Wires("wire0", "wire1")
        let store = wires.file("a.db")
        let configuration = try wires.write(
            "interfaces: [wire0, wire1]\ndb: \(store)\nsign_after: 1s\nquiet_after: 3s\n", to: "a.yaml")
        let sensor = try wires.startRun(["--config", configuration, "--only-rules", Program.rules + "/sensor"])
        try sensor.waitForErrorText("listening on wire0, wire1, ")
        try wires.send(wires.publish(on: "a"), into: "wire0p")
        try wires.link("set", "wire1", "down")
        let wanted = try ["sensor_interface_down", "sensor_no_frames"].map { try ruleID("sensor/\($0)") }
        let isTold = try wait(90) { Set(wanted).isSubset(of: try alerts(in: store).map(\.rule)) }
        #expect(isTold, "\(sensor.errorText)")
        let told = try alerts(in: store)
        #expect(
            told.contains { $0.rule == wanted[0] && $0.summary.hasPrefix("wire1 is down") && $0.client == nil },
            "\(told.map(\.essence))")
        #expect(sensor.errorText.contains("wire1: the interface is down, gone or without a link ("))
        // While it runs somebody who looks knows that it does.
        let stats = try earshot("stats", "--db", store).text
        #expect(stats.contains("; last sign of life ") && stats.contains(" s ago\n"), "\(stats)")
        #expect(stats.contains("signs of life: "), "\(stats)")
        #expect(try sensor.end(SIGTERM).status == 0)
        #expect(!(try earshot("stats", "--db", store).text.contains("last sign of life")))
    }

    @Test("interfaces lists what there is and what comes by") func list() throws {
        let wires = try Wires("wire0", "wire1")
        try wires.link("set", "wire1", "down")
        let plain = try wires.start("interfaces").waitForEnd()
        #expect(plain.status == 0, "\(plain.errorText)")
        let lines = plain.lines
        #expect(
            lines.contains { $0.hasPrefix("wire0 ") && $0.contains(" up ") && $0.contains(" ethernet ") }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("wire1 ") && $0.contains(" down ") }, "\(lines)")
        let look = try wires.start("interfaces", "--look", "4", "wire0")
        // It is quiet while it looks: what is sent all the time is seen.
        let frames = wires.publish(on: "a")
        _ = try wait(6) {
            try wires.send(frames, into: "wire0p")
            return !look.isRunning
        }
        let seen = try look.waitForEnd().text
        #expect(seen.contains(" 2 MQTT messages, 0 CoAP messages"), "\(seen)")
        let unknown = try wires.start("interfaces", "wire7").waitForEnd()
        #expect(unknown.status == 66)
        #expect(unknown.errorText.contains("wire7: no such interface; there are: "))
    }
}
