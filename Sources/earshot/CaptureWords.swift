import ArgumentParser
import Capture
import Foundation
import Sensor

/// The words behind a command: captures, and behind them an expression as tcpdump takes it, in quotes or not.
struct CaptureWords {
    /// The captures: files, folders, `-`.
    let paths: [String]
    /// The expression; `nil` for none.
    let filter: String?

    /// The expression, compiled; `nil` for none.
    func packetFilter() throws(SensorError) -> PacketFilter? {
        do throws(CaptureError) {
            return try filter.map { text throws(CaptureError) in try PacketFilter(text) }
        } catch { throw SensorError(error) }
    }

    /// Words that begin an expression (pcap-filter(7)).
    ///
    /// Any other is a path, so that a name with a slip in it is told as a
    /// file that is not there, and never looked up as a host.
    private static let keywords: Set<String> = [
        "tcp", "udp", "sctp", "icmp", "icmp6", "ip", "ip6", "arp", "rarp", "ether", "wlan", "vlan", "mpls", "pppoes",
        "pppoed", "geneve", "host", "net", "port", "portrange", "src", "dst", "gateway", "proto", "protochain", "less",
        "greater", "broadcast", "multicast", "inbound", "outbound", "not", "!", "(", "len",
    ]

    /// Parts words; `named` are captures that options named before them, `filter` an expression that an option gave.
    init(_ words: [String], named: [String] = [], filter given: String? = nil) {
        let start =
            words.firstIndex { word in
                !FileManager.default.fileExists(atPath: word) && word != "-" && Self.beginsExpression(word)
            } ?? words.endIndex
        paths = named + words[..<start]
        filter = start < words.endIndex ? words[start...].joined(separator: " ") : given
    }

    private static func beginsExpression(_ word: String) -> Bool {
        let first = word.prefix { !$0.isWhitespace && !"[(=<>".contains($0) }
        return keywords.contains(first.isEmpty ? String(word.prefix(1)) : String(first))
    }
}

/// The captures that a command reads, and which of their frames: the same words and options for every command that does.
struct CaptureOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Capture files or folders, '-' for standard input; last, a filter as in tcpdump.", valueName: "path"),
        completion: .file())
    var words: [String] = []

    @Option(
        name: [.customShort("r"), .long],
        help: ArgumentHelp("A capture, as other tools name it. Repeatable.", valueName: "file"), completion: .file())
    var read: [String] = []

    @Option(help: ArgumentHelp("A filter expression, as in tcpdump.", valueName: "bpf"))
    var filter: String?

    /// The captures, and the expression, whether it was given as an option or by the last words.
    var found: CaptureWords { CaptureWords(words, named: read, filter: filter) }

    func validate() throws {
        if filter != nil, CaptureWords(words).filter != nil {
            throw ValidationError("give one filter: --filter or the last words")
        }
    }
}

/// Where a command gets its frames: captures, or interfaces.
struct FrameSourceOptions: ParsableArguments {
    @OptionGroup var files: CaptureOptions

    @Option(
        name: [.customShort("i"), .long], help: ArgumentHelp("Listen on an interface. Repeatable.", valueName: "iface"))
    var interface: [String] = []

    /// The captures, and the filter; with interfaces there is the filter only.
    var captures: CaptureWords { files.found }

    func validate() throws {
        let paths = captures.paths
        guard paths.isEmpty != interface.isEmpty else {
            throw ValidationError("name capture files, or interfaces with -i" + (paths.isEmpty ? "" : "; not both"))
        }
    }
}
