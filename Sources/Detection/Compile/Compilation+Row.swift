import Events
import Sigma

/// What alert rows tell beside their count, and how they rise.
extension Compilation {
    /// What a rule says of its rows.
    struct RowDraft {
        var steps: [RowStep] = []
        var distinctSlots: [Int] = []
        var distinctName: String?
        var bytesSlot = -1
        var kindSlots: [Int] = []
    }

    /// Finds the fields that rows count and add up, and makes the steps.
    mutating func row(_ metadata: SigmaMetadata, _ place: Place, timespan: Int64?) -> RowDraft {
        let own = metadata.earshot
        var draft = RowDraft()
        draft.distinctSlots = own.distinct.compactMap { slot($0, place) }
        draft.distinctName = own.distinct.first.map { pluralName(of: $0.value) }
        if let bytes = own.bytes, let found = numberSlot(bytes, place) {
            if found.isReal {
                error(place, "type-mismatch", bytes.position, "The values of \(bytes.value) are no numbers of bytes")
            }
            draft.bytesSlot = found.slot
        }
        draft.kindSlots = own.kinds.compactMap { name in
            guard let found = slot(name, place) else { return nil }
            let type = pool.slots[found].entry.info.type
            if type != .keyword {
                error(
                    place, "type-mismatch", name.position, "The values of \(name.value) are no keywords",
                    hint: "a field with few values, such as payload.category")
            }
            return found
        }
        draft.steps = [RowStep(level: metadata.level.value, title: metadata.title.value, summary: nil)]
        for step in own.escalate {
            if step.level.value < metadata.level.value {
                error(
                    place, "bad-step", step.level.position,
                    "The step is less bad than the rule, which is \(metadata.level.value.rawValue)")
            }
            let summary = step.summary.map { summaryTemplate($0, place, timespan: timespan) }
            draft.steps.append(
                RowStep(
                    level: step.level.value, title: step.title?.value ?? draft.steps.last?.title ?? "", summary: summary
                ))
        }
        return draft
    }

    /// Lets the rules that are steps of others join their rows.
    mutating func joinRows() {
        for index in loaded.keys.sorted() {
            guard let document = loaded[index] else { continue }
            let place = Place(document: index, file: document.rule.file, category: nil)
            for (number, step) in document.rule.metadata.earshot.escalate.enumerated() {
                guard let name = step.rule else { continue }
                join(name, index, UInt8(truncatingIfNeeded: number + 1), place)
            }
        }
    }

    private mutating func join(_ name: Located<String>, _ owner: Int, _ step: UInt8, _ place: Place) {
        guard let joined = document(of: name.value), loaded[joined] != nil else {
            // What is wrong with a rule that is there was said where it stands.
            if document(of: name.value) != nil || unreadable.contains(name.value) { return }
            let doubt = doubt(of: name.value)
            return error(place, "unknown-rule", name.position, doubt.message, hint: doubt.hint)
        }
        func fields(_ index: Int) -> [Int]? { loaded[index]?.rule.suppression?.slots }
        if joined == owner || loaded[joined]?.ownerDocument != nil
            || loaded.values.contains(where: { $0.ownerDocument == joined })
        {
            return error(
                place, "bad-step", name.position, "The rows of \(name.value) cannot join those of this rule",
                hint: "a rule is a step of one other, and has no rows that others join")
        }
        guard fields(joined) == fields(owner), fields(owner) != nil else {
            return error(
                place, "bad-step", name.position,
                "The rows of \(name.value) are told apart by other fields than those of this rule",
                hint: "give both the same `suppress: {by: [...]}`")
        }
        if loaded[owner]?.rule.metadata.earshot.escalate[Int(step) - 1].title == nil,
            let title = loaded[joined]?.rule.title
        {
            loaded[owner]?.rule.steps[Int(step)].title = title
        }
        loaded[joined]?.ownerDocument = owner
        loaded[joined]?.rule.ownerStep = step
    }
}

/// What a number of different values of a field are called.
func pluralName(of field: String) -> String {
    switch field {
    case "mqtt.clientid", "client.ip": "clients"
    case "server.ip": "servers"
    case "source.ip", "destination.ip": "hosts"
    case "mqtt.username": "users"
    case "mqtt.topic", "mqtt.filter", "mqtt.willtopic": "topics"
    case "coap.uri_path": "resources"
    case "violation.id": "violations"
    default: "values of \(field)"
    }
}
