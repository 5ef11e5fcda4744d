import Network
import Packets

extension CapturePaths {
    /// The files in the order of their first frames: the pieces of a capture go on with each other so, whatever a writer
    /// that begins new files calls them, and whatever the shell makes of their names.
    ///
    /// A pipe, and what cannot be opened or has no frame, keeps its place at the front.
    public func filesInOrderOfTime() -> [String] {
        guard files.count > 1 else { return files }
        let starts = files.map { ($0, firstTime(in: $0) ?? .zero) }
        return starts.enumerated().sorted { ($0.element.1, $0.offset) < ($1.element.1, $1.offset) }.map(\.element.0)
    }

    /// The time of the first frame of a regular file; a pipe can be opened only once.
    private func firstTime(in path: String) -> Timestamp? {
        guard path != "-", isRegularFile(path), var file = try? CaptureFile.open(path) else { return nil }
        return (try? file.next())?.timestamp
    }
}
