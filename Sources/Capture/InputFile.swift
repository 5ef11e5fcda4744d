import Glibc

/// An open file, pipe or standard input, read from the start to the end.
struct InputFile: ~Copyable {
    private let descriptor: Int32
    private let isOwned: Bool
    private let stop: StopSwitch?
    /// The path, or `standard input`.
    let name: String
    /// Whether this is a regular file, whose size is known.
    let isRegular: Bool
    /// The size when it was opened, in bytes; `nil` for what is not a regular file.
    let size: Int64?
    /// How many bytes were read.
    private(set) var bytesRead: Int64 = 0

    /// Opens `path`, or standard input for `-`.
    init(path: String, stop: StopSwitch? = nil) throws(CaptureError) {
        let isInput = path == "-"
        let name = isInput ? "standard input" : path
        let descriptor = isInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw .system(errno, "open", source: name) }
        var status = stat()
        if let error = InputFile.objection(to: descriptor, name, &status) {
            if !isInput { close(descriptor) }
            throw error
        }
        self.descriptor = descriptor
        self.name = name
        self.stop = stop
        isOwned = !isInput
        isRegular = status.st_mode & S_IFMT == S_IFREG
        size = isRegular ? Int64(status.st_size) : nil
        if isRegular { posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL) }
    }

    /// Why an open descriptor cannot be a capture, if so.
    private static func objection(to descriptor: Int32, _ name: String, _ status: inout stat) -> CaptureError? {
        guard fstat(descriptor, &status) == 0 else { return .system(errno, "open", source: name) }
        if status.st_mode & S_IFMT == S_IFDIR {
            return CaptureError(.unreadable, source: name, "is a folder, not a file")
        }
        if isatty(descriptor) == 1 {
            return CaptureError(.unreadable, source: name, "is a terminal; send a capture through a pipe")
        }
        return nil
    }

    deinit { if isOwned { close(descriptor) } }

    /// Reads what is there, up to the size of `space`; 0 at the end or when stopped.
    mutating func read(into space: UnsafeMutableRawBufferPointer) throws(CaptureError) -> Int {
        while true {
            guard isRegular || awaitInput() else { return 0 }
            let count = Glibc.read(descriptor, space.baseAddress, space.count)
            if count >= 0 {
                bytesRead += Int64(count)
                return count
            }
            let number = errno
            switch number {
            case EINTR: continue
            case EAGAIN: _ = waitBriefly()
            default: throw .system(number, "read", source: name)
            }
        }
    }

    /// Waits until something can be read; false when stopped.
    private func awaitInput() -> Bool {
        guard let stop else { return true }
        while !stop.isStopped {
            if waitBriefly() { return !stop.isStopped }
        }
        return false
    }

    /// Waits up to 100 ms; true once reading would not wait.
    private func waitBriefly() -> Bool {
        var waits = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stop?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        return poll(&waits, 2, 100) > 0 && waits[0].revents != 0
    }
}
