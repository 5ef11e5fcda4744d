import Sensor
import Testing

private let second: Int64 = 1_000_000_000

@Suite("Repeated lines of the log") struct LogRepeatsTests {
    @Test("a line is said three times within a minute, then counted") func counted() {
        var log = LogRepeats()
        var said: [String] = []
        for number in 0..<20 { said += log.take("down", at: Int64(number) * second) }
        #expect(said == ["down", "down", "down"])
        #expect(log.take("other", at: 20 * second) == ["other"], "others are said")
        #expect(log.takeDue(at: 59 * second) == [])
        #expect(log.takeDue(at: 60 * second) == ["down [17 more within a minute]"])
        // It goes on: only its count is said.
        for number in 61..<70 { #expect(log.take("down", at: Int64(number) * second) == []) }
        #expect(log.takeDue(at: 120 * second) == ["down [9 more within a minute]"])
        // It stopped; a new one is news again.
        #expect(log.takeDue(at: 180 * second) == [])
        #expect(log.take("down", at: 400 * second) == ["down"])
    }

    @Test("at the end all counts are said, the latest line last") func end() {
        var log = LogRepeats()
        for number in 0..<5 {
            _ = log.take("down", at: Int64(2 * number) * second)
            _ = log.take("up", at: Int64(2 * number + 1) * second)
        }
        #expect(log.takeDue(at: nil) == ["down [2 more within a minute]", "up [2 more within a minute]"])
        #expect(log.takeDue(at: nil) == [])
    }

    @Test("memory is bounded, and nothing is lost for it") func bounded() {
        var log = LogRepeats()
        var count = 0
        for number in 0..<10_000 { count += log.take("line \(number)", at: second).count }
        #expect(count == 10_000)
        for _ in 0..<10 { count += log.take("line 9999", at: second).count }
        #expect(count == 10_010, "what is not remembered is said every time")
    }
}
