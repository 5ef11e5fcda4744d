import Alerts
import Detection
import Foundation
import Sensor
import Testing

/// `Testing` has a type of the same name.
typealias SensorExit = Sensor.ExitStatus

/// A rule that matches what a client publishes.
let publishRule = """
    title: A Client Publishes
    id: 0d1f3a52-6a4c-4b86-9f0e-6a1d7f1c2b3a
    status: stable
    description: For tests.
    logsource: {product: earshot, category: mqtt}
    detection:
      selection:
        mqtt.type: PUBLISH
      condition: selection
    level: low
    earshot:
      suppress: {by: [mqtt.topic], for: 1h}
    """

@Test("Rules that load") func rulesThatLoad() throws {
    let folder = try Folder()
    let file = try folder.write("a.yml", publishRule)
    let rules = try RuleSet.load([folder.path])
    #expect(rules.compiled.rules.map(\.title) == ["A Client Publishes"])
    #expect(rules.errors.isEmpty)
    #expect(rules.records.map(\.id) == ["0d1f3a52-6a4c-4b86-9f0e-6a1d7f1c2b3a"])
    #expect(rules.digest.count == 64)
    #expect(try RuleSet.load([file]).digest == rules.digest, "the same text, however it was named")
    _ = try folder.write("a.yml", publishRule + "\n# changed")
    #expect(try RuleSet.load([file]).digest != rules.digest)
}

@Test("One broken rule does not hide the others") func oneBrokenRuleDoesNotHideTheOthers() throws {
    let folder = try Folder()
    _ = try folder.write("a.yml", publishRule)
    let broken = try folder.write("b.yaml", publishRule.replacingOccurrences(of: "mqtt.type", with: "mqtt.typ"))
    let rules = try RuleSet.load([folder.path])
    #expect(rules.compiled.rules.count == 1)
    let text = rules.errors.map { rules.render($0) }.joined()
    #expect(text.contains("\(broken):8:"))
    #expect(text.contains("did you mean mqtt.type?"))
}

@Test("Rules that cannot be read") func rulesThatCannotBeRead() throws {
    let folder = try Folder()
    let cases: [(path: String, code: SensorExit)] = [
        (folder.path + "/absent", .noInput)
    ]
    for (path, code) in cases {
        let error = failure { () throws(SensorError) in _ = try RuleSet.load([path]) }
        #expect(error?.exitCode == code)
        #expect(error?.message.hasPrefix(path) == true)
    }
    // What is wrong with one file does not hide what is in others.
    let latin = try folder.write("latin.yml", [0x74, 0x0A, 0xC3, 0xA9, 0xE4, 0x3A])
    let large = try folder.write("large.yml", Array(repeating: 0x20, count: (1 << 20) + 1))
    _ = try folder.write("right.yml", publishRule)
    let rules = try RuleSet.load([folder.path])
    let shown = rules.errors.map { rules.render($0) }
    #expect(shown.count == 2 && shown.allSatisfy { $0.hasPrefix("error[unreadable-file]: ") })
    #expect(shown.first?.contains("--> \(large)") == true, "\(shown)")
    #expect(shown.last?.contains("--> \(latin):2:2\n") == true, "\(shown)")
    #expect(rules.compiled.rules.count == 1)
    let empty = try Folder()
    #expect(failure { () throws(SensorError) in _ = try RuleSet.load([empty.path]) }?.exitCode == .noInput)
}

@Test("Samples are found from any part of the rules") func samplesAreFoundFromAnyPartOfTheRules() throws {
    let folder = try Folder()
    for name in ["PcapSamples", "Rules/mqtt"] {
        try FileManager.default.createDirectory(atPath: folder.path + "/" + name, withIntermediateDirectories: true)
    }
    for rules in ["Rules", "Rules/", "Rules/mqtt", "Rules/mqtt/a.yml"] {
        #expect(RuleTests.samples(beside: folder.path + "/" + rules) == folder.path + "/PcapSamples")
    }
}
