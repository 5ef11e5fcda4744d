import Capture
import Packets

/// Finds captures all of whose frames another one of the same replay begins with: an older copy of one that has grown, or the
/// same one packed otherwise.
///
/// Whoever read both would take the second for a repetition of the first on the wire.
enum ContainedCaptures {
    /// The captures among `paths` that need not be read, by their places.
    ///
    /// Only those that begin with the same frame are read for this.
    static func find(_ paths: [(place: Int, path: String)], stop: StopSwitch) -> Set<Int> {
        var groups: [String: [(place: Int, path: String)]] = [:]
        for item in paths {
            guard let first = chain(item.path, stop, limit: 1), first.count == 1 else { continue }
            groups[first.mark, default: []].append(item)
        }
        var contained: Set<Int> = []
        for group in groups.values where group.count > 1 { contained.formUnion(find(in: group, stop)) }
        return contained
    }

    private static func find(in group: [(place: Int, path: String)], _ stop: StopSwitch) -> Set<Int> {
        let ends = group.compactMap { item in chain(item.path, stop).map { (place: item.place, end: $0) } }
        var contained: Set<Int> = []
        for (place, path) in group where !contained.contains(place) {
            let others = ends.filter { $0.place != place && !contained.contains($0.place) }
            let counts = Set(others.map(\.end.count))
            var marks: Set<String> = []
            _ = chain(path, stop) { if counts.contains($0.count) { marks.insert($0.mark) } }
            for other in others where marks.contains(other.end.mark) { contained.insert(other.place) }
        }
        return contained
    }

    /// What the frames of a file come to, of a broken one up to the damage; `nil` where it cannot be opened.
    private static func chain(
        _ path: String, _ stop: StopSwitch, limit: UInt64 = .max, each: (FrameChain) -> Void = { _ in }
    ) -> FrameChain? {
        var chain = FrameChain()
        do throws(CaptureError) {
            var file = try CaptureFile.open(path, stop: stop)
            while chain.count < limit, !stop.isStopped, let frame = try file.next() {
                chain.add(frame, file.bytes)
                each(chain)
            }
        } catch {
            // What is wrong with it is said when it is read.
            return chain.count > 0 ? chain : nil
        }
        return chain
    }
}
