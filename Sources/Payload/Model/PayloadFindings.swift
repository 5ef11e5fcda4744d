import Bytes
import Events

/// What a payload is and holds: what is remembered of payloads of one shape.
struct PayloadVerdict: BitwiseCopyable, Sendable {
    /// What it is written in.
    var format = PayloadFormat.empty
    /// Whether the look ended before the payload did.
    var isCut = false
    /// What it gives away.
    var classes: RecordClasses = []
    /// The secrets in it.
    var secret: SecretKinds = []
    /// The personal data in it.
    var personal: PersonalKinds = []
    /// The medical records in it.
    var medical: MedicalKinds = []
    /// The records of machines in it.
    var industrial: IndustrialKinds = []
    /// The firmware in it.
    var firmware: FirmwareKinds = []
    /// The commands in it.
    var command: CommandKinds = []
    /// Other signs of commands and tunnels in it.
    var sign: SignKinds = []

    /// Whether anything was found beside format and class.
    var hasKinds: Bool {
        secret.rawValue | personal.rawValue | medical.rawValue | industrial.rawValue | firmware.rawValue
            | command.rawValue | sign.rawValue != 0
    }
}

/// What a look into a payload found, with places counted from the first byte of the payload.
public struct PayloadFindings: Sendable {
    /// What it is written in.
    public internal(set) var format = PayloadFormat.empty
    /// Whether the look ended before the payload did.
    public internal(set) var isCut = false
    /// What it gives away.
    public internal(set) var classes: RecordClasses = []
    /// The secrets in it.
    public internal(set) var secret: SecretKinds = []
    /// The personal data in it.
    public internal(set) var personal: PersonalKinds = []
    /// The medical records in it.
    public internal(set) var medical: MedicalKinds = []
    /// The records of machines in it.
    public internal(set) var industrial: IndustrialKinds = []
    /// The firmware in it.
    public internal(set) var firmware: FirmwareKinds = []
    /// The commands in it.
    public internal(set) var command: CommandKinds = []
    /// Other signs of commands and tunnels in it.
    public internal(set) var sign: SignKinds = []
    /// Where secrets stand.
    public internal(set) var places = SecretPlaces()

    /// Nothing.
    public init() {}

    /// What the payload is and holds, without the places.
    var verdict: PayloadVerdict {
        get {
            var verdict = PayloadVerdict()
            verdict.format = format
            verdict.isCut = isCut
            verdict.classes = classes
            verdict.secret = secret
            verdict.personal = personal
            verdict.medical = medical
            verdict.industrial = industrial
            verdict.firmware = firmware
            verdict.command = command
            verdict.sign = sign
            return verdict
        }
        set {
            format = newValue.format
            isCut = newValue.isCut
            classes = newValue.classes
            secret = newValue.secret
            personal = newValue.personal
            medical = newValue.medical
            industrial = newValue.industrial
            firmware = newValue.firmware
            command = newValue.command
            sign = newValue.sign
        }
    }

    /// Whether anything was found beside format and class.
    var hasKinds: Bool { verdict.hasKinds }
}

extension SecretPlaces {
    /// Adds a secret of a kind.
    mutating func add(_ range: ByteRange, _ kind: SecretKinds) { add(range, kind: kind.rawValue) }
}
