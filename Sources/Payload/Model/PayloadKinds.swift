/// A set of names that a field shows as a list, a bit for each.
public protocol PayloadNames: OptionSet, BitwiseCopyable, Hashable, Sendable where RawValue == UInt16 {
    /// The keyword of a bit; `nil` where it has none.
    static func name(_ bit: Int) -> StaticString?
}

extension PayloadNames {
    /// Calls `body` with the keyword of each member, in the order of the bits.
    public func forEachName(_ body: (StaticString) -> Void) {
        var rest = rawValue
        while rest != 0 {
            if let name = Self.name(rest.trailingZeroBitCount) { body(name) }
            rest &= rest &- 1
        }
    }
}

/// What a record gives away, in the classes of a study of MQTT and CoAP on the Internet: `payload.category`.
public struct RecordClasses: PayloadNames {
    /// A bit for each class.
    public let rawValue: UInt16
    /// The classes of these bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Air, water, soil, weather, light, noise.
    public static let environment = Self(rawValue: 1)
    /// Where a person, animal or thing is.
    public static let positioning = Self(rawValue: 1 << 1)
    /// Electricity, gas, heat and water: producing, storing, metering, charging.
    public static let energy = Self(rawValue: 1 << 2)
    /// Machines, plants, controllers, orders.
    public static let manufacturing = Self(rawValue: 1 << 3)
    /// Danger to life or property, and what exists for it.
    public static let emergency = Self(rawValue: 1 << 4)
    /// Vehicles, ships, aircraft, trains, traffic.
    public static let transportation = Self(rawValue: 1 << 5)
    /// Household and personal products.
    public static let consumer = Self(rawValue: 1 << 6)
    /// Patients, care, health.
    public static let medical = Self(rawValue: 1 << 7)

    /// The keyword of a class.
    public static func name(_ bit: Int) -> StaticString? {
        switch bit {
        case 0: "environment"
        case 1: "positioning"
        case 2: "energy"
        case 3: "manufacturing"
        case 4: "emergency"
        case 5: "transportation"
        case 6: "consumer"
        case 7: "medical"
        default: nil
        }
    }

    /// The class of a keyword; `nil` where there is none.
    public init?(named name: String) {
        guard let bit = (0..<8).first(where: { Self.name($0)?.description == name }) else { return nil }
        self.init(rawValue: 1 << UInt16(bit))
    }
}

/// Secrets: `payload.secret`.
public struct SecretKinds: PayloadNames {
    /// A bit for each kind.
    public let rawValue: UInt16
    /// The kinds of these bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The private half of a key.
    public static let privateKey = Self(rawValue: 1)
    /// A JSON Web Token (RFC 7519).
    public static let jwt = Self(rawValue: 1 << 1)
    /// A credential of a cloud service with a form of its own.
    public static let cloudKey = Self(rawValue: 1 << 2)
    /// An opaque access token (RFC 6750).
    public static let bearerToken = Self(rawValue: 1 << 3)
    /// A password, code, pre-shared key or password hash.
    public static let password = Self(rawValue: 1 << 4)
    /// The name of a wireless network with its key.
    public static let wifiCredentials = Self(rawValue: 1 << 5)

    /// The keyword of a kind.
    public static func name(_ bit: Int) -> StaticString? {
        switch bit {
        case 0: "private_key"
        case 1: "jwt"
        case 2: "cloud_key"
        case 3: "bearer_token"
        case 4: "password"
        case 5: "wifi_credentials"
        default: nil
        }
    }
}

/// Personal data: `payload.personal`.
public struct PersonalKinds: PayloadNames {
    /// A bit for each kind.
    public let rawValue: UInt16
    /// The kinds of these bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// A mail address (RFC 5322, 3.4.1).
    public static let mail = Self(rawValue: 1)
    /// A telephone number.
    public static let phone = Self(rawValue: 1 << 1)
    /// The name of a natural person.
    public static let name = Self(rawValue: 1 << 2)
    /// The number of a payment card (ISO/IEC 7812-1).
    public static let card = Self(rawValue: 1 << 3)
    /// An account number (ISO 13616-1).
    public static let iban = Self(rawValue: 1 << 4)
    /// Latitude and longitude.
    public static let coordinates = Self(rawValue: 1 << 5)

    /// The keyword of a kind.
    public static func name(_ bit: Int) -> StaticString? {
        switch bit {
        case 0: "mail"
        case 1: "phone"
        case 2: "name"
        case 3: "card"
        case 4: "iban"
        case 5: "coordinates"
        default: nil
        }
    }
}

/// Medical records: `payload.medical`.
public struct MedicalKinds: PayloadNames {
    /// A bit for each kind.
    public let rawValue: UInt16
    /// The kinds of these bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// HL7 version 2.
    public static let hl7v2 = Self(rawValue: 1)
    /// HL7 FHIR.
    public static let fhir = Self(rawValue: 1 << 1)
    /// DICOM.
    public static let dicom = Self(rawValue: 1 << 2)
    /// Heart rate, oxygen saturation, blood pressure and the like.
    public static let vitalSigns = Self(rawValue: 1 << 3)

    /// The keyword of a kind.
    public static func name(_ bit: Int) -> StaticString? {
        switch bit {
        case 0: "hl7v2"
        case 1: "fhir"
        case 2: "dicom"
        case 3: "vital_signs"
        default: nil
        }
    }
}

/// Records of machines and plants: `payload.industrial`.
public struct IndustrialKinds: PayloadNames {
    /// A bit for each kind.
    public let rawValue: UInt16
    /// The kinds of these bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Values or writes of a controller's tags, registers, memory.
    public static let plcTelemetry = Self(rawValue: 1)
    /// Sparkplug B.
    public static let sparkplug = Self(rawValue: 1 << 1)
    /// A network message of OPC UA (OPC 10000-14).
    public static let opcuaPubSub = Self(rawValue: 1 << 2)
    /// An alarm of a machine or plant.
    public static let alarm = Self(rawValue: 1 << 3)
    /// Work orders, wear, service that is due.
    public static let maintenance = Self(rawValue: 1 << 4)

    /// The keyword of a kind.
    public static func name(_ bit: Int) -> StaticString? {
        switch bit {
        case 0: "plc_telemetry"
        case 1: "sparkplug"
        case 2: "opcua_pubsub"
        case 3: "alarm"
        case 4: "maintenance"
        default: nil
        }
    }
}

/// Firmware and orders to fetch it: `payload.firmware`.
public struct FirmwareKinds: PayloadNames {
    /// A bit for each kind.
    public let rawValue: UInt16
    /// The kinds of these bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// An ELF file.
    public static let elf = Self(rawValue: 1)
    /// An application image of Espressif.
    public static let espImage = Self(rawValue: 1 << 1)
    /// An image of U-Boot, legacy or FIT.
    public static let uboot = Self(rawValue: 1 << 2)
    /// An artifact of Mender.
    public static let mender = Self(rawValue: 1 << 3)
    /// A SUIT manifest or envelope.
    public static let suit = Self(rawValue: 1 << 4)
    /// Intel HEX records.
    public static let intelHex = Self(rawValue: 1 << 5)
    /// Motorola S-records.
    public static let srec = Self(rawValue: 1 << 6)
    /// An order to install or fetch an update.
    public static let updateCommand = Self(rawValue: 1 << 7)
    /// The address of an update.
    public static let updateURL = Self(rawValue: 1 << 8)

    /// The keyword of a kind.
    public static func name(_ bit: Int) -> StaticString? {
        switch bit {
        case 0: "elf"
        case 1: "esp_image"
        case 2: "uboot"
        case 3: "mender"
        case 4: "suit"
        case 5: "intel_hex"
        case 6: "srec"
        case 7: "update_command"
        case 8: "update_url"
        default: nil
        }
    }
}

/// What is meant to be run by whoever reads it: `payload.command`.
public struct CommandKinds: PayloadNames {
    /// A bit for each kind.
    public let rawValue: UInt16
    /// The kinds of these bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// What a shell command printed.
    public static let shellOutput = Self(rawValue: 1)
    /// A command that opens a shell towards another host.
    public static let reverseShell = Self(rawValue: 1 << 1)
    /// A shell command in base64.
    public static let base64Shell = Self(rawValue: 1 << 2)
    /// SQL that breaks out of a value.
    public static let sqlInjection = Self(rawValue: 1 << 3)
    /// An expression for a template engine or a lookup.
    public static let templateInjection = Self(rawValue: 1 << 4)
    /// Script for a viewer.
    public static let scriptInjection = Self(rawValue: 1 << 5)

    /// The keyword of a kind.
    public static func name(_ bit: Int) -> StaticString? {
        switch bit {
        case 0: "shell_output"
        case 1: "reverse_shell"
        case 2: "base64_shell"
        case 3: "sql_injection"
        case 4: "template_injection"
        case 5: "script_injection"
        default: nil
        }
    }
}

/// Signs of commands and tunnels that are no kind by themselves: `payload.sign`.
public struct SignKinds: PayloadNames {
    /// A bit for each kind.
    public let rawValue: UInt16
    /// The kinds of these bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Words of a shell.
    public static let shellWords = Self(rawValue: 1)
    /// A command that runs what it was given or has fetched.
    public static let fetchAndRun = Self(rawValue: 1 << 1)
    /// A request of HTTP (RFC 9112, 3).
    public static let httpRequest = Self(rawValue: 1 << 2)
    /// The beginning of SSH (RFC 4253, 4.2).
    public static let ssh = Self(rawValue: 1 << 3)
    /// A hand-shake of TLS (RFC 8446, 5.1).
    public static let tls = Self(rawValue: 1 << 4)

    /// The keyword of a kind.
    public static func name(_ bit: Int) -> StaticString? {
        switch bit {
        case 0: "shell_words"
        case 1: "fetch_and_run"
        case 2: "http_request"
        case 3: "ssh"
        case 4: "tls"
        default: nil
        }
    }
}
