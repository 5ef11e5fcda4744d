import Foundation
import Glibc
import ProgramSupport
import Testing

@testable import Sandbox

/// Datagrams to the socket of a service manager, as sd_notify(3) says.
@Suite struct ServiceManagerTests {
    @Test("each message is one datagram, on a path and on an abstract name", arguments: [true, false])
    func messages(_ isAbstract: Bool) throws {
        let socket = try NotifySocket(isAbstract: isAbstract)
        let service = ServiceManager(environment: ["NOTIFY_SOCKET": socket.name])
        service.tell(.ready(status: "listening\non lo"))
        service.tell(.status("1 alert"))
        service.tell(.alive)
        service.tell(.stopping)
        #expect(socket.receive() == "READY=1\nSTATUS=listening on lo")
        #expect(socket.receive() == "STATUS=1 alert")
        #expect(socket.receive() == "WATCHDOG=1")
        #expect(socket.receive() == "STOPPING=1")
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        service.tell(.reloading)
        let text = try #require(socket.receive())
        #expect(text.hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
        let told = try #require(text.split(separator: "=").last.flatMap { Int($0) })
        #expect((0..<5_000_000).contains(told - (time.tv_sec * 1_000_000 + time.tv_nsec / 1000)))
    }

    @Test("the watchdog counts only for the process that it is meant for") func whoseWatchdog() {
        func interval(_ environment: [String: String]) -> UInt64? {
            ServiceManager(environment: environment).watchdogMicroseconds
        }
        #expect(interval(["WATCHDOG_USEC": "3000000"]) == 3_000_000)
        #expect(interval(["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "\(getpid())"]) == 3_000_000)
        #expect(interval(["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"]) == nil)
        #expect(interval(["WATCHDOG_USEC": "0"]) == nil)
        #expect(interval([:]) == nil)
    }

    @Test(
        "without a service manager, or with a name that is none, nothing is told", arguments: ["", "relative", "/gone"])
    func nobodyListens(_ name: String) {
        ServiceManager(environment: ["NOTIFY_SOCKET": name]).tell(.alive)
        ServiceManager(environment: [:]).tell(.alive)
    }
}
