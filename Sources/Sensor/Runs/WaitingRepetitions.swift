import Detection
import Network

/// Repetitions of alert rows that change little but a count, held back: a row that each message of a broker adds to costs little
/// more than its count.
///
/// A row is told again after a second of capture time, then after two, and so on up to about a minute. What is held of a row is
/// its latest state, so that nothing is lost but the steps on the way.
struct WaitingRepetitions: ~Copyable {
    private struct Place {
        /// The row that was told last, when, and after how long it is told again, in nanoseconds.
        var told: UInt64 = 0
        var time = Timestamp.zero
        var interval = WaitingRepetitions.shortest
        /// What is held, and the newest of its different values.
        var hit: Hit?
        var latest: String?
    }

    private static var room: Int { 64 }
    private static var shortest: UInt64 { 1_000_000_000 }
    private static var longest: UInt64 { 64_000_000_000 }

    private var places: [Place] = Array(repeating: Place(), count: room)
    private var count = 0
    /// When what is held was last looked through.
    private var looked = Timestamp.zero

    /// Whether it is time to look for what has waited long enough; never where nothing is held.
    mutating func isTimeToLook(_ now: Timestamp) -> Bool {
        guard count > 0, now.nanoseconds(since: looked).magnitude >= Self.shortest else { return false }
        looked = now
        return true
    }

    /// Whether a row was told of less than a second ago.
    func wasToldLately(_ alert: UInt64, _ now: Timestamp) -> Bool {
        let place = place(alert)
        return places[place].told == alert && now.nanoseconds(since: places[place].time).magnitude < Self.shortest
    }

    /// Holds a repetition, and the newest of the different values of its row where it brought one.
    ///
    /// - Returns: one of another row that has to be told in its place.
    mutating func hold(_ hit: Hit, latest: String?) -> (hit: Hit, latest: String?)? {
        let place = place(hit.alert)
        let (before, value) = (places[place].hit, places[place].latest)
        places[place].hit = hit
        places[place].latest = latest ?? (before?.alert == hit.alert ? value : nil)
        guard let before else {
            count += 1
            return nil
        }
        return before.alert == hit.alert ? nil : (before, value)
    }

    /// Notes that a row is told of, and forgets what is held of it.
    ///
    /// - Returns: the newest of its different values, if that was held.
    mutating func noteTold(_ alert: UInt64, _ now: Timestamp) -> String? {
        let place = place(alert)
        (places[place].told, places[place].time, places[place].interval) = (alert, now, Self.shortest)
        guard places[place].hit?.alert == alert else { return nil }
        defer { (places[place].hit, places[place].latest) = (nil, nil) }
        count -= 1
        return places[place].latest
    }

    /// Takes one of those that are held and have waited long enough, or any where `now` is `nil`; `nil` where none is.
    mutating func take(_ now: Timestamp?) -> (hit: Hit, latest: String?)? {
        guard count > 0 else { return nil }
        for place in places.indices {
            guard let hit = places[place].hit else { continue }
            if let now {
                let isSame = places[place].told == hit.alert
                if !isSame { (places[place].time, places[place].interval) = (now, Self.shortest) }
                guard !isSame || now.nanoseconds(since: places[place].time).magnitude >= places[place].interval else {
                    continue
                }
                places[place].interval = min(2 * places[place].interval, Self.longest)
                (places[place].told, places[place].time) = (hit.alert, now)
            }
            defer { (places[place].hit, places[place].latest) = (nil, nil) }
            count -= 1
            return (hit, places[place].latest)
        }
        return nil
    }

    private func place(_ alert: UInt64) -> Int { Int(truncatingIfNeeded: alert) & (Self.room - 1) }
}
