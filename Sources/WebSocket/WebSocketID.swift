/// Names a connection of a table. The name of a closed connection is not given to another one.
public struct WebSocketID: Hashable, Sendable {
    let index: UInt32
    let generation: UInt32

    init(index: UInt32, generation: UInt32) {
        self.index = index
        self.generation = generation
    }

    /// The name that `rawValue` stood for.
    public init(rawValue: Int64) {
        index = UInt32(truncatingIfNeeded: rawValue)
        generation = UInt32(truncatingIfNeeded: rawValue >> 32)
    }

    /// The name as a number that is not negative, for whoever keeps it in a table of flows.
    public var rawValue: Int64 { Int64(generation & 0x7FFF_FFFF) << 32 | Int64(index) }
}
