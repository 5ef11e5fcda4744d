import Capture

/// Says once a minute what was dropped of an interface, as long as something is.
struct DropLog: Sendable {
    private static let interval: Int64 = 60_000_000_000

    private var last: [String: CaptureCounters] = [:]
    private var due: Int64 = 0
    private let bufferMebibytes: Int

    /// A log for interfaces with kernel buffers of that size.
    init(bufferBytes: Int) { bufferMebibytes = bufferBytes >> 20 }

    /// Takes what the interfaces counted until `time`, in nanoseconds; gives lines for the log.
    mutating func take(_ interfaces: [InterfaceStatus], at time: Int64) -> [String] {
        if due == 0 { due = time + Self.interval }
        guard time >= due else { return [] }
        due = time + Self.interval
        var lines: [String] = []
        for interface in interfaces {
            let before = last[interface.name] ?? CaptureCounters()
            last[interface.name] = interface.counters
            let kernel =
                interface.counters.droppedByKernel - min(before.droppedByKernel, interface.counters.droppedByKernel)
            let card =
                interface.counters.droppedByInterface
                - min(before.droppedByInterface, interface.counters.droppedByInterface)
            // The kernel's count of received frames includes those that it then dropped (packet(7), PACKET_STATISTICS).
            let received = interface.counters.received - min(before.received, interface.counters.received)
            if kernel > 0 { lines.append("\(interface.name): \(kernelText(kernel, of: received))") }
            if card > 0 {
                lines.append(
                    "\(interface.name): the interface or its driver dropped \(card) frames in the last minute, before "
                        + "the kernel saw them; larger rings of the card help (ethtool -G)")
            }
        }
        return lines
    }

    private func kernelText(_ dropped: UInt64, of received: UInt64) -> String {
        let share = received > 0 ? Double(dropped) * 100 / Double(max(received, dropped)) : 100
        let shown = (share * 10).rounded() / 10
        let larger = min(2047, max(bufferMebibytes * 4, 64))
        let advice =
            bufferMebibytes >= 512
            ? "filter what need not be read, or capture on a faster machine"
            : "capture_buffer_mebibytes (or -B) of \(larger) holds longer bursts; a filter leaves out what need not be read"
        return "the kernel dropped \(dropped) of \(received) frames (\(shown) %) in the last minute: its buffer of "
            + "\(bufferMebibytes) MiB was full, since frames came faster than they were read; \(advice)"
    }
}
