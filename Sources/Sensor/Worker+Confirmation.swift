import Flows

/// From "looks like MQTT" to "is MQTT". A CONNECT may come from anybody who can send a packet; until something bears it
/// out, its flow is among the first to go when the table is full, so that a flood of them costs no live session.
extension Worker where Sink: ~Copyable {
    /// Messages of one end alone that are proof enough, where the other end is not seen.
    private static var messagesOfOneEnd: UInt8 { 3 }

    /// Notes that an end sent a message: a CONNECT that meets its CONNACK is proof, and so is any pair of messages from
    /// both ends, or several from one.
    mutating func noteHeard(_ slot: Int, _ side: Side) {
        let end: UInt8 = side == .first ? 0x40 : 0x80
        let heard = min(streams.table[slot].heard & 0x3F, 0x3E) + 1 | streams.table[slot].heard & 0xC0 | end
        streams.table[slot].heard = heard
        if heard & 0xC0 == 0xC0 || heard & 0x3F >= Self.messagesOfOneEnd { confirm(slot) }
    }

    /// Takes a flow for MQTT beyond doubt.
    mutating func confirm(_ slot: Int) {
        counters.confirmedMQTT &+= 1
        streams.table.setEstablished(true, slot: slot)
    }
}
