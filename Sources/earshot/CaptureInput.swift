import Bytes
import Capture
import Packets
import Sensor

/// The captures that arguments of a command name: files and folders, read in the order of their first frames.
struct CaptureInput {
    /// The files, in the order in which they are read.
    let files: [String]

    /// Looks at `paths`; tells on standard error what in folders cannot be read.
    init(_ paths: [String]) throws(SensorError) {
        do throws(CaptureError) {
            let found = try CapturePaths(paths)
            for path in found.unreadable { Terminal.log("\(path): cannot be read, left out") }
            files = found.filesInOrderOfTime()
        } catch { throw SensorError(error) }
        if files.isEmpty {
            throw SensorError(.noInput, "\(paths.joined(separator: ", ")): no capture is below this folder")
        }
    }

    /// Gives every frame of every file as far as it goes, until `take` answers with false or a signal comes.
    ///
    /// - Returns: the last failure; those before it are told on standard error.
    func read(
        _ filter: PacketFilter? = nil, _ take: (FrameHeader, RawSpan) -> Bool
    ) -> SensorError? {
        var failure: SensorError?
        for path in files {
            do throws(CaptureError) {
                var file = try CaptureFile.open(path, filter: filter, stop: Signals.stop)
                while !Signals.stop.isStopped, let frame = try file.next() {
                    if !take(frame, file.bytes) { return failure }
                }
            } catch {
                if let failure { Terminal.log("earshot: \(failure.message)") }
                failure = SensorError(error)
            }
        }
        return failure
    }
}
