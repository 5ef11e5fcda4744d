import Bytes
import Events

// What all that was found comes to.
extension PayloadReader {
    /// Ends a payload: decides on what needs more than one value.
    mutating func finish(isSparkplug: Bool) {
        decideSecrets()
        decideName()
        if pair.isPlace, !seen.contains(.local) || pair.latitude != nil && pair.longitude != nil {
            findings.personal.insert(.coordinates)
        }
        // The pulses of a meter, the hours of a machine.
        if findings.medical == .vitalSigns, score.isDoubted(.medical) { findings.medical = [] }
        if findings.medical.contains(.hl7v2) { findings.medical.remove(.dicom) }
        // What is observed is named by its code, apart from the value.
        if findings.medical.contains(.fhir), seen.contains(.vitalSigns), numbers > 0 {
            findings.medical.insert(.vitalSigns)
        }
        decideUpdate()
        if isSparkplug { findings.industrial.insert(.sparkplug) }
        findings.classes = classes()
        decideIndustrial()
    }

    private mutating func decideSecrets() {
        if hasKeyType, !privatePart.isEmpty {
            findings.secret.insert(.privateKey)
            findings.places.add(privatePart, .privateKey)
        }
        if hasAccessKeyID, !accessKey.isEmpty { findings.places.add(accessKey, .cloudKey) }
        if !code.isEmpty, everything.union(said).contains(.entry) {
            findings.secret.insert(.password)
            findings.places.add(code, .password)
        }
        guard !wifiKey.isEmpty else { return }
        findings.secret.insert(hasWifiName ? .wifiCredentials : .password)
        if hasWifiName { findings.places.rename(wifiKey, kind: SecretKinds.wifiCredentials.rawValue) }
    }

    // MARK: - Updates

    /// An instruction to update: an order that says so, a topic that does with nothing to the contrary in the message, or the
    /// address of an image where something is ordered.
    private mutating func decideUpdate() {
        // The address in a manifest is part of it.
        if findings.firmware.contains(.suit) { findings.firmware.remove(.updateURL) }
        switch findings.format {
        case .executable, .archive, .image, .binary: return
        default: if isTalk || !findings.firmware.subtracting([.updateURL, .updateCommand]).isEmpty { return }
        }
        let isReport = topic.contains(.report) || said.contains(.report) && numbers + scalars <= 2
        let hasURL = findings.firmware.contains(.updateURL)
        // To set the address is not yet to fetch what is there.
        guard !isReport, !isBareURL || !lastLevels.contains(.updateURL) else { return }
        let isOrder = everything.contains(.order)
        let isOfFirmware = !everything.isDisjoint(with: [.firmware, .updateCommand])
        let isSaid = said.contains(.updateCommand) || said.contains(.renewal) && (hasURL || isOfFirmware)
        // Other orders may come under the topic of updates.
        let isTopic = lastLevels.contains(.updateCommand) || lastLevels.contains(.renewal) && topic.contains(.firmware)
        let isOther = seen.contains(.order) && !isSaid
        let isNamed = seen.contains(.updateCommand)
        // An address with more about the image than that, under a topic of updates: a job.
        let isAddressed =
            scalars >= 2 && !lastLevels.isDisjoint(with: [.updateCommand, .updateURL, .firmware])
            && everything.isDisjoint(with: [.report, .configuration])
        if isOrder && isSaid || isTopic && !isOther && (isNamed || seen.isDisjoint(with: .report))
            || hasURL && (isOrder && !isOther || lastLevels.contains(.renewal) || isAddressed)
        {
            findings.firmware.insert(.updateCommand)
        }
    }

    // MARK: - Classes

    private mutating func classes() -> RecordClasses {
        var proven: RecordClasses = []
        if findings.personal.contains(.coordinates) { proven.insert(.positioning) }
        if !findings.medical.isEmpty { proven.insert(.medical) }
        // Much is maintained that is no machine.
        let isMaintained = findings.industrial.contains(.maintenance) && score.hinted.contains(.manufacturing)
        if findings.industrial.contains(.plcTelemetry) || isMaintained { score.add(mild: .manufacturing) }
        if isAside || isQuiet { return proven.intersection(.medical) }
        var classes = score.classes(proven: proven)
        // Nothing but texts that say nothing of it, under the topic of a product: bookkeeping.
        if isWordy, numbers == 0, findings.industrial.isEmpty {
            classes.subtract(score.onlyInTopic.subtracting([.emergency, .medical, .transportation, .positioning]))
        }
        // The sessions, users and parameters of a product are none of its records.
        if isOfUpkeep { classes.subtract(score.onlyInTopic.subtracting(endClasses)) }
        // A receiver without a fix tells no place.
        if !proven.contains(.positioning), !seen.isDisjoint(with: [.latitude, .longitude]) {
            classes.remove(.positioning)
        }
        // That there is no fault is no record, but of what saves lives.
        if scalars <= 1, !hasTrouble, !lastLevel.isDisjoint(with: [.trouble, .alarm]) {
            classes.formIntersection([.emergency, .consumer, .medical])
        }
        return classes
    }

    /// Settings, updates and attacks are no records of anything.
    private var isAside: Bool {
        findings.firmware.rawValue | findings.command.rawValue | findings.secret.rawValue != 0
    }

    // MARK: - Machines

    private mutating func decideIndustrial() {
        let isAside = isAside || isQuiet
        decideAlarm(isAside)
        if isAside { findings.industrial.remove(.maintenance) }
        guard findings.industrial.contains(.plcTelemetry) else { return }
        // A gateway's name alone is no value of a controller's: others than controllers stand behind it too.
        let isOther = !findings.classes.isDisjoint(with: [.energy, .environment, .consumer, .transportation, .medical])
        let isElse =
            isOther || findings.industrial.contains(.maintenance) || findings.industrial.contains(.opcuaPubSub)
            || findings.industrial.contains(.alarm) && topic.contains(.alarm)
        let isAddressed = hasAddress || everything.union(said).contains(.plcAddress)
        // To register somewhere is nothing of a controller's.
        let isNothing = isUpkeep && !hasAddress && seen.isDisjoint(with: .plcAddress)
        if isAside || isElse && !isAddressed || isNothing {
            findings.industrial.remove(.plcTelemetry)
        }
    }

    /// An alarm of a machine: a word for it in topic or key, and what belongs to one, where it is not one of fire or burglars.
    private mutating func decideAlarm(_ isAside: Bool) {
        let isOfMachine =
            !findings.classes.isDisjoint(with: [.manufacturing, .energy]) || !findings.industrial.isEmpty
        guard !isAside, scalars > 0, findings.classes.isDisjoint(with: [.emergency, .medical]),
            isOfMachine || findings.classes.isDisjoint(with: [.consumer, .transportation])
        else { return }
        let isAlarm = everything.contains(.alarm) || said.contains(.alarm) && isOfMachine
        guard isAlarm || everything.contains(.trouble) && isOfMachine, hasTrouble else { return }
        guard isOfMachine || seen.contains(.alarmDetail) else { return }
        findings.industrial.insert(.alarm)
        if isOfMachine || !score.hinted.isDisjoint(with: .manufacturing),
            findings.classes.isDisjoint(with: [.energy, .consumer, .transportation])
        {
            findings.classes.insert(.manufacturing)
        }
    }
}
