import Alerts
import Network

/// The captures that are in the store, held against one that is being read: which of them begin as it does.
struct RecordedCaptures: Sendable {
    /// What a run had come to at some count of frames.
    private struct Mark: Sendable {
        let count: UInt64
        let run: Int64
        let text: String
        /// Whether the run ended there, and the inventory has what it saw.
        let endsInventory: Bool
    }

    /// By count.
    private let marks: [Mark]
    private var next = 0
    /// Whether a run and the capture agree at the latest count that both have.
    private var agreement: [Int64: Bool] = [:]
    /// Of runs whose inventory is there, how many frames they read.
    private let inventoried: [Int64: UInt64]
    /// Of runs that came to their end, the capture times of their first and last frame, microseconds since 1970 UTC.
    private let spans: [Int64: ClosedRange<Int64>]

    /// The runs of the store.
    init(_ contents: [RecordedContent] = []) {
        var inventoried: [Int64: UInt64] = [:]
        marks = contents.flatMap { recorded in
            let marks = FrameChain.marks(in: recorded.content)
            let last = marks.map(\.count).max() ?? 0
            if recorded.hasInventory { inventoried[recorded.run] = last }
            return marks.map { mark in
                Mark(
                    count: mark.count, run: recorded.run, text: mark.mark,
                    endsInventory: recorded.hasInventory && mark.count == last)
            }
        }
        // Captures without a frame are no beginning of others.
        .filter { $0.count > 0 }.sorted { $0.count < $1.count }
        self.inventoried = inventoried
        var spans: [Int64: ClosedRange<Int64>] = [:]
        for recorded in contents {
            if let first = recorded.first, let last = recorded.last, first <= last {
                spans[recorded.run] = first...last
            }
        }
        self.spans = spans
    }

    /// Compares after each frame; a number and a comparison where no run has a mark.
    ///
    /// - Returns: whether a run ended with just these frames, and the inventory has what they show.
    @discardableResult
    mutating func compare(_ chain: FrameChain) -> Bool {
        guard next < marks.count, marks[next].count == chain.count else { return false }
        let text = chain.mark
        var isInventoried = false
        while next < marks.count, marks[next].count == chain.count {
            let agrees = marks[next].text == text
            agreement[marks[next].run] = agrees
            if agrees, marks[next].endsInventory { isInventoried = true }
            next += 1
        }
        return isInventoried
    }

    /// Whether the inventory has all that a capture of so many frames shows, as far as marks tell.
    func hasInventory(_ count: UInt64) -> Bool {
        agreement.contains { run, agrees in agrees && inventoried[run].map { $0 >= count } ?? false }
    }

    /// The runs of captures of the same time, which may have some of its frames.
    func near(_ span: ClosedRange<Timestamp>?) -> [Int64] {
        guard let span else { return [] }
        let own = span.lowerBound.microseconds...span.upperBound.microseconds
        return spans.filter { $0.value.overlaps(own) }.map(\.key)
    }

    /// The runs that begin as the capture that was read: to the end of the shorter of the two, as far as marks tell.
    var alike: [Int64] { agreement.filter(\.value).map(\.key).sorted() }
}
