import Detection
import Foundation
import Testing

@testable import Sensor

/// What rules are tagged with, by the matrices of ATT&CK.
@Suite struct AttackMatrixTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("Shipped rules are tagged with techniques that there are") func shippedRules() throws {
        let rules = RuleSet(files: try RuleFiles.read([Self.root.path + "/Rules"]).files, withTests: false)
        #expect(rules.compiled.rules.count > 100)
        for id in rules.compiled.techniques { #expect(AttackTechnique.technique(id) != nil, "\(id)") }
        let matrix = AttackMatrix(rules.compiled.rules)
        for isICS in [false, true] { #expect(!matrix.columns(ofICS: isICS).contains { $0.tactic.isEmpty }) }
    }

    @Test("The table has tactics of the matrices, and the techniques of THREATS.md") func table() throws {
        for technique in AttackTechnique.all {
            let known = technique.isICS ? AttackTechnique.icsTactics : AttackTechnique.enterpriseTactics
            #expect(!technique.tactics.isEmpty && technique.tactics.allSatisfy(known.contains), "\(technique.id)")
        }
        #expect(Set(AttackTechnique.all.map(\.id)).count == AttackTechnique.all.count)
        guard let text = try? String(contentsOfFile: Self.root.path + "/../shared/THREATS.md", encoding: .utf8) else {
            return
        }
        for match in text.matches(of: /\bT[01]\d{3}(\.\d{3})?\b/) {
            #expect(AttackTechnique.technique(String(match.output.0)) != nil, "\(match.output.0)")
        }
    }

    @Test("Layers and columns count rules") func layers() throws {
        func rule(_ number: Int, _ tags: String) -> String {
            """
            title: Rule \(number)
            id: 5f0cf1a4-6f46-4a0e-9f57-2d1b1a9f000\(number)
            level: low
            tags: [\(tags)]
            logsource: {product: earshot, category: mqtt}
            detection: {s: {mqtt.qos: \(number)}, condition: s}

            """
        }
        let text = [
            rule(0, "attack.t1557, attack.ics.t0814"), rule(1, "attack.t1557, attack.t1557.999"),
            rule(2, "attack.impact"),
        ].joined(separator: "---\n")
        let rules = RuleSet(files: [RuleFiles.File(path: "r.yml", text: text)])
        let matrix = AttackMatrix(rules.compiled.rules)
        let enterprise = matrix.columns(ofICS: false)
        #expect(enterprise.first { $0.tactic == "Collection" }?.cells.map(\.rules) == [["Rule 0", "Rule 1"]])
        #expect(enterprise.first { $0.tactic == "Credential Access" }?.cells.map(\.id) == ["T1557"])
        #expect(enterprise.last?.cells.map(\.id) == ["T1557.999"], "of unknown tactics")
        let layer = try #require(
            try JSONSerialization.jsonObject(with: Data(matrix.navigatorLayer(ofICS: false))) as? [String: Any])
        #expect(layer["domain"] as? String == "enterprise-attack")
        let techniques = try #require(layer["techniques"] as? [[String: Any]])
        #expect(techniques.map { $0["techniqueID"] as? String } == ["T1557", "T1557.999"])
        #expect(techniques.map { $0["score"] as? Int } == [2, 1])
    }
}
