import Glibc

/// Finds out, once a second, whether interfaces are still up.
///
/// libpcap tells when an interface disappears, but waits in silence while one is down.
struct InterfaceWatch {
    private var lastLook = InterfaceWatch.now()

    /// The first of `names` that is not up; `nil` where all are, and between two looks.
    mutating func firstDown(of names: [String]) -> String? {
        let now = InterfaceWatch.now()
        guard now != lastLook else { return nil }
        lastLook = now
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return nil }
        defer { freeifaddrs(first) }
        var down: Set<String> = []
        var next = first
        while let entry = next {
            if entry.pointee.ifa_flags & UInt32(IFF_UP) == 0 {
                down.insert(String(cString: entry.pointee.ifa_name))
            }
            next = entry.pointee.ifa_next
        }
        return names.first { down.contains($0) }
    }

    /// Whole seconds of a clock that only goes forward.
    private static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return time.tv_sec
    }
}
