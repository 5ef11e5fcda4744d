import Detection
import Network

/// Repetitions of alert rows that change little but a count, held back until a second of capture time is over: a row that each
/// message of a broker adds to costs little more than its count.
///
/// What is held of a row is its latest state, so that nothing is lost but the steps on the way.
struct WaitingRepetitions: ~Copyable {
    private struct Place {
        /// The row that was told last, and when.
        var told: UInt64 = 0
        var time = Timestamp.zero
        /// What is held, and the newest of its different values.
        var hit: Hit?
        var latest: String?
    }

    private static var room: Int { 64 }
    private static var nanoseconds: UInt64 { 1_000_000_000 }

    private var places: [Place] = Array(repeating: Place(), count: room)
    private var count = 0
    /// When what is held was last given out.
    private var emptied = Timestamp.zero

    /// Whether what is held has waited long enough; never where nothing is.
    func isDue(_ now: Timestamp) -> Bool {
        count > 0 && now.nanoseconds(since: emptied).magnitude >= Self.nanoseconds
    }

    /// Whether a row was told of less than a second ago.
    func wasToldLately(_ alert: UInt64, _ now: Timestamp) -> Bool {
        let place = place(alert)
        return places[place].told == alert && now.nanoseconds(since: places[place].time).magnitude < Self.nanoseconds
    }

    /// Holds a repetition, and the newest of the different values of its row where it brought one.
    ///
    /// - Returns: one of another row that has to be told in its place.
    mutating func hold(_ hit: Hit, latest: String?, _ now: Timestamp) -> (hit: Hit, latest: String?)? {
        let place = place(hit.alert)
        let (before, value) = (places[place].hit, places[place].latest)
        places[place].hit = hit
        places[place].latest = latest ?? (before?.alert == hit.alert ? value : nil)
        guard let before else {
            if count == 0 { emptied = now }
            count += 1
            return nil
        }
        return before.alert == hit.alert ? nil : (before, value)
    }

    /// Notes that a row is told of, and forgets what is held of it.
    mutating func noteTold(_ alert: UInt64, _ now: Timestamp) {
        let place = place(alert)
        (places[place].told, places[place].time) = (alert, now)
        guard places[place].hit?.alert == alert else { return }
        (places[place].hit, places[place].latest) = (nil, nil)
        count -= 1
    }

    /// Takes one of those that are held; `nil` where none is.
    mutating func take() -> (hit: Hit, latest: String?)? {
        guard count > 0, let place = places.firstIndex(where: { $0.hit != nil }), let hit = places[place].hit else {
            return nil
        }
        defer { (places[place].hit, places[place].latest) = (nil, nil) }
        count -= 1
        return (hit, places[place].latest)
    }

    private func place(_ alert: UInt64) -> Int { Int(truncatingIfNeeded: alert) & (Self.room - 1) }
}
