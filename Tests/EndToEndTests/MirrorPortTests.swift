import ProgramSupport
import TestSupport
import Testing

/// The doctor at good and bad mirror ports, made in network namespaces, with a real broker and a real CoAP server behind them.
@Suite(.serialized, .needs(Receivers.obstacle))
struct MirrorPortTests {
    @Test("The true cause is named first at nine mirror ports") func theTrueCauseIsNamedFirst() throws {
        let outcome = try run(
            Program.find("python3") ?? "python3",
            [
                Program.root + "/Tests/Peers/mirror_ports.py", try Program.path(), "--seconds", "4", "healthy",
                "to-servers-only", "truncated", "tagged-one-way", "no-traffic", "ordinary-port", "duplicates",
                "coap-loss-20", "offloaded",
            ], limit: 100)
        #expect(outcome.lines.filter { $0.hasPrefix("WRONG") } == [])
        #expect(outcome.lines.last == "9 ports, 0 wrong", "\(outcome.text)\(outcome.errorText)")
        #expect(outcome.status == 0)
    }
}
