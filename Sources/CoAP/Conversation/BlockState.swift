/// How a block stands to the body that it belongs to.
struct BlockState: Sendable {
    /// How a block stands to those before it.
    enum Place: UInt8, Sendable {
        case first, next, again, ahead, `repeat`, conflict

        /// The name, as `coap.block.sequence` shows it.
        var name: StaticString {
            switch self {
            case .first: "first"
            case .next: "next"
            case .again: "restart"
            case .ahead: "gap"
            case .repeat: "repeat"
            case .conflict: "conflict"
            }
        }
    }

    /// How it stands to those before it.
    var place: Place
    /// Where the body lies in its table.
    var slot: Int
    /// Whether the message makes the body whole, or is its last block while others are missing.
    var isEnd: Bool
}
