import Detection
import Events
import Sigma
import Testing

/// The events that made a correlation, by their tokens.
@Suite struct EvidenceTests {
    private func evaluate(_ box: DetectionEngineBox, _ second: Int64, _ topic: String, _ token: UInt64) {
        let nothing: [UInt8] = []
        box.engine.evaluate(
            FakeEvent(.mqtt, 0, ["mqtt.topic": [.text(topic)], "mqtt.reason_code": [1]]), context(at: second),
            message: nothing.span.bytes, token: token)
    }

    private func evidence(_ box: DetectionEngineBox, _ rule: String) -> [UInt64]? {
        box.engine.hits.first { box.engine.rules.rules[$0.rule].id == rule }
            .map { Array(box.engine.evidenceTokens[$0.evidence]) }
    }

    private static let rules = ["a", "b", "c"].map {
        rule($0, "mqtt", [[test("mqtt.topic|cased", [.string(SigmaString($0))])]])
    }

    @Test(
        "The newest ten events of a window, the oldest of them first",
        arguments: [SigmaCorrelation.Kind.eventCount, .valueSum])
    func newestOfAWindow(_ kind: SigmaCorrelation.Kind) {
        let box = DetectionEngineBox(
            Self.rules + [
                correlation(
                    "n", kind, of: ["a"], by: [], seconds: 100, [.init(.gte, 3)],
                    field: kind == .valueSum ? "mqtt.reason_code" : nil)
            ])
        for number in 1...30 as ClosedRange<UInt64> {
            evaluate(box, Int64(number), "a", number)
            let isIn = box.engine.cameIntoCorrelation
            #expect(isIn)
            // One event more than the threshold decides everything, and so no more are kept.
            let kept: UInt64 = kind == .eventCount ? 4 : 10
            let first = number > kept ? number - kept + 1 : 1
            #expect(evidence(box, "n") == (number < 3 ? nil : Array(first...number)))
        }
        evaluate(box, 31, "b", 31)
        let (isIn, tokens) = (box.engine.cameIntoCorrelation, box.engine.evidenceTokens)
        #expect(!isIn)
        #expect(tokens.isEmpty)
    }

    @Test("One event for each rule that took part, the latest of it")
    func oneForEachRule() {
        let box = DetectionEngineBox(
            Self.rules + [
                correlation("t", .temporal, of: ["a", "b", "c"], by: [], seconds: 100, [.init(.gte, 3)]),
                correlation("o", .temporalOrdered, of: ["a", "b", "c"], by: [], seconds: 100, [.init(.gte, 3)]),
            ])
        for (index, topic) in ["a", "a", "b", "a", "c", "b"].enumerated() {
            evaluate(box, Int64(index), topic, UInt64(index) + 1)
            switch index {
            case 4:
                #expect(evidence(box, "t") == [3, 4, 5])
                #expect(evidence(box, "o") == [2, 3, 5], "the a before the b")
            case 5:
                #expect(evidence(box, "t") == [4, 5, 6])
                #expect(evidence(box, "o") == [2, 3, 5, 6], "the run, and what came now")
            default: #expect(box.engine.hits.isEmpty)
            }
        }
    }

    @Test("A correlation hands on what made it to those that refer to it")
    func chains() {
        let box = DetectionEngineBox(
            Self.rules + [
                correlation("many", .eventCount, of: ["a"], by: [], seconds: 100, [.init(.gte, 3)]),
                correlation("then", .temporalOrdered, of: ["many", "b"], by: [], seconds: 100, [.init(.gte, 2)]),
                correlation("twice", .eventCount, of: ["then"], by: [], seconds: 100, [.init(.gte, 2)]),
            ])
        for (index, topic) in ["a", "a", "a", "b", "a", "b"].enumerated() {
            evaluate(box, Int64(index), topic, UInt64(index) + 1)
            // With the fifth event, many have come again, and the run of the fourth is still in the window.
            #expect(evidence(box, "twice") == [4: [1, 2, 3, 4, 5], 5: [1, 2, 3, 4, 5, 6]][index])
        }
        for index in 6..<40 { evaluate(box, Int64(index), index % 2 == 0 ? "a" : "b", UInt64(index) + 1) }
        // Three matches of "then" are kept: 31 to 37 and 38, 33 to 39 beside 38, 33 to 39 and 40.
        #expect(evidence(box, "twice") == [31, 33, 35, 37, 38, 39, 40])
    }

    @Test("What correlations hand on stands in the order of the tokens")
    func orderOfChains() {
        let box = DetectionEngineBox(
            Self.rules + [
                correlation("many", .eventCount, of: ["a"], by: [], seconds: 100, [.init(.gte, 3)]),
                correlation("both", .temporal, of: ["many", "b"], by: [], seconds: 100, [.init(.gte, 2)]),
            ])
        for (index, topic) in ["b", "a", "a", "a"].enumerated() {
            evaluate(box, Int64(index), topic, UInt64(index) + 1)
        }
        #expect(evidence(box, "both") == [1, 2, 3, 4])
    }

    @Test("Events without tokens leave no evidence")
    func noTokens() {
        let box = DetectionEngineBox(
            Self.rules + [correlation("n", .eventCount, of: ["a"], by: [], seconds: 100, [.init(.gte, 1)])])
        evaluate(box, 0, "a", 0)
        #expect(evidence(box, "n") == [])
    }
}
