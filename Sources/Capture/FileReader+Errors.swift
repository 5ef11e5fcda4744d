import Bytes

extension FileReader {
    /// Reads enough to tell the format.
    mutating func readMagic() throws(CaptureError) -> CaptureFormat {
        let isEnough = try fill(4)
        if let format = CaptureFormat(window.unused) { return format }
        if !isEnough, window.available == 0 {
            let content = stream.isCompressed ? "holds nothing when decompressed" : "is empty"
            throw CaptureError(.emptyFile, source: stream.name, content)
        }
        // Some more bytes tell more, if there are any.
        _ = try? fill(16)
        if !stream.isCompressed, let format = CaptureFormat.hint(window.unused) {
            throw CaptureError(
                .unsupported, source: stream.name, "is a file in the format \(format), which is not read here")
        }
        throw CaptureError(
            .notACapture, source: stream.name, "not a capture file: begins with \(beginningText(window.unused))")
    }

    /// Names a place, in words that fit behind "at".
    func placeText(_ byte: UInt64) -> String {
        stream.isCompressed ? "byte \(byte) of the decompressed data" : "byte \(byte)"
    }

    /// The error of a file that ends within the next frame, which begins at `byte`.
    func frameCutShort(at byte: UInt64) -> CaptureError {
        let number = count &+ 1
        return CaptureError(
            .truncated, source: stream.name, "ends in the middle of frame \(number) at \(placeText(byte))",
            frame: number, byte: byte)
    }

    /// The error of a file that ends within something else than a frame.
    func cutShort(_ what: String, at byte: UInt64) -> CaptureError {
        CaptureError(
            .truncated, source: stream.name,
            "ends in the middle of \(what) at \(placeText(byte)), after frame \(count)",
            frame: count &+ 1, byte: byte)
    }

    /// The error of a frame, the next one, which begins at `byte` and contradicts itself or the file.
    func frameDamaged(at byte: UInt64, _ what: String) -> CaptureError {
        let number = count &+ 1
        return CaptureError(
            .damaged, source: stream.name, "frame \(number) at \(placeText(byte)) \(what)", frame: number, byte: byte)
    }

    /// The error of something else than a frame.
    func damaged(_ subject: String, at byte: UInt64, _ what: String) -> CaptureError {
        CaptureError(
            .damaged, source: stream.name, "\(subject) at \(placeText(byte)), after frame \(count), \(what)",
            frame: count &+ 1, byte: byte)
    }

    /// Reads until `count` bytes are there; false where the file ends.
    ///
    /// Says where, should the compressed data break.
    mutating func fill(_ count: Int) throws(CaptureError) -> Bool {
        if count <= window.available { return true }
        do throws(CaptureError) {
            return try window.fill(count, from: &stream)
        } catch {
            throw located(error)
        }
    }

    /// Adds the frame and byte that were being read to an error of the input.
    func located(_ error: CaptureError) -> CaptureError {
        guard error.frame == nil else { return error }
        var located = error
        located.frame = self.count &+ 1
        located.byte = window.position
        located.sentence += ", in frame \(self.count &+ 1) at \(placeText(window.position))"
        return located
    }
}
