import Foundation
import Glibc
import ProgramSupport

/// tcpdump on the loopback interface.
final class Recording {
    let folder: TemporaryFolder
    /// Where it writes; whole once `end` came back.
    let capture: String
    private let marker: Marker
    private let process: Background

    /// Starts it and waits until it listens.
    ///
    /// - Parameter marker: Whose datagrams are recorded as well; one of its own where it is `nil`.
    init(_ filter: String, marker: Marker? = nil) throws {
        folder = try TemporaryFolder()
        capture = folder.file("recorded.pcap")
        self.marker = try marker ?? Marker()
        process = try Background(
            Program.find("tcpdump") ?? "tcpdump",
            ["-i", "lo", "-U", "--immediate-mode", "-B", "16384", "-w", capture]
                + (getuid() == 0 ? ["-Z", "root"] : []) + [self.marker.besides(filter)])
        try process.waitForErrorText("listening on lo")
    }

    /// Ends it once it has written what was sent until now.
    ///
    /// - Parameter last: What was sent last, if that stands in the capture in one piece; else a marker is sent.
    /// - Returns: The path of the capture.
    @discardableResult
    func end(after last: [UInt8]? = nil) throws -> String {
        let wanted = Data(try last ?? marker.note())
        guard try wait(20, for: { try Data(contents(capture)).range(of: wanted) != nil }) else {
            throw NotSeen(what: "the last datagram in \(capture); tcpdump said: \(process.errorText)", seconds: 20)
        }
        _ = try process.end(SIGINT)
        return capture
    }
}
