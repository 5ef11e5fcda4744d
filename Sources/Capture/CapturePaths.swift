import Glibc

/// The capture files that paths stand for.
public struct CapturePaths: Hashable, Sendable {
    /// The files, in the order in which the paths were given; of a folder sorted by name.
    ///
    /// `-` is standard input.
    public private(set) var files: [String] = []
    /// How many files in folders do not look like captures and were left out.
    public private(set) var skipped = 0
    /// What in folders could not be looked at: no permission, or a name that is not UTF-8.
    public private(set) var unreadable: [String] = []
    private var visited: Set<FileIdentity> = []

    /// Looks at `paths`: a file stands for itself whatever it holds, a folder for the captures in it and in its folders.
    ///
    /// A file in a folder is taken by its content, or by a name that ends in `.pcap`, `.pcapng`, `.cap` or `.dmp`, each
    /// also with `.gz` or `.zst`. Symbolic links are followed; no folder is entered twice.
    ///
    /// - Throws: Where a path does not exist or a folder that was named cannot be read.
    public init(_ paths: [String]) throws(CaptureError) {
        for path in paths {
            var status = stat()
            if path != "-" {
                guard stat(path, &status) == 0 else { throw .system(errno, "open", source: path) }
                if status.st_mode & S_IFMT == S_IFDIR {
                    guard addFolder(path, FileIdentity(status)) else { throw .system(errno, "read", source: path) }
                    continue
                }
            }
            files.append(path)
        }
    }

    private mutating func addFolder(_ root: String, _ identity: FileIdentity) -> Bool {
        visited.insert(identity)
        guard let entries = list(root) else { return false }
        // A list of what is still to be looked at, the next one last, so that deep folders need no deep stack.
        var pending = Array(entries.reversed())
        while let path = pending.popLast() {
            var status = stat()
            guard stat(path, &status) == 0 else {
                unreadable.append(path)
                continue
            }
            switch status.st_mode & S_IFMT {
            case S_IFDIR:
                guard visited.insert(FileIdentity(status)).inserted else { continue }
                guard let entries = list(path) else {
                    unreadable.append(path)
                    continue
                }
                pending += entries.reversed()
            case S_IFREG: addFile(path)
            default: skipped += 1
            }
        }
        return true
    }

    private mutating func addFile(_ path: String) {
        if hasCaptureName(path) {
            files.append(path)
            return
        }
        switch looksLikeCapture(path) {
        case .some(true): files.append(path)
        case .some(false): skipped += 1
        case .none: unreadable.append(path)
        }
    }

    /// The paths of what is in a folder, sorted by the bytes of the names; `nil` where it cannot be read.
    private mutating func list(_ folder: String) -> [String]? {
        guard let handle = opendir(folder) else { return nil }
        defer { closedir(handle) }
        let prefix = folder.hasSuffix("/") ? folder : folder + "/"
        var names: [String] = []
        while let entry = readdir(handle) {
            let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
            let start = (UnsafeRawPointer(entry) + nameOffset).assumingMemoryBound(to: CChar.self)
            guard let name = String(validatingCString: start) else {
                unreadable.append(prefix + String(cString: start))
                continue
            }
            if name != ".", name != ".." { names.append(name) }
        }
        names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return names.map { prefix + $0 }
    }
}

/// What tells one file from another, whatever its path.
private struct FileIdentity: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }
}

/// Whether a path leads to a regular file.
func isRegularFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}

/// Whether the name is one that captures have.
private func hasCaptureName(_ path: String) -> Bool {
    var name = path.lowercased()[...]
    for ending in [".gz", ".zst"] where name.hasSuffix(ending) { name = name.dropLast(ending.utf8.count) }
    return [".pcap", ".pcapng", ".cap", ".dmp"].contains { name.hasSuffix($0) }
}

/// Whether the content begins as a capture does, decompressed if need be; `nil` where it cannot be read.
private func looksLikeCapture(_ path: String) -> Bool? {
    do throws(CaptureError) {
        var stream = try InputStream(try InputFile(path: path))
        let space = UnsafeMutableRawBufferPointer.allocate(byteCount: 4, alignment: 4)
        defer { space.deallocate() }
        var count = 0
        while count < 4 {
            let read = try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: space[count...]))
            if read == 0 { return false }
            count += read
        }
        return CaptureFormat(space.bytes) != nil
    } catch {
        return error.code == .badCompression ? false : nil
    }
}
