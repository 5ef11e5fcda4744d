import Events

extension CoAPViolation {
    /// What CoAP messages are held against, in plain words: sections of RFCs, since these number no statements.
    public static var statements: [SpecificationStatement] {
        var breaches: [String: [String]] = [:]
        for violation in allCases { breaches["\(violation.section.id)", default: []].append("\(violation.summary)") }
        for violation in CoAPExtensionViolation.allCases {
            breaches["\(violation.section.id)", default: []].append("\(violation.summary)")
        }
        for violation in [CarrierViolation.coapSubprotocol, .coapText] {
            breaches["\(violation.name)", default: []].append("\(violation.summary)")
        }
        return breaches.map { SpecificationStatement(rfc: $0.key, breaches: $0.value) }
    }
}
