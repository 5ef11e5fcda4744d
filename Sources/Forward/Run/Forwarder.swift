import Alerts
import CCurl
import Foundation

/// All targets of a configuration, each with a thread of its own.
public final class Forwarder {
    private let settings: ForwardSettings
    private let log: ForwardLog
    private let control: ForwardSwitch
    private let board: StatusBoard
    private var files: [CursorFile] = []
    private var workers: [(name: String, worker: TargetWorker)] = []

    /// Claims the cursors and looks at the credentials of all targets; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - settings: what was configured.
    ///   - log: where people are told.
    ///   - control: what signals ask.
    ///   - only: the names of the targets that are wanted; empty for all.
    /// - Throws: `ForwardError` where another forwarder has a cursor, or a file that is needed is missing.
    public init(
        _ settings: ForwardSettings, _ log: ForwardLog, _ control: ForwardSwitch, only: [String] = []
    ) throws(ForwardError) {
        self.settings = settings
        self.log = log
        self.control = control
        board = StatusBoard(settings.targets.map(\.name))
        try Self.makeFolder(settings.state)
        var wanted: [TargetSettings] = []
        for name in only { wanted.append(try settings.target(named: name)) }
        curl_session_start()
        for target in only.isEmpty ? settings.targets : wanted {
            let file = try CursorFile(target: target.name, in: settings.state)
            files.append(file)
            let worker = TargetWorker(
                target, try Targets.make(target), file, stores: settings.stores, state: settings.state, board, log,
                control)
            workers.append((target.name, worker))
        }
    }

    private static func makeFolder(_ path: String) throws(ForwardError) {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            guard isFolder.boolValue else { throw ForwardError(73, "\(path): a folder is wanted for 'state'") }
            return
        }
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        } catch { throw ForwardError(73, "\(path): the folder for cursors cannot be made") }
    }

    /// Runs until it is told to end, or, where `isOnce`, until every target has everything; returns when all threads have ended.
    public func run(isOnce: Bool = false) {
        let group = DispatchGroup()
        let keeper = StatusKeeper(settings, board, log)
        for (name, worker) in workers {
            group.enter()
            // The thread becomes the only owner of the worker.
            let box = HandedOver(worker)
            let thread = Thread {
                box.take()?.run(isOnce: isOnce)
                group.leave()
            }
            thread.name = "forward.\(name)"
            // A batch of large events is taken apart on the stack of its thread.
            thread.stackSize = 4 << 20
            thread.start()
        }
        workers = []
        while group.wait(timeout: .now() + 1) == .timedOut { keeper.look() }
        keeper.look(isLast: true)
    }

    /// How many records were confirmed and how many attempts failed, by target, since `run` began.
    public var counts: [String: TargetStatus] { board.all }
}

/// Hands a value over to a thread: who gave it away has it no more.
private final class HandedOver: @unchecked Sendable {
    // Guarded by the lock.
    private var value: TargetWorker?
    private let lock = NSLock()

    init(_ value: TargetWorker) { self.value = value }

    func take() -> TargetWorker? {
        lock.withLock {
            defer { value = nil }
            return value
        }
    }
}
