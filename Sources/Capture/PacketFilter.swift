import CPcap
import Packets

/// A filter expression of libpcap (pcap-filter(7)) for the frames of files, compiled once for each link type.
///
/// One filter may serve many files, one after another, on one thread.
public final class PacketFilter {
    /// The expression as it was given.
    public let expression: String
    private var programs: [Program] = []

    /// Compiles `expression`.
    ///
    /// - Throws: `badFilter` with libpcap's message where the expression fits no link type. Names of hosts and networks
    ///   in it are looked up by libpcap.
    public init(_ expression: String) throws(CaptureError) {
        self.expression = expression
        var failure: CaptureError?
        // What is wrong on Ethernet may be right elsewhere: 802.11, cooked, raw IP.
        for linkType in [LinkType.ethernet, LinkType(rawValue: 105), .linuxSLL, .raw] {
            do throws(CaptureError) {
                programs.append(try Program(expression, linkType))
                return
            } catch {
                if failure == nil { failure = error }
            }
        }
        if let failure { throw failure }
    }

    /// Whether a frame passes.
    ///
    /// - Throws: `badFilter` where the expression does not fit the frame's link type.
    public func matches(_ header: FrameHeader, _ bytes: RawSpan) throws(CaptureError) -> Bool {
        for program in programs where program.linkType == header.linkType { return program.matches(header, bytes) }
        let program = try Program(expression, header.linkType)
        programs.append(program)
        return program.matches(header, bytes)
    }
}

/// An expression compiled for one link type.
private final class Program {
    let linkType: LinkType
    private let code: UnsafeMutablePointer<bpf_program>

    init(_ expression: String, _ linkType: LinkType) throws(CaptureError) {
        guard let handle = pcap_open_dead(linkType.dlt, Int32(maximumFrameLength)) else {
            throw CaptureError(.captureFailed, source: "", "no memory to compile a filter")
        }
        defer { pcap_close(handle) }
        var program = bpf_program()
        guard pcap_compile(handle, &program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0 else {
            throw CaptureError(
                .badFilter, source: "",
                "the filter \"\(expression)\" is wrong for \(linkType.name) frames: \(String(cString: pcap_geterr(handle)))"
            )
        }
        self.linkType = linkType
        code = .allocate(capacity: 1)
        code.initialize(to: program)
    }

    deinit {
        pcap_freecode(code)
        code.deallocate()
    }

    func matches(_ header: FrameHeader, _ bytes: RawSpan) -> Bool {
        var length = pcap_pkthdr()
        length.caplen = UInt32(truncatingIfNeeded: bytes.byteCount)
        length.len = UInt32(truncatingIfNeeded: header.originalLength)
        return bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress else { return false }
            return pcap_offline_filter(code, &length, start.assumingMemoryBound(to: UInt8.self)) != 0
        }
    }
}
