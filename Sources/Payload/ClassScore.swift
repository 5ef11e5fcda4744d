/// What speaks for each class of record, from topic, keys and values together.
struct ClassScore {
    /// Where a text stands.
    enum Scope { case topic, key, value }

    private var strong: UInt8 = 0
    private var shy: UInt8 = 0
    private var mild: UInt8 = 0
    private var against: UInt8 = 0
    private var veto: UInt8 = 0
    /// Classes with one hint, with two different ones, and with one that is no value.
    private var once: UInt8 = 0
    private var twice: UInt8 = 0
    private var anchored: UInt8 = 0
    /// Classes with a hint that is not faint.
    private var firm: UInt8 = 0
    private var first = InlineArray<8, UInt32>(repeating: 0)

    /// Classes of which topic and payload say anything at all.
    private var inTopic: UInt8 = 0
    private var inBody: UInt8 = 0

    /// Adds what a text says.
    mutating func add(_ facts: TextFacts, _ scope: Scope) {
        var any = facts.strong | facts.shy | facts.mild
        for index in 0..<Int(facts.hintCount) { any |= facts.hints[index].classes | facts.hints[index].valueClasses }
        if scope == .topic { inTopic |= any } else { inBody |= any }
        if scope != .value {
            strong |= facts.strong
            shy |= facts.shy
            mild |= facts.mild
            against |= facts.against
            veto |= facts.veto
        }
        for index in 0..<Int(facts.hintCount) {
            let hint = facts.hints[index]
            if scope != .value { firm |= hint.firm }
            self.hint(scope == .value ? hint.valueClasses : hint.classes, hint.term, isAnchor: scope != .value)
        }
    }

    /// Adds what shows a class by itself.
    mutating func add(strong classes: RecordClasses) { strong |= UInt8(truncatingIfNeeded: classes.rawValue) }

    /// The classes of which only the topic tells.
    var onlyInTopic: RecordClasses { RecordClasses(rawValue: UInt16(inTopic & ~inBody)) }

    /// The classes of which anything tells, and nothing to the contrary.
    var hinted: RecordClasses { RecordClasses(rawValue: UInt16((inTopic | inBody) & ~veto)) }

    /// Whether something stands against a class, and nothing but shy terms for it.
    func isDoubted(_ class: RecordClasses) -> Bool {
        let bits = Self.bits(`class`)
        return against & bits != 0 && (strong | once) & bits == 0
    }

    /// Adds what shows a class where nothing else is shown.
    mutating func add(mild classes: RecordClasses) { mild |= UInt8(truncatingIfNeeded: classes.rawValue) }

    private mutating func hint(_ classes: UInt8, _ term: UInt32, isAnchor: Bool) {
        guard classes != 0 else { return }
        if isAnchor { anchored |= classes }
        var rest = classes
        while rest != 0 {
            let bit = rest.trailingZeroBitCount
            rest &= rest &- 1
            if once >> UInt8(bit) & 1 == 0 {
                first[bit] = term
            } else if first[bit] != term {
                twice |= 1 << UInt8(bit)
            }
        }
        once |= classes
    }

    /// The classes that have one strong term or two different hints, of which one is no value.
    ///
    /// Where both are faint, one stands in the topic and one in the payload.
    private var shown: UInt8 { (strong | twice & anchored & (firm | inTopic & inBody)) & ~veto }

    /// What is shown, what is shy where nothing stands against it, and what is mild where nothing else is.
    var classes: RecordClasses {
        var given = shown
        // A warm inverter is no weather, a room with a meter in it no household product.
        if given & Self.exclusive == 0 { given |= shy & ~against & ~veto }
        // What two words hint at counts less than what one shows.
        if (strong & ~veto & Self.exclusive | given & Self.bits(.emergency)) != 0 {
            given &= ~(Self.bits([.environment, .consumer]) & ~(strong | shy))
        }
        // A boiler tells of the air outside, a printer of the air in its case; they are no weather stations.
        if strong & ~veto & Self.exclusive != 0 { given &= ~Self.bits(.environment) }
        // A tripped motor is no burglar.
        let isMachine = (given | mild) & Self.bits([.manufacturing, .energy]) != 0
        if isMachine, strong & Self.bits(.emergency) == 0 { given &= ~Self.bits(.emergency) }
        if given & ~Self.accompanying & ~mild == 0 {
            // Behind a controller there may be a meter: its name counts more than that of the controller.
            let named = once & firm & Self.bits([.energy, .transportation, .medical]) & ~veto
            given |= mild & Self.bits(.manufacturing) != 0 && named != 0 ? named : mild & ~veto
            // A balcony has solar panels, too.
            if once & Self.bits(.energy) & ~mild != 0 { given &= ~(mild & Self.bits(.consumer)) }
        }
        return RecordClasses(rawValue: UInt16(given))
    }

    /// The same with classes that something else shows beyond doubt, whatever the words say.
    func classes(proven: RecordClasses) -> RecordClasses { classes.union(proven) }

    /// Classes beside which a bare word such as `temperature`, `machine` or `kitchen` means nothing of its own.
    private static let exclusive = bits([.energy, .manufacturing, .transportation, .medical])
    /// Classes that go with any other.
    private static let accompanying = bits([.emergency, .positioning])

    private static func bits(_ classes: RecordClasses) -> UInt8 { UInt8(truncatingIfNeeded: classes.rawValue) }
}
