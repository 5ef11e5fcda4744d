import Bytes
import Events

/// Names one direction of a connection in the table.
struct StreamName: Hashable, Sendable {
    var index: Int
    var direction: Direction
}

/// Octets that wait, a buffer for each direction that needs one. What counts is capacity: that is what memory is taken
/// up by.
struct WaitingOctets {
    private var buffers: [[UInt8]] = []
    private var owners: [StreamName?] = []
    private var free: [Int32] = []
    /// Where the search for a direction that has to give way goes on.
    private var hand = 0
    /// Octets of memory that are taken up.
    private(set) var totalBytes = 0

    /// Moves the buffer of a number out, which is then nobody's.
    mutating func take(_ number: inout Int32) -> [UInt8] {
        guard number >= 0 else { return [] }
        var buffer: [UInt8] = []
        swap(&buffer, &buffers[Int(number)])
        totalBytes -= buffer.capacity
        owners[Int(number)] = nil
        free.append(number)
        number = -1
        return buffer
    }

    /// How many octets a buffer holds.
    func count(of number: Int32) -> Int { number >= 0 ? buffers[Int(number)].count : 0 }

    /// Keeps a buffer; gives its number.
    mutating func put(_ buffer: consuming [UInt8], of name: StreamName) -> Int32 {
        var buffer = buffer
        // The room of much is not kept for little.
        if buffer.capacity > 1024, buffer.count < buffer.capacity / 4 { buffer = buffer.map { $0 } }
        totalBytes += buffer.capacity
        if let number = free.popLast() {
            buffers[Int(number)] = buffer
            owners[Int(number)] = name
            return number
        }
        buffers.append(buffer)
        owners.append(name)
        return Int32(truncatingIfNeeded: buffers.count - 1)
    }

    /// The direction whose turn it is to give way; `nil` where none has anything.
    mutating func victim() -> StreamName? {
        for _ in buffers.indices {
            hand = hand + 1 < buffers.count ? hand + 1 : 0
            if let owner = owners[hand] { return owner }
        }
        return nil
    }
}
