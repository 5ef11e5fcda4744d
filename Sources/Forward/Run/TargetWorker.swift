import Alerts
import Foundation

/// The thread of one target: reads what comes next, hands it over until it is confirmed, and only then moves the cursor.
///
/// No other thread touches what it owns.
final class TargetWorker {
    private let settings: TargetSettings
    private let target: any ForwardTarget
    private let file: CursorFile
    private let letters: DeadLetterFile
    private let writer: RecordWriter
    private let sources: [RecordSource]
    private let board: StatusBoard
    private let log: ForwardLog
    private let control: ForwardSwitch
    private var signs: SignsOfLife
    private var gathering: Gathering
    private var allowance: RequestAllowance
    private var backoff: Backoff
    private var pace: Pace
    private var reopenings = 0
    /// What is written of the cursor once all that is held is confirmed.
    private var sequence: Int64
    private var problem: String?
    /// Records that were refused for good since one was taken.
    private var refusedInARow = 0
    /// How many that may be before the far end is thought to be broken.
    private static let refusalLimit = 10

    init(
        _ settings: TargetSettings, _ target: any ForwardTarget, _ file: CursorFile, stores: [String], state: String,
        _ board: StatusBoard, _ log: ForwardLog, _ control: ForwardSwitch
    ) {
        self.settings = settings
        self.target = target
        self.file = file
        self.board = board
        self.log = log
        self.control = control
        letters = DeadLetterFile(target: settings.name, in: state)
        writer = RecordWriter(settings)
        sources = stores.map { path in
            RecordSource(path, file.cursor.stores[path] ?? StoreCursor(), settings, state: state, log)
        }
        signs = SignsOfLife(settings, board)
        gathering = Gathering(settings)
        allowance = RequestAllowance(settings)
        backoff = Backoff(limit: settings.retryMax)
        pace = Pace(settings.rate)
        sequence = file.cursor.sequence
    }

    /// Works until it is told to end, or, where `isOnce`, until nothing is left.
    func run(isOnce: Bool = false) {
        board.change(settings.name) { status in
            status.deadLetters = file.cursor.deadLetters
            status.removed = file.cursor.removed
            status.confirmedAt = file.cursor.confirmedAt
        }
        while !control.isStopped {
            if control.reopenings != reopenings {
                reopenings = control.reopenings
                target.reopen()
            }
            let hasMore = gather()
            let isDue = allowance.isDue(gathering, isOnce: isOnce)
            if isDue {
                deliver()
            } else if gathering.isEmpty {
                // What the filter held back is behind us as well.
                commit()
                if isOnce, !hasMore { break }
            }
            if hasMore, gathering.room > 0 || isDue { continue }
            if !isDue || !hasMore {
                target.idle()
                // A sign that is due waits where the target has no room for it now.
                control.pause(max(0.05, min(0.2, signs.secondsLeft ?? 0.2)))
            }
        }
        if gathering.isEmpty { commit() }
        board.change(settings.name) { $0.state = "stopped" }
    }

    /// Takes what comes next; whether there may be more at once.
    private func gather() -> Bool {
        var hasMore = false
        if gathering.records.count < settings.batchLimit {
            for notice in board.takeNotices(settings.name) { add(notice) }
            for sign in signs.records(sources, stream: file.cursor.stream, sequence) { add(sign) }
        }
        for source in sources where gathering.room > 0 {
            let (records, more) = source.next(gathering.room)
            for record in records { add(record) }
            hasMore = hasMore || more
        }
        return hasMore
    }

    private func add(_ record: ForwardRecord) {
        var record = record
        sequence += 1
        record.sequence = sequence
        record.stream = file.cursor.stream
        gathering.add(record)
    }

    // MARK: Handing over

    /// Hands over what is held, again and again until all of it is confirmed.
    private func deliver() {
        var left = gathering.records
        var dead: [DeadLetter] = []
        var summary = gathering.summary
        while !control.isStopped {
            board.change(settings.name) { $0.state = problem == nil ? "sending" : "retrying" }
            do throws(DeliveryFailure) {
                pace.wait(left.count, control)
                dead += try target.deliver(left, summary)
                if let reason = refusal(of: dead) {
                    // All of them again, those that were held back as dead too.
                    left = gathering.records
                    dead = []
                    fail(reason)
                    control.pause(backoff.next())
                    continue
                }
                settle(dead)
                return
            } catch {
                dead += error.deadLetters
                // What was told as a number went along with the first that is confirmed.
                if error.remaining.count < left.count { summary = nil }
                // Dead letters are written before the cursor moves past them.
                if dead.isEmpty { confirmPrefix(error.remaining) }
                left = error.remaining
                fail(error.reason)
                if left.isEmpty, summary == nil { return settle(dead) }
                control.pause(backoff.next(atLeast: error.retryAfter))
                if control.reopenings != reopenings {
                    reopenings = control.reopenings
                    target.reopen()
                }
            }
        }
    }

    /// Why records that were refused for good are not dead letters: a far end that takes nothing at all is broken, and must not
    /// make us pass everything over; `nil` where they are.
    private func refusal(of dead: [DeadLetter]) -> String? {
        let isTaken = dead.count < gathering.records.count
        guard !dead.isEmpty, !isTaken else {
            if isTaken { refusedInARow = 0 }
            return nil
        }
        guard refusedInARow + dead.count <= Self.refusalLimit else {
            return "the far end refuses every record: \(dead.last?.reason ?? "")"
        }
        refusedInARow += dead.count
        return nil
    }

    /// All that was held is confirmed, or will never be taken.
    private func settle(_ dead: [DeadLetter]) {
        while true {
            do throws(ForwardError) {
                try letters.append(dead, writer)
                break
            } catch {
                fail(error.message)
                // What was confirmed while it is told to end is written down all the same, if the disk takes it.
                guard !control.isStopped else { return }
                control.pause(backoff.next())
            }
        }
        for letter in dead.prefix(10) {
            log.say("\(settings.name): \(letter.record.id) is refused for good: \(letter.reason)")
        }
        if dead.count > 10 {
            log.say("\(settings.name): \(dead.count - 10) more are refused for good; see \(letters.path)")
        }
        let count = Int64(gathering.records.count - dead.count) + Int64(gathering.summary?.count ?? 0)
        let removed = gathering.records.reduce(0) { $0 + ($1.gap?.cause == .removed ? $1.gap?.count ?? 0 : 0) }
        gathering.clear()
        for source in sources { source.confirm() }
        if problem != nil { log.say("\(settings.name): it works again") }
        problem = nil
        backoff.reset()
        allowance.spend()
        commit() { cursor in
            cursor.deadLetters += Int64(dead.count)
            cursor.removed += removed
            cursor.confirmedAt = microsecondsNow()
        }
        let cursor = file.cursor
        board.change(settings.name) { status in
            status.state = "idle"
            status.problem = ""
            status.sent += count
            status.deadLetters = cursor.deadLetters
            status.removed = cursor.removed
            status.confirmedAt = cursor.confirmedAt
        }
    }

    /// The first records of those that are held are confirmed: the cursor moves behind them.
    private func confirmPrefix(_ remaining: [ForwardRecord]) {
        guard let first = remaining.first,
            let place = gathering.records.firstIndex(where: { $0.sequence == first.sequence }), place > 0,
            gathering.records.count - place == remaining.count
        else { return }
        var cursor = file.cursor
        for record in gathering.records[..<place] {
            cursor.sequence = max(cursor.sequence, record.sequence)
            if let (path, store) = record.cursor { cursor.stores[path] = store }
        }
        cursor.confirmedAt = microsecondsNow()
        do throws(ForwardError) { try file.write(cursor) } catch { log.say("\(settings.name): \(error.message)") }
        board.change(settings.name) { $0.sent += Int64(place) }
        gathering.records.removeFirst(place)
    }

    /// Writes where all sources stand; where the disk takes nothing, it waits until it does: else what is sent from now on would
    /// be sent once more without a bound.
    private func commit(_ change: (inout ForwardCursor) -> Void = { _ in }) {
        var cursor = file.cursor
        for source in sources { cursor.stores[source.standing.path] = source.standing.cursor }
        cursor.sequence = sequence
        change(&cursor)
        guard cursor != file.cursor else { return }
        while true {
            do throws(ForwardError) {
                try file.write(cursor)
                return
            } catch {
                fail(error.message)
                // At the end there is one attempt: who comes next sends a little of it again.
                guard !control.isStopped else { return }
                control.pause(backoff.next())
            }
        }
    }

    private func fail(_ reason: String) {
        if problem != reason { log.say("\(settings.name): \(reason); it is tried again") }
        problem = reason
        board.change(settings.name) { status in
            status.state = "retrying"
            status.retries += 1
            status.problem = reason
        }
    }
}
