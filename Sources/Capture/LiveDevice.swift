import CPcap
import Glibc
import Packets

/// One interface that libpcap has opened, without waiting.
final class LiveDevice {
    let name: String
    /// Becomes readable when there are frames.
    let descriptor: Int32
    let linkType: LinkType
    /// Whether the fraction of a time is in nanoseconds; otherwise in microseconds.
    let isNanosecond: Bool
    /// What the interface could not do as asked.
    let warning: String?
    /// Frames that were read.
    private(set) var frames: UInt64 = 0
    private let handle: OpaquePointer
    /// The 32-bit counters of libpcap at the last look, and the sums since the beginning.
    private var lastCounters = pcap_stat()
    private var sums = CaptureCounters()

    init(_ name: String, _ options: LiveCapture.Options) throws(CaptureError) {
        var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        guard let handle = pcap_create(name, &message) else {
            throw CaptureError(.captureFailed, source: name, pcapText(message))
        }
        do throws(CaptureError) {
            warning = try LiveDevice.activate(handle, name, options)
            if let filter = options.filter { try LiveDevice.setFilter(handle, name, filter) }
            guard pcap_setnonblock(handle, 1, &message) == 0 else {
                throw CaptureError(.captureFailed, source: name, pcapText(message))
            }
            descriptor = pcap_get_selectable_fd(handle)
            guard descriptor >= 0 else {
                throw CaptureError(.captureFailed, source: name, "the interface cannot be waited for")
            }
        } catch {
            pcap_close(handle)
            throw error
        }
        self.name = name
        self.handle = handle
        linkType = LinkType(dlt: pcap_datalink(handle))
        isNanosecond = pcap_get_tstamp_precision(handle) == PCAP_TSTAMP_PRECISION_NANO
    }

    deinit { pcap_close(handle) }

    /// The next frame, whose bytes are good until the next call; `nil` where there is none for now.
    func next() throws(CaptureError) -> (header: pcap_pkthdr, start: UnsafePointer<UInt8>)? {
        var header: UnsafeMutablePointer<pcap_pkthdr>?
        var start: UnsafePointer<UInt8>?
        let status = pcap_next_ex(handle, &header, &start)
        if status == 1, let header, let start {
            frames &+= 1
            return (header.pointee, start)
        }
        if status >= 0 { return nil }
        throw CaptureError(.interfaceDown, source: name, "capture ended: \(String(cString: pcap_geterr(handle)))")
    }

    /// What was counted since the interface was opened.
    func counters() -> CaptureCounters {
        var now = pcap_stat()
        guard pcap_stats(handle, &now) == 0 else { return sums }
        // Differences modulo 2^32, so that a counter that wraps goes on.
        sums.received &+= UInt64(now.ps_recv &- lastCounters.ps_recv)
        sums.droppedByKernel &+= UInt64(now.ps_drop &- lastCounters.ps_drop)
        sums.droppedByInterface &+= UInt64(now.ps_ifdrop &- lastCounters.ps_ifdrop)
        lastCounters = now
        return sums
    }
}
