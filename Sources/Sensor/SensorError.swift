import Alerts
import Capture

/// What keeps the sensor from doing what it was asked: a sentence for people and the exit code that goes with it.
public struct SensorError: Error, Sendable {
    /// The exit code, one of sysexits.h.
    public var exitCode: ExitStatus
    /// What is wrong and, where it can be said, what mends it.
    public var message: String

    /// Makes an error.
    public init(_ exitCode: ExitStatus, _ message: String) {
        self.exitCode = exitCode
        self.message = message
    }
}

/// The exit codes in use, with the meanings of sysexits.h.
public enum ExitStatus: Int32, Sendable {
    case success = 0
    /// Something failed that none of the others describe: a rule's test, for instance.
    case failure = 1
    /// The command was used wrongly.
    case usage = 64
    /// The input is damaged or not what it should be.
    case dataError = 65
    /// There is no such input.
    case noInput = 66
    /// A service or program that is needed is not there.
    case unavailable = 69
    /// Something that cannot happen did.
    case software = 70
    /// An output file cannot be created.
    case cannotCreate = 73
    /// Reading or writing failed on the way.
    case ioError = 74
    /// Not allowed.
    case noPermission = 77
    /// A signal ended it before it was done: 128 and the number of SIGINT, as shells count.
    case interrupted = 130
    /// The configuration or a rule is wrong.
    case configuration = 78
}

extension SensorError {
    /// What the capture reported.
    public init(_ error: CaptureError) {
        self.init(ExitStatus(rawValue: error.exitCode) ?? .ioError, error.description)
    }

    /// What the store reported.
    public init(_ error: StoreError) {
        self.init(ExitStatus(rawValue: error.exitCode) ?? .ioError, error.description)
    }
}
