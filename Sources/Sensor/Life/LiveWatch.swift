import Capture
import Foundation

/// What a live run does beside reading frames: it looks at itself, tells log and rules what it finds, and writes metrics.
struct LiveWatch {
    private var drops: DropLog
    private var metrics: MetricsFile?
    private let log: (String) -> Void

    /// A watch over a capture with kernel buffers of that size, whose lines go to `log`.
    init(bufferBytes: Int, metrics: MetricsFile?, log: @escaping (String) -> Void) {
        drops = DropLog(bufferBytes: bufferBytes)
        self.metrics = metrics
        self.log = log
    }

    /// Tells what became of interfaces since this was last called.
    func tellNotices(_ capture: inout LiveCapture) {
        for notice in capture.takeNotices() { log(notice.description) }
    }

    /// Looks how the sensor is doing.
    mutating func look(_ capture: borrowing LiveCapture, _ pipeline: inout Pipeline) {
        let (interfaces, clock) = (capture.statuses(), MachineClock.read())
        for line in drops.take(interfaces, at: clock.elapsed) { log(line) }
        for sign in pipeline.lookAtLife(interfaces, clock) { log(sign.sentence) }
        if metrics?.isDue(at: clock.elapsed) ?? false { writeMetrics(interfaces, pipeline, at: clock) }
    }

    /// Writes the last numbers of a run that has ended.
    mutating func end(_ capture: borrowing LiveCapture, _ pipeline: borrowing Pipeline) {
        if metrics != nil { writeMetrics(capture.statuses(), pipeline, at: MachineClock.read()) }
    }

    private mutating func writeMetrics(
        _ interfaces: [InterfaceStatus], _ pipeline: borrowing Pipeline, at clock: MachineClock
    ) {
        let text = pipeline.metrics(interfaces, timeOfDay: clock.timeOfDay)
        if let line = metrics?.write(text) { log(line) }
    }
}
