import Alerts
import ArgumentParser
import Foundation
import Sandbox
import Sensor

/// Whether the program shuts itself in before it looks at the first frame.
struct SandboxOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Give up all rights that are not needed: require (or end), try (as far as the kernel lets it), off.",
            valueName: "mode"),
        completion: .list(SandboxMode.allCases.map(\.rawValue)))
    var sandbox: String?

    func validate() throws {
        guard let sandbox, SandboxMode(rawValue: sandbox) == nil else { return }
        let known = SandboxMode.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--sandbox knows \(known), not '\(sandbox)'")
    }

    /// What the command line says beats the configuration.
    func apply(to settings: inout Settings) {
        if let mode = sandbox.flatMap({ SandboxMode(rawValue: $0) }) { settings.sandbox = mode }
    }
}

/// What a command still needs once everything is open, and shutting it in for that.
struct Confinement {
    /// The user that a sensor becomes where nobody names one.
    static let defaultUser = "earshot"

    private let settings: Settings
    private var plan = SandboxPlan()
    private var notes: [String] = []

    /// A command with these settings, which reads what belongs to the system and nothing else.
    init(_ settings: Settings) {
        self.settings = settings
        plan.readablePaths = [
            // Local time, the names of users and groups, the state of interfaces, randomness.
            "/etc/localtime", "/usr/share/zoneinfo", "/etc/passwd", "/etc/group", "/etc/nsswitch.conf",
            "/sys/class/net", "/sys/devices", "/dev/urandom",
            // libdispatch reads the states of its threads here, and traps where it cannot. What is secret in the entries of
            // other processes stays closed: whom Landlock holds may not look into those outside.
            "/proc",
        ]
    }

    /// What came of it.
    struct Outcome {
        /// The state in a few words, for the start and for the statistics.
        let text: String
        /// What else there is to say, in sentences.
        let notes: [String]
    }

    /// Lets it read files and what is below folders.
    mutating func read(_ paths: [String]) { plan.readablePaths += paths }

    /// Lets it write the store and what belongs beside it.
    mutating func writeStore() {
        let path = URL(fileURLWithPath: settings.database)
        plan.writableFolders = [path.deletingLastPathComponent().path]
        // A store may be a link to where there is room.
        let real = path.resolvingSymlinksInPath().deletingLastPathComponent().path
        if !plan.writableFolders.contains(real) { plan.writableFolders.append(real) }
        // SQLite takes the first folder that looks writable, which in a sandbox need not be one that is.
        setenv("SQLITE_TMPDIR", plan.writableFolders[0], 1)
    }

    /// Lets it write files in another folder, once it is known who it becomes.
    mutating func write(_ folder: String) { plan.writableFolders.append(folder) }

    /// Lets it open interfaces again that went away.
    mutating func openInterfaces() { plan.opensInterfaces = true }

    /// Lets it open interfaces again that went away, and read rules, filters, lists and the configuration again.
    mutating func listen() {
        openInterfaces()
        let sources = settings.ruleSources
        let folders = sources.rules + sources.onlyRules + sources.filters
        // A file that is replaced is another file; what its folder holds may be read then as well. Of what is not there
        // nothing is opened: the folder above may be a large one.
        let named = (folders + [settings.file, settings.policy, settings.siteList].compactMap(\.self)).compactMap {
            path -> String? in
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return nil }
            return isFolder.boolValue ? path : URL(fileURLWithPath: path).deletingLastPathComponent().path
        }
        let usual = (Settings.defaultFile as NSString).deletingLastPathComponent
        plan.readablePaths += named + [RuleFiles.shipped(), usual].compactMap(\.self)
    }

    /// Finds whom a sensor that root has started becomes: the user of the settings, else `earshot`, where there is one who
    /// may write the store.
    ///
    /// `isOrdered` says whether the command line names the user: then it is an error that only root can become another.
    mutating func chooseUser(isOrdered: Bool) throws(SensorError) {
        guard settings.sandbox != .off else { return }
        let name = settings.user ?? Self.defaultUser
        let account = UserAccount(name)
        guard let account else {
            guard settings.user == nil || geteuid() != 0 && !isOrdered else {
                throw SensorError(.configuration, "there is no user '\(name)' on this system")
            }
            if geteuid() == 0 {
                notes.append(
                    "there is no user '\(name)' whom the sensor could become: it stays root, with no right of root but "
                        + "to files; --user names another")
            }
            return
        }
        guard geteuid() == 0 else {
            guard !isOrdered || account.uid == geteuid() else {
                throw SensorError(.noPermission, "only root can become the user '\(name)'")
            }
            return
        }
        if account.uid == 0 { return }
        let folder = plan.writableFolders.last ?? "."
        guard account.mayMakeFiles(in: folder) || !FileManager.default.fileExists(atPath: folder) else {
            guard settings.user == nil else {
                throw SensorError(
                    .noPermission,
                    "the user '\(name)' may not make files in \(folder), where the alerts are to go: give it that folder "
                        + "(chown \(name) \(folder)), or name another place by --db")
            }
            notes.append(
                "the user '\(name)' may not make files in \(folder), where the alerts go: the sensor stays root, with no "
                    + "right of root but to files")
            return
        }
        // What root made is handed over; what belongs to somebody else stays with them.
        var found = stat()
        if settings.user == nil, stat(settings.database, &found) == 0, ![0, account.uid].contains(found.st_uid) {
            notes.append(
                "the alert store belongs to \(UserAccount.name(of: found.st_uid)): the sensor stays root, with no right of "
                    + "root but to files")
            return
        }
        plan.account = account
    }

    /// Shuts the process in; what was opened before stays open.
    ///
    /// - Throws: where the user cannot be changed, or the settings require what this kernel does not have.
    mutating func enter() throws(SensorError) -> Outcome {
        guard settings.sandbox != .off else { return Outcome(text: "off", notes: []) }
        plan.group = settings.databaseGroup
        if !plan.writableFolders.isEmpty {
            let access = StoreAccess(group: settings.databaseGroup)
            do throws(StoreError) {
                try AlertWriter.handOver(settings.database, to: plan.account?.uid, access: access)
            } catch { throw SensorError(error) }
        }
        let state: SandboxState
        do throws(SandboxError) { state = try Sandbox.enter(plan) } catch {
            throw SensorError(.noPermission, error.description)
        }
        if !state.obstacles.isEmpty {
            let reasons = state.obstacles.joined(separator: "; ")
            if settings.sandbox == .require {
                throw SensorError(
                    .unavailable, "the sandbox is required and not complete: \(reasons); --sandbox try goes on without")
            }
            notes.append("the sandbox is not complete: \(reasons)")
        }
        return Outcome(text: state.text, notes: notes)
    }
}
