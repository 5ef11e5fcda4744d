import Glibc
import ProgramSupport
import TestSupport
import Testing

/// What real receivers make of tricks, by their own logs, against what the program reads of a capture of the same frames.
@Suite(.serialized, .needs(Receivers.obstacle))
struct ReceiverTests {
    @Test("Tricks played against Mosquitto, libcoap and Linux")
    func tricksPlayedAgainstReceivers() throws {
        let outcome = try run(
            Program.find("python3") ?? "python3", [Program.root + "/Tests/Peers/receivers.py", try Program.path()],
            limit: 100)
        let lines = outcome.lines
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(lines.filter { $0.hasPrefix("MIS") } == [])
        let played = lines.last?.split(separator: " ").first.flatMap { Int($0) } ?? 0
        #expect(played > 100, "\(lines.last ?? outcome.errorText)")
    }
}

/// What these tests need.
enum Receivers {
    /// Why the tricks cannot be played here; `nil` where they can.
    static let obstacle: String? = {
        if getuid() != 0 { return "not root: it makes network namespaces" }
        let wanted = ["mosquitto", "coap-server-notls", "tcpdump", "ip", "python3"].filter { Program.find($0) == nil }
        if !wanted.isEmpty { return "not installed: \(wanted.joined(separator: ", "))" }
        let name = "earshot-probe-\(getpid())"
        let ip = Program.find("ip") ?? "ip"
        guard (try? run(ip, ["netns", "add", name]))?.status == 0 else { return "network namespaces are not permitted" }
        _ = try? run(ip, ["netns", "del", name])
        return nil
    }()
}
