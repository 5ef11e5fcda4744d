import Alerts
import Capture
import Detection
import Engine
import Events
import Foundation
import Network
import Packets
import Sigma

/// Runs the tests that rules carry: each capture, or synthetic traffic, through a fresh sensor, the alert rows of the
/// rule counted.
public struct RuleTests: Sendable {
    /// One test and what came of it.
    public struct Outcome: Sendable {
        /// The id of the rule.
        public var rule: String
        /// The title of the rule.
        public var title: String
        /// The capture, or how many messages.
        public var subject: String
        /// Where the test stands: file, line and column.
        public var place: String
        /// Alert rows that the test asks for.
        public var expected: Int
        /// Alert rows that the rule raised.
        public var found: Int
        /// Why the capture could not be read; the test has failed then.
        public var error: String?

        /// Whether the rule raised as many rows as it says.
        public var passed: Bool { error == nil && expected == found }
    }

    private let rules: RuleSet
    private let folder: String?
    private let settings: Settings

    /// Tests of `rules`, with captures below `folder`; without one, in the folder that belongs to each rule.
    public init(_ rules: RuleSet, captures folder: String?, settings: Settings) {
        self.rules = rules
        self.folder = folder
        self.settings = settings
    }

    /// The folder of captures that belongs to rules: `PcapSamples` beside the folder of rules, of which `rules` may be a
    /// part, a folder in it or a file.
    public static func samples(beside rules: String) -> String {
        var folder = URL(fileURLWithPath: rules).standardized.deletingLastPathComponent()
        let nearest = folder.appendingPathComponent("PcapSamples").path
        for _ in 0..<4 {
            let found = folder.appendingPathComponent("PcapSamples").path
            if FileManager.default.fileExists(atPath: found) { return found }
            folder.deleteLastPathComponent()
        }
        return nearest
    }

    /// Runs every test of the rules that `isWanted` picks; each capture is read once, with all rules.
    public func run(_ isWanted: (CompiledRule) -> Bool = { _ in true }) -> [Outcome] {
        var counts: [String: Result<[String: UInt64], SensorError>] = [:]
        var outcomes: [Outcome] = []
        for rule in rules.compiled.rules where isWanted(rule) {
            for test in rule.tests {
                let result: Result<[String: UInt64], SensorError>
                if !test.events.isEmpty {
                    result = alerts(ofEvents: test.events, rule)
                } else if test.capture.isEmpty {
                    result = alerts(in: test, of: rule)
                } else {
                    let path = "\(folder ?? Self.samples(beside: rule.file))/\(test.capture)"
                    result = counts[path] ?? alerts(inCapture: path)
                    counts[path] = result
                }
                var outcome = Outcome(
                    rule: rule.id, title: rule.title, subject: test.subject,
                    place: "\(rule.file):\(test.position.line):\(test.position.column)", expected: test.alerts, found: 0
                )
                switch result {
                case .success(let rows): outcome.found = Int(clamping: rows[rule.id] ?? 0)
                case .failure(let error): outcome.error = error.message
                }
                outcomes.append(outcome)
            }
        }
        return outcomes
    }

    /// Rules that raise alerts but have no test that fires, or none that stays silent.
    public var incomplete: [CompiledRule] {
        rules.compiled.rules.filter { rule in
            rule.raisesAlerts
                && !(rule.tests.contains { $0.alerts > 0 } && rule.tests.contains { $0.alerts == 0 })
        }
    }

    private func alerts(inCapture path: String) -> Result<[String: UInt64], SensorError> {
        var worker = worker(settings.limits)
        do throws(CaptureError) {
            var file = try CaptureFile.open(path)
            while let frame = try file.next() { worker.process(frame, file.bytes) }
        } catch { return .failure(SensorError(error)) }
        worker.finish()
        return .success(worker.sink.rowsByRule)
    }

    private func alerts(
        in test: EarshotExtension.RuleTest, of rule: CompiledRule
    ) -> Result<[String: UInt64], SensorError> {
        let conversation: SyntheticTraffic
        do throws(SensorError) {
            guard let category = rule.category else {
                throw SensorError(.configuration, "messages need a rule of one category; this one has none")
            }
            conversation = try SyntheticTraffic(test, category: category)
        } catch { return .failure(error) }
        var limits = settings.limits
        limits.engine.checksums = .ignore
        var worker = worker(limits)
        for (index, frame) in conversation.frames.enumerated() {
            worker.process(
                FrameHeader(
                    timestamp: frame.time, number: UInt64(index + 1), originalLength: frame.bytes.count, linkType: .ipv4
                ), frame.bytes.span.bytes)
        }
        worker.finish()
        return .success(worker.sink.rowsByRule)
    }

    /// Events come a second after each other, the first at 2026-01-01T00:00:00Z, unless they say when; their category is that
    /// of the rule, unless they say which.
    private func alerts(ofEvents texts: [String], _ rule: CompiledRule) -> Result<[String: UInt64], SensorError> {
        var sink = DetectionSink(rules: rules.compiled, limits: settings.limits.detection, hash: SeededHash()) { _ in }
        let none: [UInt8] = []
        for (index, text) in texts.enumerated() {
            do throws(RecordedEvent.BadEvent) {
                let time = Timestamp(seconds: 1_767_225_600 + Int64(index), nanoseconds: 0)
                let event = try RecordedEvent(json: text, category: rule.category, time: time)
                sink.receive(
                    event, event.context, message: none.span.bytes, frames: MessageFrames(FrameRef()))
            } catch {
                return .failure(SensorError(.configuration, "event \(index + 1): \(error.message)"))
            }
        }
        return .success(sink.rowsByRule)
    }

    private func worker(_ limits: SensorLimits) -> SensorWorker<DetectionSink> {
        let sink = DetectionSink(rules: rules.compiled, limits: limits.detection, hash: SeededHash()) { _ in }
        var limits = limits
        if rules.payload != nil { limits.dissectors.inspectPayloads(bytes: settings.inspectedBytes) }
        var worker = SensorWorker(limits: limits, sink: sink)
        worker.dissectors.serve(rules, key: nil, inspecting: settings.inspectedBytes)
        return worker
    }
}
