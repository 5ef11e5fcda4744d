import Alerts
import Capture
import Engine
import Events
import Network

extension Pipeline {
    /// Looks how a live sensor is doing: what signs come of it are held against the rules, and given back for the log.
    mutating func lookAtLife(_ interfaces: [InterfaceStatus], _ clock: MachineClock) -> [SensorSign] {
        var reading = LifeReading(time: clock.elapsed, worker.counters, writer.counters)
        reading.clockOffset = clock.offset
        reading.interfaces = interfaces
        return tell(life.take(reading), at: Timestamp(nanoseconds: clock.timeOfDay))
    }

    /// The same of a capture, by its own time: of interfaces, clock and store it says nothing.
    mutating func lookAtLife(at time: Timestamp) {
        var reading = LifeReading(time: time.nanoseconds)
        reading.take(worker.counters)
        _ = tell(life.take(reading), at: time)
    }

    private mutating func tell(_ signs: [SensorSign], at time: Timestamp) -> [SensorSign] {
        for sign in signs { worker.sink.receive(sign, at: time) }
        return signs
    }
}
