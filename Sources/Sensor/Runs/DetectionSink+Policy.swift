import Bytes
import Engine
import Events
import Inventory
import Network
import Packets

// What traffic is held against beside the rules: the policy and the site's list of its machines.
extension DetectionSink {
    /// Holds traffic against another policy from the next event on; against none where it is `nil`.
    mutating func watch(_ file: PolicyFile?, bytes: Int, hash: SeededHash) {
        guard let file else {
            policy = nil
            return
        }
        if policyDigest == file.digest { return }
        let index = PolicyIndex(file.policy, digest: file.digest)
        guard policy == nil else {
            // What is known of records goes on: a silence that has begun is one under the new policy too.
            policy?.take(index)
            return tellDeviations(MessageFrames(FrameRef()))
        }
        policy = PolicyMonitor(
            index, roles: Protocols.inventoryRoles, limits: PolicyLimits(bytes: bytes), hash: hash)
    }

    /// Holds the ends of messages against another list of the site's machines from the next event on; against none where it is
    /// `nil`.
    mutating func watch(_ list: SiteInventory?, homeNetworks: [CIDRBlock], hash: SeededHash) {
        guard let list else {
            site = nil
            return
        }
        site = SiteMonitor(
            list.siteList, homeNetworks: homeNetworks, roles: Protocols.inventoryRoles, hash: hash)
    }

    /// The digest of the policy; `nil` where there is none.
    var policyDigest: String? {
        switch policy {
        case .some(let monitor): monitor.index.digest
        case .none: nil
        }
    }

    /// Deviations from it by section and kind, also those that are only counted.
    var deviations: [String: UInt64] {
        switch policy {
        case .some(let monitor): monitor.counts
        case .none: [:]
        }
    }

    /// Deviations that maintenance windows hid, by window, section and kind.
    var hiddenDeviations: [String: UInt64] {
        switch policy {
        case .some(let monitor): monitor.hiddenCounts
        case .none: [:]
        }
    }

    /// Goes on to a later time while no message comes: a heartbeat may be missed by then.
    mutating func advance(to time: Timestamp) {
        guard policy != nil || site != nil else { return }
        policy?.advance(to: time)
        site?.advance(to: time)
        tellDeviations(MessageFrames(FrameRef()))
    }

    /// Holds the rules against what deviated from the policy, each with the frames of the message that showed it.
    mutating func tellDeviations(_ frames: MessageFrames) {
        var findings: [PolicyMonitor.Finding] = []
        if policy?.findings.isEmpty == false { findings += policy?.findings ?? [] }
        if site?.findings.isEmpty == false { findings += site?.findings ?? [] }
        guard !findings.isEmpty else { return }
        policy?.findings.removeAll()
        site?.findings.removeAll()
        let none: [UInt8] = []
        for finding in findings {
            token &+= 1
            // What stays away came in no frame.
            let isMissing = finding.context.frameNumber == 0
            evaluate(
                finding.deviation, finding.context, message: none.span.bytes,
                frames: isMissing ? MessageFrames(FrameRef()) : frames)
        }
    }
}
