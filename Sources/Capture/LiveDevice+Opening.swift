import CPcap
import Glibc

extension LiveDevice {
    /// Sets the options and activates; gives what could not be done as asked, if anything.
    static func activate(
        _ handle: OpaquePointer, _ name: String, _ options: LiveCapture.Options
    ) throws(CaptureError) -> String? {
        pcap_set_snaplen(handle, Int32(clamping: options.snapLength))
        pcap_set_promisc(handle, options.isPromiscuous ? 1 : 0)
        pcap_set_buffer_size(handle, Int32(clamping: options.bufferSize))
        pcap_set_timeout(handle, LiveCapture.tickMilliseconds)
        // Not every device can; the precision that came out is asked for afterwards.
        pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO)
        let status = pcap_activate(handle)
        if status == 0 { return nil }
        let detail = String(cString: pcap_geterr(handle))
        guard status < 0 else {
            return detail.isEmpty ? String(cString: pcap_statustostr(status)) : detail
        }
        throw activationError(status, name, detail)
    }

    private static func activationError(_ status: Int32, _ name: String, _ detail: String) -> CaptureError {
        let reason = detail.isEmpty ? String(cString: pcap_statustostr(status)) : detail
        switch status {
        case PCAP_ERROR_NO_SUCH_DEVICE:
            return CaptureError(.noSuchInterface, source: name, "no such interface; \(availableText())")
        case PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED:
            return CaptureError(
                .noPermission, source: name,
                "no permission to capture; run `sudo setcap cap_net_raw=eip \(programPath())` once, or run as root")
        case PCAP_ERROR_IFACE_NOT_UP:
            return CaptureError(
                .interfaceDown, source: name, "the interface is down; bring it up with `ip link set \(name) up`")
        default:
            return CaptureError(.captureFailed, source: name, "cannot capture: \(reason)")
        }
    }

    /// The interfaces that there are, in words.
    private static func availableText() -> String {
        guard let all = try? NetworkInterface.all(), !all.isEmpty else { return "none can be seen" }
        return "there are: " + all.map(\.name).joined(separator: ", ")
    }

    /// The path of the running program.
    private static func programPath() -> String {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        return count > 0 ? pcapText(path) : "PROGRAM"
    }

    /// Compiles the filter and hands it to the kernel.
    static func setFilter(_ handle: OpaquePointer, _ name: String, _ expression: String) throws(CaptureError) {
        var program = bpf_program()
        guard pcap_compile(handle, &program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0 else {
            throw CaptureError(
                .badFilter, source: name,
                "the filter \"\(expression)\" is wrong: \(String(cString: pcap_geterr(handle)))")
        }
        defer { pcap_freecode(&program) }
        guard pcap_setfilter(handle, &program) == 0 else {
            throw CaptureError(.captureFailed, source: name, String(cString: pcap_geterr(handle)))
        }
    }
}
