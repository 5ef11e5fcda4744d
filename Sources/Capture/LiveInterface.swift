import Packets

/// An interface that is listened on by its name, whatever device has it: opened, or waited for.
///
/// A device that goes down, is pulled out or is deleted is waited for, and what comes back under its name is opened. One that
/// is renamed is listened on further, until another has its name.
struct LiveInterface {
    /// How long until what cannot be opened is tried again, in nanoseconds.
    private static let retryInterval: Int64 = 10_000_000_000

    let name: String
    /// The device; `nil` while it is waited for.
    private(set) var device: LiveDevice?
    private(set) var state = LinkState.up
    /// What its frames begin with; of one that is waited for what they did last.
    private(set) var linkType: LinkType?
    private var index: Int32 = 0
    private var hardwareType: UInt16 = 0
    /// What the device is called now, where that is another name.
    private var otherName: String?
    /// Whether the device is to be closed at the next look: what the kernel has gathered of it comes within a tick.
    private var isLeaving = false
    /// What earlier devices counted.
    private var earlierCounters = CaptureCounters()
    private var earlierFrames: UInt64 = 0
    private var lastFailure: CaptureError?
    private var retryAt: Int64 = 0

    /// An interface that is not opened yet.
    init(_ name: String) { self.name = name }

    /// Opens the device that has the name, or `other`, where it is called that now.
    mutating func open(
        as other: String? = nil, _ links: LinkTable?, _ options: LiveCapture.Options
    ) throws(CaptureError) {
        let opened = try LiveDevice(other ?? name, options)
        let link = links?[other ?? name]
        (index, hardwareType) = (link?.index ?? 0, link?.hardwareType ?? 0)
        (device, linkType, state, otherName) = (opened, opened.linkType, .up, other)
        (isLeaving, lastFailure) = (false, nil)
    }

    /// Waits for the interface, which could not be opened because it is not there or not up; gives what to say of that.
    mutating func wait(_ error: CaptureError) -> InterfaceNotice {
        state = error.code == .noSuchInterface ? .missing : .down
        return notice("\(error.sentence); waiting for it")
    }

    /// What is known of it.
    var status: InterfaceStatus {
        let now = device?.counters() ?? CaptureCounters()
        return InterfaceStatus(
            name: name, state: state, linkType: linkType, frames: earlierFrames &+ (device?.frames ?? 0),
            counters: CaptureCounters(
                received: earlierCounters.received &+ now.received,
                droppedByKernel: earlierCounters.droppedByKernel &+ now.droppedByKernel,
                droppedByInterface: earlierCounters.droppedByInterface &+ now.droppedByInterface))
    }

    private func notice(_ sentence: String) -> InterfaceNotice {
        InterfaceNotice(name: name, state: state, sentence: sentence)
    }
}

// What becomes of it while it is listened on.
extension LiveInterface {
    /// Looks what became of the interface, and closes and opens devices accordingly; gives what to say of that.
    mutating func follow(
        _ links: LinkTable, _ options: LiveCapture.Options, at now: Int64
    ) -> [InterfaceNotice] {
        // Every interface is always there.
        if name == "any" { return [] }
        var notices: [InterfaceNotice] = []
        if device != nil { watchDevice(links, &notices) }
        if device == nil { waitForDevice(links, options, at: now, &notices) }
        return notices
    }

    /// Takes note that reading failed: the device went.
    mutating func lose(_ error: CaptureError) -> [InterfaceNotice] {
        close()
        guard let link = LinkTable.read()?[name] else { return change(.missing, Self.goneSentence) }
        if !link.isUp { return change(.down, Self.downSentence) }
        return change(.failed, "\(error.sentence); it is opened again")
    }

    private static let goneSentence = "the interface is gone; waiting for it"
    private static let downSentence = "the interface went down; waiting for it"

    private mutating func watchDevice(_ links: LinkTable, _ notices: inout [InterfaceNotice]) {
        let named = links[name]
        // A device that has no number is known by its name alone.
        let isNamed = named.map { index == 0 || $0.index == 0 || $0.index == index } ?? false
        let currentName = isNamed ? name : links.name(of: index)
        let own = isNamed ? named : currentName.flatMap { links[$0] }
        if !isNamed, named != nil {
            notices += change(.down, "another device has that name now; it is opened")
        } else if let own, own.isUp {
            if own.hardwareType == hardwareType {
                isLeaving = false
                if !isNamed, otherName != currentName, let currentName {
                    notices.append(
                        notice("is called \(currentName) now; it is listened on further, until another has its name"))
                }
                otherName = isNamed ? nil : currentName
                notices +=
                    own.hasCarrier
                    ? change(.up, "the link is back") : change(.noLink, "no link: the cable or the other end is gone")
                return
            }
            notices += change(.down, "its frames are of another kind now; it is opened again")
        } else {
            notices += own == nil ? change(.missing, Self.goneSentence) : change(.down, Self.downSentence)
        }
        if isLeaving { close() } else { isLeaving = true }
    }

    private mutating func waitForDevice(
        _ links: LinkTable, _ options: LiveCapture.Options, at now: Int64, _ notices: inout [InterfaceNotice]
    ) {
        // The device that had the name may be there under another.
        let other = links[name] == nil ? links.name(of: index) : nil
        guard let link = links[other ?? name] else {
            notices += change(.missing, Self.goneSentence)
            return
        }
        guard link.isUp else {
            notices += change(.down, state == .missing ? "the interface is there, but down" : Self.downSentence)
            return
        }
        guard now >= retryAt else { return }
        let before = linkType
        do throws(CaptureError) {
            try open(as: other, links, options)
            let type = device?.linkType ?? .ethernet
            let kind = before == nil || before == type ? "" : "; its frames are \(type.name) now"
            notices.append(notice("listening\(other.map { " to \($0), as it is called now" } ?? "")\(kind)"))
            if let warning = device?.warning { notices.append(notice(warning)) }
        } catch {
            // It went again, or is not ready yet: the next look tells.
            if error.code == .interfaceDown || error.code == .noSuchInterface { return }
            state = .failed
            if error != lastFailure { notices.append(notice("\(error.sentence); that is tried again")) }
            (lastFailure, retryAt) = (error, now &+ Self.retryInterval)
        }
    }

    private mutating func change(_ new: LinkState, _ sentence: String) -> [InterfaceNotice] {
        guard new != state else { return [] }
        state = new
        return [notice(sentence)]
    }

    private mutating func close() {
        let status = status
        (earlierCounters, earlierFrames) = (status.counters, status.frames)
        (device, isLeaving, otherName, retryAt) = (nil, false, nil, 0)
    }
}
