import Bytes
import Glibc

extension CaptureError {
    /// The failure of a call of the system on `source`, with the number that the call left.
    static func system(_ number: Int32, _ action: String, source: String) -> CaptureError {
        switch number {
        case ENOENT, ENOTDIR:
            CaptureError(.noSuchFile, source: source, "no such file or folder")
        case EACCES, EPERM:
            CaptureError(.noPermission, source: source, "no permission to \(action) it")
        default:
            CaptureError(.unreadable, source: source, "cannot \(action) it: \(systemText(number))")
        }
    }
}

/// The system's text for an error number.
func systemText(_ number: Int32) -> String {
    guard let text = strerror(number) else { return "error \(number)" }
    return String(cString: text)
}

/// A count of bytes for people: `900 bytes`, `1.2 GB`.
func sizeText(_ bytes: UInt64) -> String {
    if bytes < 1000 { return bytes == 1 ? "1 byte" : "\(bytes) bytes" }
    var unit: UInt64 = 1000
    var names = ["kB", "MB", "GB", "TB", "PB", "EB"][...]
    while bytes / unit >= 1000, names.count > 1 {
        unit *= 1000
        names = names.dropFirst()
    }
    return "\(bytes / unit).\(bytes % unit / (unit / 10)) \(names.first ?? "")"
}

/// The first bytes of something unknown, as text where they are printable, otherwise in hexadecimal.
func beginningText(_ bytes: RawSpan) -> String {
    let shown = bytes.extracting(first: 16)
    var isText = true
    for offset in 0..<shown.byteCount where !(0x20...0x7E).contains(shown.byte(at: offset)) { isText = false }
    var text: [UInt8] = []
    if isText {
        text.append(UInt8(ascii: "\""))
        text.append(copying: shown)
        text.append(UInt8(ascii: "\""))
    } else {
        for offset in 0..<min(8, shown.byteCount) {
            if offset > 0 { text.append(UInt8(ascii: " ")) }
            text.append(hex: shown.byte(at: offset))
        }
    }
    return String(decoding: text, as: UTF8.self)
}
