import Bytes
import Capture
import Detection
import Doctor
import Engine
import Events
import Glibc
import Network
import Packets

/// Looks at the frames of a port or a capture as the doctor does: a survey of the frames, and of the messages that the
/// engine reads in them.
///
/// No rule runs beside it. Some of the frames are kept, to measure what this machine manages.
public struct Examination: ~Copyable {
    private var worker: SensorWorker<SurveySink>
    private var sample = FrameSample()
    private let keepsSample: Bool

    /// Begins; `keepsSample` says whether frames are kept for `capacity`.
    public init(limits: SensorLimits = SensorLimits(), keepsSample: Bool) {
        worker = SensorWorker(limits: limits, sink: SurveySink())
        self.keepsSample = keepsSample
    }

    /// Whether enough frames were kept for `capacity`.
    public var isMeasurable: Bool { sample.isEnough }

    /// Takes a frame.
    public mutating func note(_ header: FrameHeader, _ bytes: RawSpan) {
        worker.sink.survey.note(header, bytes)
        worker.process(header, bytes)
        if keepsSample { sample.add(header, bytes) }
    }

    /// Ends the sample: what the engine held back is read.
    public mutating func finish() { worker.finish() }

    /// What is to be said so far.
    public func report(_ context: PortContext) -> DoctorReport {
        DoctorReport(worker.sink.survey, context, version: Version.current)
    }

    /// Frames a second that the sensor reads and holds against `rules` on one core, by the frames that were kept; `nil`
    /// where there are too few.
    public func capacity(_ rules: RuleSet, _ settings: Settings) -> Double? { sample.capacity(rules, settings) }
}

/// Counts the messages of a survey.
private struct SurveySink: EventSink, ~Copyable {
    var survey = PortSurvey()

    mutating func receive(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan,
        frames: MessageFrames
    ) {
        survey.note(event, context, message: message)
    }
}

/// Frames that are kept to be read again.
private struct FrameSample: Sendable {
    private var headers: [FrameHeader] = []
    private var ends: [Int] = []
    private var bytes: [UInt8] = []

    private static let frameLimit = 50_000
    private static let byteLimit = 16 << 20
    /// Fewer say nothing: most of their time goes into tables that are new.
    private static let leastFrames = 2000
    /// How long is measured, in seconds.
    private static let duration = 0.5

    mutating func add(_ header: FrameHeader, _ frame: RawSpan) {
        guard headers.count < Self.frameLimit, bytes.count + frame.byteCount <= Self.byteLimit else { return }
        headers.append(header)
        bytes.append(copying: frame)
        ends.append(bytes.count)
    }

    var isEnough: Bool { headers.count >= Self.leastFrames }

    /// Reads all frames again and again with a new sensor each time, until it took long enough.
    func capacity(_ rules: RuleSet, _ settings: Settings) -> Double? {
        guard isEnough else { return nil }
        var (frames, taken) = (0, 0.0)
        repeat {
            let sink = DetectionSink(rules: rules.compiled, limits: settings.limits.detection, hash: SeededHash()) {
                _ in
            }
            var limits = settings.limits
            limits.dissectors.limit(to: rules.compiled.fields)
            var worker = SensorWorker(limits: limits, sink: sink)
            worker.dissectors.serve(rules, key: nil, inspecting: settings.inspectedBytes)
            let start = Self.processorSeconds
            var begin = 0
            for (header, end) in zip(headers, ends) {
                worker.process(header, bytes.span.bytes.extracting(begin..<end))
                begin = end
            }
            worker.finish()
            taken += Self.processorSeconds - start
            frames += headers.count
        } while taken < Self.duration
        return Double(frames) / taken
    }

    /// What this thread has taken of a core: other programs that run just now do not count.
    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
