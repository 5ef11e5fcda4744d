import Alerts
import CKafka
import Foundation
import Network

/// Far ends and stores for tests of the forwarder.
///
///     ForwardPeers store PATH COUNT [--first N] [--sensor NAME] [--rate N] [--remove N] [--grow]
///     ForwardPeers consume TOPIC BROKERS     prints each message of a topic as a line
///     ForwardPeers cluster TOPIC COUNT       mock Kafka: prints its address; then "down N", "up N" on standard input
let arguments = Array(CommandLine.arguments.dropFirst())

func option(_ name: String) -> String? {
    arguments.firstIndex(of: name).flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil }
}

switch arguments.first {
case "store" where arguments.count >= 3:
    try StoreMaker(
        path: arguments[1], count: Int(arguments[2]) ?? 0, first: option("--first").flatMap { Int($0) } ?? 1,
        sensor: option("--sensor") ?? "sensor-1", rate: option("--rate").flatMap { Int($0) },
        repeats: option("--grow").flatMap { Int($0) } ?? 0
    ).run()
case "cluster" where arguments.count >= 3:
    MockCluster(topic: arguments[1], brokers: Int32(arguments[2]) ?? 3).run()
case "consume" where arguments.count >= 3:
    guard let reader = kafka_reader_new(arguments[2], arguments[1]) else { exit(70) }
    var bytes = [UInt8](repeating: 0, count: 2 << 20)
    while true {
        let length = kafka_read(reader, &bytes, bytes.count, 1000)
        guard length > 0 else { continue }
        bytes[length] = UInt8(ascii: "\n")
        guard write(STDOUT_FILENO, bytes, length + 1) == length + 1 else { exit(0) }
    }
default:
    FileHandle.standardError.write(Data("ForwardPeers: store PATH COUNT, or cluster TOPIC BROKERS\n".utf8))
    exit(64)
}
