import Capture
import Engine
import Network
import Packets

extension Worker where Protocols: ~Copyable, Sink: ~Copyable {
    /// Takes the frames of a capture, to its end or until `isWanted`, which is asked with the time of each before it is
    /// taken, says no; `after` follows each.
    ///
    /// - Throws: what is wrong with the capture; the frames before that were taken.
    public mutating func process(
        _ file: inout CaptureFile, while isWanted: (borrowing Sink, Timestamp) -> Bool = { _, _ in true },
        after: (borrowing Self, borrowing CaptureFile) -> Void = { _, _ in }
    ) throws(CaptureError) {
        while let frame = try file.next() {
            guard isWanted(sink, frame.timestamp) else { return }
            process(frame, file.bytes)
            after(self, file)
        }
    }
}
