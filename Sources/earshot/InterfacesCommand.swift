import Alerts
import ArgumentParser
import Capture
import Engine
import Events
import Foundation
import Network
import Packets
import Sensor

/// `earshot interfaces`: lists what can be listened on, and what comes by there.
struct InterfacesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "interfaces",
        abstract: "List interfaces, and what they carry.",
        discussion: """
            State, addresses, speed and driver come from the kernel; what frames begin with, and with --look what comes by \
            in so many seconds, needs the right to capture. Nothing is sent, and promiscuous mode is left when the look \
            is over.

            EXAMPLES
              earshot interfaces
              earshot interfaces --look 5
              earshot interfaces --look 5 eth1
            """)

    @Option(help: ArgumentHelp("Count what comes by in so many seconds.", valueName: "seconds"))
    var look: Int?

    @Flag(help: "One JSON object a line for each interface.")
    var json = false

    @Argument(help: ArgumentHelp("Only these interfaces.", valueName: "iface"))
    var names: [String] = []

    func validate() throws {
        if let look, !(1...3600).contains(look) { throw ValidationError("--look wants 1 to 3600 seconds") }
    }

    func run() throws {
        Signals.install()
        try failing { () throws(SensorError) in
            var rows: [InterfaceRow] = []
            do throws(CaptureError) {
                let all = try NetworkInterface.all()
                for name in names where !all.contains(where: { $0.name == name }) {
                    let known = all.map(\.name).joined(separator: ", ")
                    throw CaptureError(.noSuchInterface, source: name, "no such interface; there are: \(known)")
                }
                rows = all.filter { names.isEmpty ? $0.name != "any" : names.contains($0.name) }
                    .map { InterfaceRow($0) }
                if let look { try InterfaceLook(rows.filter(\.isOpen).map(\.name)).run(seconds: look, into: &rows) }
            } catch { throw SensorError(error) }
            var output = Output()
            for row in rows { output.line(json ? row.json : row.text) }
            try output.end()
            if let obstacle = rows.lazy.compactMap(\.obstacle).first { Terminal.log("earshot: \(obstacle)") }
        }
    }
}

/// An interface in the list.
struct InterfaceRow {
    let interface: NetworkInterface
    let details: InterfaceDetails
    let linkType: LinkType?
    /// Why it cannot be captured on.
    let obstacle: CaptureError?
    /// What came by: frames, and messages by the name of the protocol; `nil` without a look.
    var seen: (frames: UInt64, messages: [(name: String, count: UInt64)])?

    var name: String { interface.name }
    /// Whether frames can be captured.
    var isOpen: Bool { linkType != nil }

    init(_ interface: NetworkInterface) {
        self.interface = interface
        details = InterfaceDetails(of: interface.name)
        var type: LinkType?
        var problem: CaptureError?
        do throws(CaptureError) { type = try InterfaceDetails.linkType(of: interface.name) } catch {
            // Of one that is down its state says it all.
            if error.code != .interfaceDown { problem = error }
        }
        (linkType, obstacle) = (type, problem)
    }

    private static func text(_ mac: MACAddress) -> String {
        var text: [UInt8] = []
        mac.write(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private var stateText: String {
        switch details.state {
        case .up?: "up"
        case .noLink?: "no link"
        case .down?: "down"
        case .missing?, .failed?, nil: interface.isUp ? "up" : "-"
        }
    }

    /// Two lines: name, state, hardware; below it the addresses and what came by.
    var text: String {
        var first = [name.padding(toLength: max(15, name.count), withPad: " ", startingAt: 0)]
        first.append(stateText.padding(toLength: 7, withPad: " ", startingAt: 0))
        if let mac = details.mac { first.append(Self.text(mac)) }
        first.append(linkType?.name ?? "link type not known")
        if let speed = details.speed { first.append("\(speed) Mbit/s") }
        if let driver = details.driver { first.append(driver) }
        if let mtu = details.mtu { first.append("MTU \(mtu)") }
        var second: [String] = []
        if !interface.addresses.isEmpty {
            second.append(interface.addresses.map(\.description).joined(separator: ", "))
        }
        if let seen {
            let messages = seen.messages.map { plural($0.count, "\($0.name) message") }.joined(separator: ", ")
            second.append("\(plural(seen.frames, "frame")), \(messages)")
        }
        let lines = [first.joined(separator: "  ")] + second.map { "    \($0)" }
        return lines.map { terminalSafe($0) }.joined(separator: "\n")
    }

    /// One object of JSON, keys sorted.
    var json: String {
        var object: [String: any Sendable] = [
            "name": name, "state": (details.state ?? (interface.isUp ? .up : .down)).rawValue,
            "addresses": interface.addresses.map(\.description),
        ]
        if let mac = details.mac { object["mac"] = Self.text(mac) }
        if let linkType { object["link_type"] = linkType.name }
        if let speed = details.speed { object["speed_mbit"] = speed }
        if let driver = details.driver { object["driver"] = driver }
        if let mtu = details.mtu { object["mtu"] = mtu }
        if let seen {
            object["frames"] = seen.frames
            object["messages"] = Dictionary(uniqueKeysWithValues: seen.messages.map { ($0.name, $0.count) })
        }
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? JSONSerialization.data(withJSONObject: object, options: options) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }
}

/// A look at what comes by on interfaces.
private struct InterfaceLook {
    /// What the tables of one look may take.
    private static let memory = 32 << 20

    private let names: [String]

    init(_ names: [String]) { self.names = names }

    /// Reads what comes for so many seconds, or until told to stop.
    func run(seconds: Int, into rows: inout [InterfaceRow]) throws(CaptureError) {
        guard !names.isEmpty else { return }
        var capture = try LiveCapture.open(names, stop: Signals.stop)
        let workers = names.map { _ in LookWorker(memory: Self.memory) }
        let end = ContinuousClock.now + .seconds(seconds)
        loop: while ContinuousClock.now < end {
            switch try capture.step() {
            case .frame(let header): workers[Int(header.interface)].worker.process(header, capture.bytes)
            case .idle: continue
            case .end: break loop
            }
        }
        for (name, look) in zip(names, workers) {
            guard let place = rows.firstIndex(where: { $0.name == name }) else { continue }
            look.worker.finish()
            let counters = look.worker.counters
            let messages = Protocols.descriptors.enumerated().map { number, descriptor in
                (name: descriptor.displayName, count: counters.messages(of: number).reduce(0, +))
            }
            rows[place].seen = (counters.packets, messages)
        }
    }
}

/// A worker of its own for an interface.
private final class LookWorker {
    var worker: SensorWorker<NoSink>

    init(memory: Int) { worker = SensorWorker(limits: SensorLimits(memory: memory), sink: NoSink()) }
}

/// Takes no notice of events: they are counted before they come here.
private struct NoSink: EventSink {
    var wantsPayloads: Bool { false }

    mutating func receive(
        _ event: borrowing some EventSource & ~Copyable, _ context: EventContext, message: RawSpan,
        frames: MessageFrames
    ) {}

    mutating func receive(_ part: PayloadPart, _ bytes: RawSpan) {}
}
