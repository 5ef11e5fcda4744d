import Capture
import Foundation
import Glibc
import Network
import Packets
import TestSupport
import Testing

/// A UDP socket on 127.0.0.1 that sends to itself.
final class LoopbackSocket {
    let descriptor: Int32
    let port: UInt16

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer -> Int32 in
                guard bind(descriptor, pointer, length) == 0, getsockname(descriptor, pointer, &length) == 0 else {
                    return -1
                }
                return connect(descriptor, pointer, length)
            }
        }
        try #require(status == 0)
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) { _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0) } }
}

@Suite(.serialized) struct LiveTests {
    /// Whether frames may be captured here; otherwise there is nothing to test.
    static let isPermitted: Bool = {
        do throws(CaptureError) {
            _ = try LiveCapture.open(["lo"], stop: StopSwitch())
            return true
        } catch {
            return false
        }
    }()

    @Test("Datagrams on loopback", .needs(isPermitted, "capturing on lo is not permitted"))
    func datagramsOnLoopback() throws {
        let socket = try LoopbackSocket()
        var options = LiveCapture.Options()
        options.filter = "udp dst port \(socket.port)"
        let stop = StopSwitch()
        var capture = try LiveCapture.open(["lo"], options, stop: stop)
        #expect(capture.interfaceNames == ["lo"])
        let before = Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9) - 1_000_000_000)
        for index in 0..<100 { socket.send([0xAB, UInt8(index)]) }
        var numbers: [UInt64] = []
        let start = ContinuousClock.now
        while numbers.count < 100, ContinuousClock.now - start < .seconds(5) {
            guard case .frame(let header) = try capture.step() else { continue }
            numbers.append(header.number)
            #expect(header.linkType == .ethernet)
            #expect(header.originalLength == 14 + 20 + 8 + 2)
            #expect(header.timestamp > before)
            #expect(copy(capture.bytes).suffix(2) == [0xAB, UInt8(numbers.count - 1)])
        }
        #expect(numbers == Array(1...100))
        // The frames were there within the time in which the kernel hands them over, and some.
        #expect(ContinuousClock.now - start < .seconds(1))
        #expect(capture.counters()[0].received >= 100)
        #expect(capture.counters()[0].droppedByKernel == 0)
        #expect(try capture.step() == .idle)
        #expect(capture.bytes.byteCount == 0)
        stop.stop()
        #expect(try capture.step() == .end)
    }

    @Test("What waits at the stop is read", .needs(isPermitted, "capturing on lo is not permitted"))
    func whatWaitsAtTheStopIsRead() throws {
        let socket = try LoopbackSocket()
        var options = LiveCapture.Options()
        options.filter = "udp dst port \(socket.port)"
        let stop = StopSwitch()
        var capture = try LiveCapture.open(["lo"], options, stop: stop)
        for index in 0..<3000 { socket.send([0xCD, UInt8(index & 0xFF)]) }
        stop.stop()
        // What is sent after the stop is not waited for.
        let start = ContinuousClock.now
        var count = 0
        while case .frame = try capture.step() { count += 1 }
        #expect(count == 3000)
        #expect(ContinuousClock.now - start < .seconds(2))
        #expect(try capture.step() == .end)
    }

    @Test("Snap length", .needs(isPermitted, "capturing on lo is not permitted"))
    func snapLength() throws {
        let socket = try LoopbackSocket()
        var options = LiveCapture.Options()
        options.filter = "udp dst port \(socket.port)"
        options.snapLength = 60
        options.isPromiscuous = false
        var capture = try LiveCapture.open(["lo"], options, stop: StopSwitch())
        socket.send(Array(repeating: 1, count: 1000))
        for _ in 0..<20 {
            guard case .frame(let header) = try capture.step() else { continue }
            #expect(header.originalLength == 1042)
            #expect(capture.bytes.byteCount == 60)
            return
        }
        Issue.record("no frame came")
    }

    @Test("Several interfaces", .needs(isPermitted, "capturing on lo is not permitted"))
    func severalInterfaces() throws {
        let socket = try LoopbackSocket()
        var options = LiveCapture.Options()
        options.filter = "udp dst port \(socket.port)"
        var capture = try LiveCapture.open(["lo", "any", "lo"], options, stop: StopSwitch())
        #expect(capture.interfaceNames == ["lo", "any"])
        for index in 0..<20 { socket.send([UInt8(index)]) }
        var seen = [Set<UInt8>](repeating: [], count: 2)
        let start = ContinuousClock.now
        while seen.contains(where: { $0.count < 20 }), ContinuousClock.now - start < .seconds(5) {
            guard case .frame(let header) = try capture.step() else { continue }
            #expect(header.linkType == (header.interface == 0 ? .ethernet : .linuxSLL))
            if let last = copy(capture.bytes).last { seen[Int(header.interface)].insert(last) }
        }
        #expect(seen.map(\.count) == [20, 20])
        #expect(capture.counters().count == 2)
    }

    @Test("Idle and stop", .needs(isPermitted, "capturing on lo is not permitted"))
    func idleAndStop() throws {
        var options = LiveCapture.Options()
        options.filter = "udp dst port 1 and udp src port 1"
        let stop = StopSwitch()
        var capture = try LiveCapture.open(["lo"], options, stop: stop)
        let start = ContinuousClock.now
        for _ in 0..<3 { #expect(try capture.step() == .idle) }
        let elapsed = ContinuousClock.now - start
        #expect(elapsed > .milliseconds(250) && elapsed < .seconds(2))
        Thread {
            usleep(30_000)
            stop.stop()
        }.start()
        let waiting = ContinuousClock.now
        #expect(try capture.step() == .end)
        // The stop ends the wait; then the kernel has one tick to hand over what it has.
        #expect(ContinuousClock.now - waiting < .milliseconds(500))
    }

    @Test("Drops are counted", .needs(isPermitted, "capturing on lo is not permitted"))
    func dropsAreCounted() throws {
        let socket = try LoopbackSocket()
        var options = LiveCapture.Options()
        options.filter = "udp dst port \(socket.port)"
        options.bufferSize = 1 << 19
        var capture = try LiveCapture.open(["lo"], options, stop: StopSwitch())
        // Far more than the buffer holds, while nobody reads.
        for _ in 0..<4000 { socket.send(Array(repeating: 1, count: 1000)) }
        var frames: UInt64 = 0
        while case .frame = try capture.step() { frames += 1 }
        let counters = capture.counters()[0]
        #expect(frames > 0 && frames < 4000)
        #expect(counters.droppedByKernel > 0)
        // Loopback shows the kernel each datagram twice, going out and coming in.
        #expect(counters.received >= 4000)
        #expect(capture.counters()[0] == counters)
    }

    @Test("No such interface") func noSuchInterface() {
        let error = #expect(throws: CaptureError.self) {
            _ = try LiveCapture.open(["nope0"], stop: StopSwitch()).warnings
        }
        if Self.isPermitted {
            #expect(error?.code == .noSuchInterface)
            #expect(error?.exitCode == 66)
            #expect(error?.description.hasPrefix("nope0: no such interface; there are: ") == true)
            #expect(error?.sentence.contains("lo") == true)
        }
        let none = #expect(throws: CaptureError.self) { _ = try LiveCapture.open([], stop: StopSwitch()).warnings }
        #expect(none?.exitCode == 66)
    }

    @Test("Bad filter", .needs(isPermitted, "capturing on lo is not permitted"))
    func badFilter() {
        var options = LiveCapture.Options()
        options.filter = "udp prot 1"
        let error = #expect(throws: CaptureError.self) {
            _ = try LiveCapture.open(["lo"], options, stop: StopSwitch()).warnings
        }
        #expect(error?.code == .badFilter)
        #expect(error?.exitCode == 64)
    }

    @Test("Listing") func listing() throws {
        let all = try NetworkInterface.all()
        guard let loopback = all.first(where: { $0.name == "lo" }) else { return }
        #expect(all.allSatisfy { $0.name == "any" || if_nametoindex($0.name) != 0 })
        #expect(loopback.isLoopback)
        #expect(loopback.isUp)
        #expect(loopback.addresses.contains(IPAddress(v4: 0x7F00_0001)))
    }
}
