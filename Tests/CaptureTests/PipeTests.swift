import Capture
import Foundation
import Glibc
import Packets
import Testing

@Suite struct PipeTests {
    @Test("Frames come as they are written") func framesComeAsTheyAreWritten() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/fifo"
        try #require(mkfifo(path, 0o600) == 0)
        var capture = CaptureBytes.pcap()
        let header = capture.bytes.count
        capture.record(1, 0, [1, 2, 3])
        let first = capture.bytes.count
        capture.record(2, 0, [4, 5, 6])
        let bytes = capture.bytes
        let semaphore = DispatchSemaphore(value: 0)
        let writer = Thread {
            let descriptor = open(path, O_WRONLY)
            // Odd pieces, each sent before the next, and the second frame only once the first was read.
            for range in [0..<5, 5..<header, header..<(header + 7), (header + 7)..<first] {
                _ = bytes[range].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                usleep(2000)
            }
            semaphore.wait()
            _ = bytes[first...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            close(descriptor)
        }
        writer.start()
        var file = try CaptureFile.open(path)
        #expect(file.size == nil)
        #expect(file.isSeekable == false)
        #expect(try file.next()?.number == 1)
        #expect(copy(file.bytes) == [1, 2, 3])
        semaphore.signal()
        #expect(try file.next()?.number == 2)
        #expect(copy(file.bytes) == [4, 5, 6])
        #expect(try file.next() == nil)
    }

    @Test("Stop ends the wait for a pipe") func stopEndsTheWaitForAPipe() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/fifo"
        try #require(mkfifo(path, 0o600) == 0)
        // Open for both, so that neither end waits for the other and nobody hangs up.
        let descriptor = open(path, O_RDWR)
        defer { close(descriptor) }
        var capture = CaptureBytes.pcap()
        capture.record(1, 0, [1])
        _ = capture.bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        let stop = StopSwitch()
        var file = try CaptureFile.open(path, stop: stop)
        #expect(try file.next() != nil)
        Thread {
            usleep(50_000)
            stop.stop()
        }.start()
        let start = ContinuousClock.now
        #expect(try file.next() == nil)
        #expect(ContinuousClock.now - start < .seconds(2))
        #expect(stop.isStopped)
    }
}
