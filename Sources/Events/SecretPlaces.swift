import Bytes

/// Where secrets stand in a message: the first few, the rest hidden with the last.
public struct SecretPlaces: Sendable {
    /// A secret.
    public struct Place: BitwiseCopyable, Sendable {
        /// Its bytes.
        public var range = ByteRange.empty
        /// Its kind, a number that whoever found it gave out.
        public var kind: UInt16 = 0
    }

    /// How many are told apart.
    public static var room: Int { 6 }

    private var places = InlineArray<6, Place>(repeating: Place())
    /// How many there are.
    public private(set) var count = 0

    /// None.
    public init() {}

    /// The secret of that number.
    public subscript(index: Int) -> Place { places[index] }

    /// Adds a secret; one that overlaps another is joined with it.
    public mutating func add(_ range: ByteRange, kind: UInt16) {
        guard !range.isEmpty else { return }
        for index in 0..<count where range.offset < places[index].range.end && places[index].range.offset < range.end {
            return widen(index, range)
        }
        guard count < Self.room else { return widen(count - 1, range) }
        places[count] = Place(range: range, kind: kind)
        count += 1
    }

    private mutating func widen(_ index: Int, _ range: ByteRange) {
        let start = min(places[index].range.offset, range.offset)
        let end = max(places[index].range.end, range.end)
        places[index].range = ByteRange(offset: start, count: end - start)
    }

    /// Gives the secret that lies in a range another kind.
    public mutating func rename(_ range: ByteRange, kind: UInt16) {
        for index in 0..<count where places[index].range.offset == range.offset { places[index].kind = kind }
    }

    /// Whether any secret lies in a range, if only in part.
    public func touches(_ range: ByteRange) -> Bool {
        for index in 0..<count where places[index].range.offset < range.end && range.offset < places[index].range.end {
            return true
        }
        return false
    }

    /// The first secret that ends behind an offset; `nil` where there is none.
    public func first(behind offset: Int) -> ByteRange? {
        var found: ByteRange?
        for index in 0..<count where places[index].range.end > offset {
            if found.map({ places[index].range.offset < $0.offset }) ?? true { found = places[index].range }
        }
        return found
    }

    /// Appends a part of a message with `<n bytes>` in place of each secret in it.
    public func copy(_ message: RawSpan, _ range: ByteRange, to text: inout [UInt8]) {
        var offset = range.offset
        while offset < range.end, let secret = first(behind: offset), secret.offset < range.end {
            if secret.offset > offset {
                text.append(copying: message.slice(ByteRange(offset: offset, count: secret.offset - offset)))
            }
            text.append(text: "<")
            let hidden = min(secret.end, range.end) - max(secret.offset, offset)
            text.append(decimal: hidden)
            text.append(text: hidden == 1 ? " byte>" : " bytes>")
            offset = min(range.end, max(secret.end, offset + 1))
        }
        text.append(copying: message.slice(ByteRange(offset: offset, count: range.end - offset)))
    }

    /// The same secrets in a buffer in which the first of their bytes lies so far from the start.
    public func moved(by offset: Int) -> SecretPlaces {
        var moved = self
        for index in 0..<count { moved.places[index].range.offset += offset }
        return moved
    }
}
