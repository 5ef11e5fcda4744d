import Alerts
import Capture
import Engine
import Events
import Foundation
import Network
import Packets

/// Reads capture files through a pipeline, one run in the store for each file.
///
/// State goes on from file to file, since captures are often cut into pieces: files are read in the order of their
/// first frames.
public struct Replay: ~Copyable {
    /// What came of a file.
    public struct FileResult: Sendable {
        /// The path of the file, `-` for standard input.
        public var path: String
        /// What was seen in it; of a broken file, up to the damage.
        public var statistics: RunStatistics
        /// Why the file was not read to its end.
        public var error: CaptureError?
        /// Whether it was left out because its alerts are in the store already.
        public var isKnown = false
        /// Whether its frames were read, if only to the damage.
        public var wasRead = false
        /// What the store knows the file by, as far as that was asked for already.
        var digest: String?
    }

    /// How to replay.
    public struct Options: Sendable {
        /// A filter expression (pcap-filter(7)).
        public var filter: String?
        /// Times the speed of capture; `nil` for as fast as can be.
        public var speed: Double?
        /// Whether files whose alerts are stored already are read again.
        public var again = false

        /// As fast as can be, everything, each file once.
        public init() {}
    }

    /// How far a replay has come.
    public struct Progress: Sendable {
        /// The file that is being read.
        public var path: String
        /// Bytes read of all files so far, compressed ones as they are stored.
        public var bytesRead: Int64
        /// Of all files together; `nil` where that is not known.
        public var bytesTotal: Int64?
        /// Frames read so far.
        public var packets: UInt64
    }

    private let options: Options
    private let stop: StopSwitch
    private let filter: PacketFilter?
    private var clock: SpeedClock?
    /// The captures that are in the store.
    private var recorded = RecordedCaptures()
    /// Why the store took no more, so that the rest of the files was not read; `nil` where it took everything.
    public private(set) var storeFailure: SensorError?
    /// The files that were not read for that.
    public private(set) var unread: [String] = []

    /// A replay that `stop` ends early.
    ///
    /// A filter expression that cannot be compiled is an error.
    public init(_ options: Options, stop: StopSwitch) throws(SensorError) {
        self.options = options
        self.stop = stop
        clock = options.speed.map { SpeedClock(factor: $0) }
        do throws(CaptureError) {
            filter = try options.filter.map { text throws(CaptureError) in try PacketFilter(text) }
        } catch { throw SensorError(error) }
    }

    /// Reads the files that `paths` stand for.
    ///
    /// A file that cannot be read or breaks does not keep the others from being read; a store that takes no more does:
    /// `storeFailure` and `unread` tell it then.
    public mutating func run(
        _ paths: CapturePaths, _ pipeline: inout Pipeline, progress: (Progress) -> Void = { _ in }
    ) throws(SensorError) -> [FileResult] {
        let files = paths.filesInOrderOfTime()
        let sizes = files.map { Self.size(of: $0) }
        let total = sizes.contains { $0 == nil } ? nil : sizes.reduce(0) { $0 + ($1 ?? 0) }
        var before: Int64 = 0
        recorded = RecordedCaptures(try pipeline.recordedContents())
        var (results, last) = try plan(files, pipeline)
        for (index, size) in sizes.enumerated() {
            if stop.isStopped {
                results.removeSubrange(index...)
                break
            }
            if results[index].error == nil, !results[index].isKnown {
                do throws(SensorError) {
                    results[index] = try replay(results[index], &pipeline, isLast: index == last) { read, packets in
                        progress(
                            Progress(path: files[index], bytesRead: before + read, bytesTotal: total, packets: packets))
                    }
                } catch {
                    storeFailure = error
                    unread = results[index...].filter { $0.error == nil && !$0.isKnown }.map(\.path)
                    results.removeSubrange(index...)
                    break
                }
            }
            before += size ?? 0
        }
        return results
    }

    /// Finds out which files will be read, and which is the last of them: with it everything ends.
    private func plan(
        _ files: [String], _ pipeline: borrowing Pipeline
    ) throws(SensorError) -> (results: [FileResult], last: Int?) {
        var results: [FileResult] = []
        var digests: Set<String> = []
        for path in files {
            var result = FileResult(path: path, statistics: RunStatistics())
            // A pipe can be opened only once.
            if Self.size(of: path) != nil {
                do throws(CaptureError) { _ = try CaptureFile.open(path, filter: filter) } catch {
                    result.error = error
                }
            }
            if result.error == nil, !options.again, let digest = digest(of: path) {
                result.digest = digest
                result.isKnown = try pipeline.isRecorded(source: path, digest: digest)
                if !digests.insert(digest).inserted { result.isKnown = true }
            }
            results.append(result)
        }
        let open = results.indices.filter { results[$0].error == nil && !results[$0].isKnown }
        if !options.again {
            // A pipe can be read only once.
            let regular = open.filter { Self.size(of: files[$0]) != nil }.map { (place: $0, path: files[$0]) }
            for place in ContainedCaptures.find(regular, stop: stop) { results[place].isKnown = true }
        }
        return (results, open.last { !results[$0].isKnown })
    }

    /// A filter makes it another source: what it left out was not looked at.
    private func digest(of path: String) -> String? {
        SourceDigest.of(file: path).map { $0 + (options.filter.map { "|\($0)" } ?? "") }
    }

    private mutating func replay(
        _ planned: FileResult, _ pipeline: inout Pipeline, isLast: Bool, progress: (Int64, UInt64) -> Void
    ) throws(SensorError) -> FileResult {
        var result = planned
        let path = planned.path
        var opened: CaptureFile?
        do throws(CaptureError) { opened = try CaptureFile.open(path, filter: filter, stop: stop) } catch {
            result.error = error
        }
        guard var file = opened.take() else { return result }
        if try pipeline.begin(source: path, digest: planned.digest ?? digest(of: path), again: options.again) != nil {
            result.isKnown = true
            return result
        }
        result.wasRead = true
        let isPaced = clock != nil
        var chain = FrameChain()
        var earlier = recorded
        var span: ClosedRange<Timestamp>?
        var ends = CaptureEnds()
        var lifeDue = Timestamp(nanoseconds: .min)
        do throws(CaptureError) {
            while let frame = try file.next() {
                if isPaced { clock?.wait(until: frame.timestamp, stop) }
                if stop.isStopped { break }
                pipeline.worker.process(frame, file.bytes)
                WorkStage.reading.begin()
                if frame.timestamp >= lifeDue {
                    pipeline.lookAtLife(at: frame.timestamp)
                    lifeDue = frame.timestamp.advanced(byNanoseconds: pipeline.life.options.window)
                }
                chain.add(frame, file.bytes)
                let time = frame.timestamp
                ends.note(time, pipeline.worker)
                span = span.map { min($0.lowerBound, time)...max($0.upperBound, time) } ?? time...time
                // What comes from here on is new to the inventory; what came before is there.
                if earlier.compare(chain) { pipeline.renewInventory() }
                // Whoever reads it again after this process was killed knows the frames that were read.
                if chain.isAtMark { pipeline.report(drops: CaptureDrops(), content: chain.text) }
                if pipeline.worker.counters.packets & 0xFFF == 0 { progress(file.bytesConsumed, frame.number) }
            }
        } catch { result.error = error }
        progress(file.bytesConsumed, file.framesRead)
        ends.end(pipeline.worker)
        if isLast || stop.isStopped { pipeline.worker.finish() }
        // A capture whose alerts could not all be kept is to be read again.
        let isPartial = stop.isStopped || pipeline.hasLostAlerts()
        let status: RunStatus = isPartial ? .interrupted : result.error == nil ? .finished : .damaged
        result.statistics = pipeline.end(
            status, drops: CaptureDrops(), content: chain.text, span: span, ends: ends,
            hasInventory: earlier.hasInventory(chain.count))
        // The same capture as before, grown, cut, mended or packed otherwise; or put together with others.
        if !options.again { try pipeline.mergeRepeated(of: earlier.alike, near: earlier.near(span)) }
        return result
    }

    /// The size of a regular file; `nil` for anything else.
    private static func size(of path: String) -> Int64? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            attributes[.type] as? FileAttributeType == .typeRegular
        else { return nil }
        return attributes[.size] as? Int64
    }
}

/// Holds frames back so that they come as they were captured, times a factor.
struct SpeedClock: Sendable {
    private let factor: Double
    private var start: (capture: Timestamp, wall: ContinuousClock.Instant)?

    init(factor: Double) { self.factor = factor }

    /// Waits until the frame of that time is due.
    ///
    /// Ends early when told to stop.
    mutating func wait(until time: Timestamp, _ stop: StopSwitch) {
        guard let start else {
            self.start = (time, .now)
            return
        }
        // A century is as good as for ever, and a factor near 0 asks for more than any clock can count.
        let wait = min(Double(time.nanoseconds(since: start.capture)) / factor, 3.2e18)
        let due = start.wall + .nanoseconds(Int64(max(wait, 0)))
        while !stop.isStopped {
            let rest = ContinuousClock.now.duration(to: due)
            if rest <= .zero { return }
            let nap = min(rest, .milliseconds(50)).components
            usleep(UInt32(truncatingIfNeeded: nap.attoseconds / 1_000_000_000_000) | 1)
        }
    }
}
