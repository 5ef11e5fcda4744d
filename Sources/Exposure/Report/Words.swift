import Alerts
import Foundation

/// Numbers, times and lists as the sentences of a report have them.
enum Words {
    /// A number with thousands apart: `1,204`.
    static func number(_ value: some BinaryInteger) -> String {
        var digits = String(value.magnitude)
        var parts: [String] = []
        while digits.count > 3 {
            parts.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return (value < 0 ? "-" : "") + ([digits] + parts).joined(separator: ",")
    }

    /// A number with its noun: `1,204 frames`.
    static func count(_ value: some BinaryInteger, _ noun: String, _ many: String? = nil) -> String {
        "\(number(value)) \(value == 1 ? noun : many ?? noun + "s")"
    }

    /// A number that may be an estimate.
    static func count(_ names: Int, isEstimate: Bool, _ noun: String) -> String {
        (isEstimate ? "about " : "") + count(names, noun)
    }

    /// A number of bytes.
    static func bytes(_ value: some BinaryInteger) -> String {
        var (amount, unit) = (Double(value), "B")
        for next in ["kB", "MB", "GB", "TB"] where amount >= 1000 { (amount, unit) = (amount / 1000, next) }
        return unit == "B" || amount >= 100 ? "\(Int(amount)) \(unit)" : "\(decimal(amount)) \(unit)"
    }

    /// A number with one digit behind the point, or none where that is 0.
    static func decimal(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "?" }
        let tenths = Int64((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }

    /// A share as a percentage: never 0 for what is there nor 100 for what is not all.
    static func percent(_ share: Double) -> String {
        guard share.isFinite, share > 0 else { return "0 %" }
        if share < 0.001 { return "below 0.1 %" }
        if share < 1, share > 0.995 { return "over 99 %" }
        return share < 0.1 ? "\(decimal(share * 100)) %" : "\(Int((share * 100).rounded())) %"
    }

    /// A list: the first, and how many more there are.
    static func list(_ items: [String], limit: Int = 5) -> String {
        let rest = items.count - limit
        let shown = items.prefix(limit)
        guard rest <= 0 else { return shown.joined(separator: ", ") + " and \(number(rest)) more" }
        guard let last = shown.last, shown.count > 1 else { return shown.joined() }
        return shown.dropLast().joined(separator: ", ") + " and \(last)"
    }

    /// `2026-11-12 09:20 UTC` of microseconds since 1970.
    static func time(_ microseconds: Int64) -> String {
        let time = CalendarTime(microseconds: microseconds)
        return "\(time.date) \(time.clock.prefix(5)) UTC"
    }

    /// `12 November 2026` of microseconds since 1970.
    static func day(_ microseconds: Int64) -> String {
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ]
        let parts = CalendarTime(microseconds: microseconds).date.split(separator: "-")
        guard parts.count == 3, let month = Int(parts[1]), let day = Int(parts[2]), (1...12).contains(month) else {
            return time(microseconds)
        }
        return "\(day) \(months[month - 1]) \(parts[0])"
    }

    /// The keywords of classes and kinds as people say them.
    static func name(ofKind kind: String) -> String {
        let word = kind.split(separator: ".").last.map(String.init) ?? kind
        return names[word] ?? word.replacing("_", with: " ")
    }

    private static let names = [
        "jwt": "JSON web tokens", "private_key": "private keys", "cloud_key": "keys of cloud services",
        "bearer_token": "access tokens", "password": "passwords", "wifi_credentials": "Wi-Fi keys",
        "mail": "mail addresses", "phone": "telephone numbers", "name": "names of people", "card": "card numbers",
        "iban": "bank accounts", "coordinates": "geographic positions", "hl7v2": "HL7 messages",
        "fhir": "FHIR resources", "dicom": "DICOM objects", "vital_signs": "vital signs",
        "plc_telemetry": "PLC values", "sparkplug": "Sparkplug messages", "opcua_pubsub": "OPC UA messages",
        "alarm": "plant alarms", "maintenance": "maintenance records", "elf": "ELF programs",
        "esp_image": "images for ESP chips", "uboot": "U-Boot images", "mender": "Mender artifacts",
        "suit": "SUIT manifests", "intel_hex": "Intel HEX files", "srec": "S-record files",
        "update_command": "orders to update", "update_url": "addresses of updates", "shell_output": "shell output",
        "login": "logins",
    ]
}
