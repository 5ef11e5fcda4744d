import Engine
import Network

/// The conversations that a capture begins in the midst of, and those that it breaks off: by them two captures are found to
/// belong together that were replayed one by one.
public struct CaptureEnds: Sendable {
    /// Conversations that are kept of each end.
    private static let most = 32
    /// How long after its first frame a capture is still at its beginning, in nanoseconds.
    private static let beginning: Int64 = 10_000_000_000

    /// Conversations that may have begun before, in hexadecimal; `nil` for none.
    private(set) var goneOn: [String]?
    /// Conversations that were open at the end, in hexadecimal; `nil` for none.
    private(set) var cutOff: [String]?
    private var start: Timestamp?
    private var isPastBeginning = false

    /// None.
    public init() {}

    /// Notes that a frame of that time was read.
    mutating func note<Sink: EventSink & ~Copyable>(_ time: Timestamp, _ worker: borrowing SensorWorker<Sink>) {
        guard !isPastBeginning else { return }
        guard let start else {
            start = time
            return
        }
        guard time.nanoseconds(since: start) > Self.beginning else { return }
        endBeginning(worker)
    }

    /// Notes that no frame follows; the flows must still be there.
    mutating func end<Sink: EventSink & ~Copyable>(_ worker: borrowing SensorWorker<Sink>) {
        if !isPastBeginning { endBeginning(worker) }
        cutOff = Self.text(worker.flowsOpen(Self.most))
    }

    private mutating func endBeginning<Sink: EventSink & ~Copyable>(_ worker: borrowing SensorWorker<Sink>) {
        isPastBeginning = true
        guard let start else { return }
        goneOn = Self.text(worker.flowsBegunBefore(start, Self.most))
    }

    private static func text(_ numbers: [UInt64]) -> [String]? {
        numbers.isEmpty ? nil : numbers.map { String($0, radix: 16) }
    }
}
