import Bytes
import Foundation

/// Finds the frames of a spill file; passes over what is damaged.
struct SpillReader {
    /// A frame whose checksum is right.
    struct Frame {
        /// The record.
        let body: [UInt8]
        /// Where the next frame begins.
        let end: UInt64
        /// Whether bytes before it had to be passed over.
        let followsDamage: Bool
    }

    let file: FileHandle
    /// Length of the file, in bytes.
    let length: UInt64

    /// The first good frame at or behind `start`; `nil` where there is none up to the end of the file.
    func frame(from start: UInt64) throws -> Frame? {
        var position = start
        while position < length {
            if let body = try body(at: position) {
                let end = position + UInt64(SpillFrame.headerLength + body.count)
                return Frame(body: body, end: end, followsDamage: position > start)
            }
            guard let next = try mark(from: position + 1) else { return nil }
            position = next
        }
        return nil
    }

    private func body(at position: UInt64) throws -> [UInt8]? {
        let header = try read(SpillFrame.headerLength, at: position)
        guard header.count == SpillFrame.headerLength, header.starts(with: SpillFrame.mark) else { return nil }
        let count = Int(header.span.bytes.uint32(at: 4))
        let available = length - position - UInt64(SpillFrame.headerLength)
        guard count <= SpillFrame.maximumLength, UInt64(count) <= available else { return nil }
        let body = try read(count, at: position + UInt64(SpillFrame.headerLength))
        return body.count == count && crc32(body) == header.span.bytes.uint32(at: 8) ? body : nil
    }

    private func mark(from start: UInt64) throws -> UInt64? {
        var position = start
        while position < length {
            let chunk = try read(65_536, at: position)
            guard chunk.count >= SpillFrame.mark.count else { return nil }
            for offset in 0...(chunk.count - SpillFrame.mark.count)
            where chunk[offset] == SpillFrame.mark[0] && chunk[offset...].starts(with: SpillFrame.mark) {
                return position + UInt64(offset)
            }
            position += UInt64(chunk.count - SpillFrame.mark.count + 1)
        }
        return nil
    }

    private func read(_ count: Int, at position: UInt64) throws -> [UInt8] {
        try file.seek(toOffset: position)
        return [UInt8](try file.read(upToCount: count) ?? Data())
    }
}
