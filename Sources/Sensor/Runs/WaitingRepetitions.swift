import Detection
import Network

/// Repetitions of alert rows that change little but a count, held back: a row that each message of a broker adds to costs little
/// more than its count.
///
/// A row is told again after a second of capture time, then after two, and so on up to about a minute. What is held of a row is
/// its latest state and its new values, so that nothing is lost but the steps on the way.
struct WaitingRepetitions: ~Copyable {
    /// The different values of a row that wait with it.
    struct Values {
        /// The newest.
        var latest: String?
        /// Those among its first that nobody was told of, oldest first.
        var first: [String] = []

        /// Takes up values that came later.
        mutating func add(_ later: Values) {
            latest = later.latest ?? latest
            first += later.first
        }
    }

    /// What is held of a row.
    struct Held {
        var hit: Hit
        var values: Values
    }

    private struct Place {
        /// The row that was told last, when, and after how long it is told again, in nanoseconds.
        var told: UInt64 = 0
        var time = Timestamp.zero
        var interval = WaitingRepetitions.shortest
        var held: Held?
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

    /// Holds a repetition, and the different values that it brought to its row.
    ///
    /// - Returns: one of another row that has to be told in its place.
    mutating func hold(_ hit: Hit, _ values: Values) -> Held? {
        let place = place(hit.alert)
        if places[place].held?.hit.alert == hit.alert {
            places[place].held?.hit = hit
            if values.latest != nil { places[place].held?.values.add(values) }
            return nil
        }
        let other = places[place].held
        places[place].held = Held(hit: hit, values: values)
        if other == nil { count += 1 }
        return other
    }

    /// Notes that a row is told of, and forgets what is held of it.
    ///
    /// - Returns: its different values that were held.
    mutating func noteTold(_ alert: UInt64, _ now: Timestamp) -> Values {
        let place = place(alert)
        (places[place].told, places[place].time, places[place].interval) = (alert, now, Self.shortest)
        guard let held = places[place].held, held.hit.alert == alert else { return Values() }
        places[place].held = nil
        count -= 1
        return held.values
    }

    /// Takes one of those that are held and have waited long enough, or any where `now` is `nil`; `nil` where none is.
    mutating func take(_ now: Timestamp?) -> Held? {
        guard count > 0 else { return nil }
        for place in places.indices {
            guard let held = places[place].held else { continue }
            if let now {
                let isSame = places[place].told == held.hit.alert
                if !isSame { (places[place].time, places[place].interval) = (now, Self.shortest) }
                guard !isSame || now.nanoseconds(since: places[place].time).magnitude >= places[place].interval else {
                    continue
                }
                places[place].interval = min(2 * places[place].interval, Self.longest)
                (places[place].told, places[place].time) = (held.hit.alert, now)
            }
            places[place].held = nil
            count -= 1
            return held
        }
        return nil
    }

    private func place(_ alert: UInt64) -> Int { Int(truncatingIfNeeded: alert) & (Self.room - 1) }
}
