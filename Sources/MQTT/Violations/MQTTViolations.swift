import Tables

/// The statements that one message broke, a bit each.
public typealias MQTTViolations = BitSet<MQTTViolation, UInt192Bits>

extension BitSet<MQTTViolation, UInt192Bits> {
    /// Calls `body` with the name of each broken statement, each name once: some statements share that of their section.
    func forEachName(_ version: MQTTVersion, _ type: MQTTPacketType, _ body: (StaticString) -> Void) {
        forEach { violation in
            let name = violation.name(version, type)
            var isNew = true
            forEach { other in
                guard other.rawValue < violation.rawValue else { return }
                if other.name(version, type).isSame(as: name) { isNew = false }
            }
            if isNew { body(name) }
        }
    }
}

extension StaticString {
    /// Whether both have the same bytes.
    fileprivate func isSame(as other: StaticString) -> Bool {
        withUTF8Buffer { own in other.withUTF8Buffer { own.elementsEqual($0) } }
    }
}
