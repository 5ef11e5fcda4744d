import Bytes

extension String {
    /// The text as the store can hold it: U+0000 becomes U+FFFD.
    ///
    /// SQLite's C interface ends a text at its first zero, so a client identifier `admin\0x` would be stored and shown as
    /// `admin`. The event's JSON keeps the character, escaped.
    var storable: String {
        guard utf8.span.bytes.holds(0) else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : $0 }))
    }
}
