import Crypto
import Foundation

/// Tells one capture file from another without reading all of it.
public enum SourceDigest {
    /// SHA-256 over the length and 66 evenly spaced stretches of 64 KiB; small files count whole.
    ///
    /// It is `nil` where the file cannot be read or is no regular file. Two captures differ in their time stamps
    /// everywhere, so that the samples tell them apart; a whole digest of a capture of many gigabytes would cost as
    /// much as its replay.
    public static func of(file path: String) -> String? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            attributes[.type] as? FileAttributeType == .typeRegular,
            let size = attributes[.size] as? UInt64, let handle = FileHandle(forReadingAtPath: path)
        else { return nil }
        defer { try? handle.close() }
        var hasher = SHA256()
        hasher.update(data: Data("\(size)".utf8))
        let stretch: UInt64 = 65_536
        let stretches: UInt64 = 66
        if size <= stretch * stretches {
            guard let data = try? handle.readToEnd() else { return size == 0 ? hex(hasher) : nil }
            hasher.update(data: data)
            return hex(hasher)
        }
        for index in 0..<stretches {
            let offset = (size - stretch) * index / (stretches - 1)
            guard (try? handle.seek(toOffset: offset)) != nil, let data = try? handle.read(upToCount: Int(stretch))
            else { return nil }
            hasher.update(data: data)
        }
        return hex(hasher)
    }

    private static func hex(_ hasher: SHA256) -> String {
        hasher.finalize().map { String(format: "%02x", $0) }.joined()
    }
}
