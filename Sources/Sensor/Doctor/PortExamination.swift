import Capture
import Doctor
import Foundation
import Network
import Packets

/// Listens on interfaces for a while and says what they deliver.
///
/// Nothing is ever sent.
public enum PortExamination {
    /// After so many seconds there is a first verdict.
    public static let firstSeconds = 10.0

    /// Listens on `interfaces` for so many seconds, or until `stop`.
    ///
    /// `ready` is called once, with warnings about what could not be done as asked; `first` with a first report after
    /// ten seconds, where it goes on for longer. `rules` is asked at the end for rules to measure with what this
    /// machine manages. An error says why capturing could not begin, or, with what was seen until then, that an
    /// interface went down.
    public static func run(
        _ interfaces: [String], _ options: LiveCapture.Options, _ settings: Settings, seconds: Double, stop: StopSwitch,
        ready: ([String]) -> Void, first: (DoctorReport) -> Void, rules: () -> RuleSet?
    ) throws(SensorError) -> (report: DoctorReport, error: SensorError?) {
        var opened: LiveCapture?
        var options = options
        // Whoever wants to know how a port is doing now is not helped by waiting.
        options.waits = false
        do throws(CaptureError) { opened = try LiveCapture.open(interfaces, options, stop: stop) } catch {
            throw SensorError(error)
        }
        guard var capture = opened.take() else { throw SensorError(.software, "the capture was not opened") }
        let states = capture.interfaceNames.map { InterfaceState($0) }
        ready(capture.warnings)
        var examination = Examination(limits: settings.limits, keepsSample: true)
        let start = ContinuousClock.now
        var isFirstTold = seconds <= firstSeconds
        var failure: SensorError?
        var passed = 0.0
        var lastLook = Timestamp.zero
        do throws(CaptureError) {
            loop: while passed < seconds {
                switch try capture.step() {
                case .frame(let header):
                    examination.note(header, capture.bytes)
                    // Asking the clock costs more than most frames do; where they come one by one it does not matter.
                    let pause = header.timestamp.nanoseconds(since: lastLook)
                    guard header.number & 0x3F == 0 || pause.magnitude > 100_000_000 else { continue }
                    lastLook = header.timestamp
                case .idle: break
                case .end: break loop
                }
                if let notice = capture.takeNotices().first(where: { $0.state == .down || $0.state == .missing }) {
                    failure = SensorError(.unavailable, notice.description)
                    break loop
                }
                passed = (ContinuousClock.now - start) / .seconds(1)
                if !isFirstTold, passed >= firstSeconds {
                    isFirstTold = true
                    first(examination.report(context(capture, states, options, seconds: passed)))
                }
            }
        } catch { failure = SensorError(error) }
        passed = (ContinuousClock.now - start) / .seconds(1)
        examination.finish()
        var context = context(capture, states, options, seconds: passed)
        context.capacity = examination.isMeasurable ? rules().flatMap { examination.capacity($0, settings) } : nil
        return (examination.report(context), failure)
    }

    private static func context(
        _ capture: borrowing LiveCapture, _ states: [InterfaceState], _ options: LiveCapture.Options, seconds: Double
    ) -> PortContext {
        var context = PortContext()
        context.interfaces = states.map { $0.now() }
        let counters = capture.counters()
        context.droppedByKernel = counters.reduce(0) { $0 + $1.droppedByKernel }
        context.snapLength = options.snapLength
        context.bufferSize = options.bufferSize
        context.isClockSynchronised = CaptureClock.isSynchronised
        context.seconds = seconds
        return context
    }
}
