/// The stable names of everything that a rule file can have wrong, as `Diagnostic.code` carries them.
public enum DiagnosticCode: String, CaseIterable, Sendable {
    // The file and its YAML.
    case fileTooLarge = "file-too-large"
    case tooManyDocuments = "too-many-documents"
    case tooManyValues = "too-many-values"
    case tooManyErrors = "too-many-errors"
    case tooDeep = "too-deep"
    case noDocument = "no-document"
    case yamlSyntax = "yaml-syntax"
    case yamlTab = "yaml-tab"
    case yamlCharacter = "yaml-character"
    case yamlDirective = "yaml-directive"
    case yamlAlias = "yaml-alias"
    case yamlTag = "yaml-tag"
    case duplicateKey = "duplicate-key"
    case badKey = "bad-key"
    case commentValue = "comment-value"
    case ambiguousValue = "ambiguous-value"
    case numberRange = "number-range"

    // The attributes of a document.
    case missingKey = "missing-key"
    case unknownKey = "unknown-key"
    case unknownValue = "unknown-value"
    case wrongType = "wrong-type"
    case emptyValue = "empty-value"
    case tooLong = "too-long"
    case badText = "bad-text"
    case badID = "bad-id"
    case badDate = "bad-date"
    case badTag = "bad-tag"
    case badDuration = "bad-duration"
    case badCount = "bad-count"
    case duplicateEntry = "duplicate-entry"
    case mixedDocument = "mixed-document"
    case unsupportedDocument = "unsupported-document"

    // Detections.
    case badSelectionName = "bad-selection-name"
    case mixedList = "mixed-list"
    case keywordModifier = "keyword-modifier"
    case unknownModifier = "unknown-modifier"
    case duplicateModifier = "duplicate-modifier"
    case modifierClash = "modifier-clash"
    case modifierOrder = "modifier-order"
    case modifierValue = "modifier-value"
    case badCIDR = "bad-cidr"
    case noPlaceholder = "no-placeholder"
    case badTopic = "bad-topic"
    case oldTimeframe = "old-timeframe"

    // Conditions.
    case conditionSyntax = "condition-syntax"
    case oldAggregation = "old-aggregation"
    case unknownSelection = "unknown-selection"
    case unmatchedPattern = "unmatched-pattern"
    case unusedSelection = "unused-selection"

    // Correlations.
    case unlistedRule = "unlisted-rule"
    case unusedRule = "unused-rule"
    case unsupportedCorrelation = "unsupported-correlation"
    case unexpectedField = "unexpected-field"
    case impossibleCondition = "impossible-condition"
    case badAlias = "bad-alias"
    case badPercentile = "bad-percentile"

    // The attribute `earshot`, and filters.
    case badMessage = "bad-message"
    case keepingFilter = "keeping-filter"

    /// What the code stands for, in one line.
    public var explanation: String {
        switch self {
        case .fileTooLarge: "The file is longer than a rule file may be."
        case .tooManyDocuments: "The file holds more YAML documents than a rule file may."
        case .tooManyValues: "The document holds more values than a rule may."
        case .tooManyErrors: "The document has more errors than are shown."
        case .tooDeep: "Lists, maps or brackets are nested deeper than a rule may nest them."
        case .noDocument: "The file holds nothing but comments and blank lines."
        case .yamlSyntax: "The text is not YAML."
        case .yamlTab: "There is a tab in the text; rules are indented with spaces."
        case .yamlCharacter: "There is a character that does not print, or that hides how the line reads."
        case .yamlDirective: "There is a YAML directive; rules have none."
        case .yamlAlias: "There is an anchor, an alias or a merge key; rules have none."
        case .yamlTag: "There is an explicit YAML tag; rules have none."
        case .duplicateKey: "A map has the same key twice."
        case .badKey: "The key of a map is not text."
        case .commentValue: "A comment stands where a value is expected."
        case .ambiguousValue: "The value means different things to different versions of YAML; it needs quotes."
        case .numberRange: "The number does not fit into 64 bits, or is not finite."
        case .missingKey: "A key that the rule must have is missing."
        case .unknownKey: "A key is unknown at this place."
        case .unknownValue: "The value is none of those that this key can have."
        case .wrongType: "The value is of another kind than the key asks for."
        case .emptyValue: "The value is empty."
        case .tooLong: "The text is longer than the specification allows."
        case .badText: "The text holds a line break or a control character."
        case .badID: "The identifier is not a UUID."
        case .badDate: "The date is not a day of the calendar in the form YYYY-MM-DD."
        case .badTag: "The tag does not follow the syntax of tags."
        case .badDuration: "The span of time is not a whole number followed by s, m, h, d, w, M or y."
        case .badCount: "The number is out of the range that makes sense here."
        case .duplicateEntry: "A list names the same thing twice."
        case .mixedDocument: "The document is two of a rule, a correlation and a filter at once."
        case .unsupportedDocument: "This version cannot load this kind of document."
        case .badSelectionName: "A condition could not refer to a selection of this name."
        case .mixedList: "A list mixes maps with words."
        case .keywordModifier: "A modifier needs a field, and there is none."
        case .unknownModifier: "The field modifier is unknown."
        case .duplicateModifier: "The field modifier is given twice."
        case .modifierClash: "Two field modifiers cannot stand together."
        case .modifierOrder: "A field modifier stands at the wrong place among the others."
        case .modifierValue: "The value does not suit the field modifier."
        case .badCIDR: "The text is not a network in CIDR notation."
        case .noPlaceholder: "`expand` stands on values without a `%name%`."
        case .badTopic: "The text is not an MQTT topic name or topic filter."
        case .oldTimeframe: "The rule uses `timeframe`, which correlations have replaced."
        case .conditionSyntax: "The condition cannot be read."
        case .oldAggregation: "The condition uses the aggregation after a pipe, which correlations have replaced."
        case .unknownSelection: "The condition names a selection that does not exist."
        case .unmatchedPattern: "The condition has a pattern that fits no selection."
        case .unusedSelection: "No condition uses the selection."
        case .unlistedRule: "The condition of a correlation names a rule that it does not refer to."
        case .unusedRule: "A correlation refers to a rule that its condition does not name."
        case .unsupportedCorrelation: "This version does not support this part of correlations."
        case .unexpectedField: "A correlation that counts events has a field."
        case .impossibleCondition: "No number can meet all bounds of the condition."
        case .badAlias: "An alias is not used, or names a rule that the correlation does not refer to."
        case .badPercentile: "The percentile is missing, out of range, or of no use here."
        case .badMessage: "A message or an address of a test is not written as it should be."
        case .keepingFilter: "The condition of a filter has no `not`: it keeps what it selects and leaves out all else."
        }
    }
}

extension Diagnostic {
    /// Makes a diagnostic with a code of this module.
    init(
        _ code: DiagnosticCode, _ severity: Severity = .error, file: String, at position: SourcePosition?,
        _ message: String, hint: String? = nil
    ) {
        self.init(code.rawValue, severity, file: file, at: position, message, hint: hint)
    }
}
