/// The captures that are in the store, held against one that is being read: which of them begin as it does.
struct RecordedCaptures: Sendable {
    /// What a run had come to at some count of frames.
    private struct Mark: Sendable {
        let count: UInt64
        let run: Int64
        let text: String
    }

    /// By count.
    private let marks: [Mark]
    private var next = 0
    /// Whether a run and the capture agree at the latest count that both have.
    private var agreement: [Int64: Bool] = [:]

    /// The runs of the store, each with the text of its frame chain.
    init(_ contents: [(run: Int64, content: String)] = []) {
        marks = contents.flatMap { run, content in
            FrameChain.marks(in: content).map { Mark(count: $0.count, run: run, text: $0.mark) }
        }
        // Captures without a frame are no beginning of others.
        .filter { $0.count > 0 }.sorted { $0.count < $1.count }
    }

    /// Compares after each frame; a number and a comparison where no run has a mark.
    mutating func compare(_ chain: FrameChain) {
        guard next < marks.count, marks[next].count == chain.count else { return }
        let text = chain.mark
        while next < marks.count, marks[next].count == chain.count {
            agreement[marks[next].run] = marks[next].text == text
            next += 1
        }
    }

    /// The runs that begin as the capture that was read: to the end of the shorter of the two, as far as marks tell.
    var alike: [Int64] { agreement.filter(\.value).map(\.key).sorted() }
}
