import Packets

/// How an interface that is listened on is doing.
public enum LinkState: String, Sendable, CaseIterable {
    /// Frames are captured.
    case up
    /// It is up, but the cable or the other end is gone.
    case noLink = "no_link"
    /// It is down, and waited for.
    case down
    /// There is none of that name, and one is waited for.
    case missing
    /// It is up, but cannot be opened; that is tried again.
    case failed
}

/// What is known of an interface that is listened on.
public struct InterfaceStatus: Hashable, Sendable {
    /// The name that it is listened on by.
    public var name: String
    /// How it is doing.
    public var state: LinkState
    /// What its frames begin with, or began with while it was there; `nil` where it never was.
    public var linkType: LinkType?
    /// Frames that were read of it.
    public var frames: UInt64
    /// What was counted of it since the capture began, all devices that had its name together.
    public var counters: CaptureCounters

    /// Makes a status.
    public init(
        name: String, state: LinkState, linkType: LinkType? = nil, frames: UInt64 = 0,
        counters: CaptureCounters = CaptureCounters()
    ) {
        self.name = name
        self.state = state
        self.linkType = linkType
        self.frames = frames
        self.counters = counters
    }
}

/// Something that became of an interface while it was listened on.
public struct InterfaceNotice: Hashable, Sendable {
    /// The name that it is listened on by.
    public var name: String
    /// How it is doing now.
    public var state: LinkState
    /// What happened and what is done about it: a part of a sentence that goes behind `name: `.
    public var sentence: String
}

extension InterfaceNotice: CustomStringConvertible {
    /// What happened, behind the name of the interface.
    public var description: String { "\(name): \(sentence)" }
}
