/// A technique of MITRE ATT&CK, of the matrix for enterprises or of that for industrial control systems.
public struct AttackTechnique: Hashable, Sendable {
    /// The number, such as `T0802` or `T1110.001`.
    public var id: String
    /// The name, as ATT&CK has it.
    public var name: String
    /// The tactics that it serves, in the order of the matrix.
    public var tactics: [String]

    /// Whether it belongs to the matrix for industrial control systems, whose numbers begin with T0.
    public var isICS: Bool { id.hasPrefix("T0") }

    fileprivate init(_ id: String, _ name: String, _ tactics: String...) {
        self.id = id
        self.name = name
        self.tactics = tactics
    }
}

extension AttackTechnique {
    /// The tactics of the matrix for enterprises, in its order.
    public static let enterpriseTactics = [
        "Reconnaissance", "Initial Access", "Execution", "Persistence", "Privilege Escalation", "Stealth",
        "Credential Access", "Discovery", "Lateral Movement", "Collection", "Command and Control", "Exfiltration",
        "Impact",
    ]
    /// The tactics of the matrix for industrial control systems, in its order.
    public static let icsTactics = [
        "Initial Access", "Execution", "Persistence", "Privilege Escalation", "Evasion", "Discovery",
        "Lateral Movement", "Collection", "Command and Control", "Inhibit Response Function",
        "Impair Process Control", "Impact",
    ]

    /// The technique of a number; `nil` for one that says nothing of MQTT and CoAP.
    public static func technique(_ id: String) -> AttackTechnique? { byID[id] }

    private static let byID = Dictionary(all.map { ($0.id, $0) }) { first, _ in first }

    /// The techniques that can be seen in MQTT and CoAP, or in what they are used for.
    public static let all: [AttackTechnique] = [
        AttackTechnique("T0801", "Monitor Process State", "Collection"),
        AttackTechnique("T0802", "Automated Collection", "Collection"),
        AttackTechnique("T0804", "Block Reporting Message", "Inhibit Response Function"),
        AttackTechnique("T0809", "Data Destruction", "Inhibit Response Function"),
        AttackTechnique("T0811", "Data from Information Repositories", "Collection"),
        AttackTechnique("T0812", "Default Credentials", "Lateral Movement"),
        AttackTechnique("T0814", "Denial of Service", "Inhibit Response Function"),
        AttackTechnique("T0815", "Denial of View", "Impact"),
        AttackTechnique("T0816", "Device Restart/Shutdown", "Inhibit Response Function"),
        AttackTechnique("T0819", "Exploit Public-Facing Application", "Initial Access"),
        AttackTechnique("T0822", "External Remote Services", "Initial Access"),
        AttackTechnique("T0826", "Loss of Availability", "Impact"),
        AttackTechnique("T0829", "Loss of View", "Impact"),
        AttackTechnique("T0830", "Adversary-in-the-Middle", "Collection"),
        AttackTechnique("T0831", "Manipulation of Control", "Impact"),
        AttackTechnique("T0832", "Manipulation of View", "Impact"),
        AttackTechnique("T0836", "Modify Parameter", "Impair Process Control"),
        AttackTechnique("T0839", "Module Firmware", "Persistence", "Impair Process Control"),
        AttackTechnique("T0842", "Network Sniffing", "Discovery"),
        AttackTechnique("T0846", "Remote System Discovery", "Discovery"),
        AttackTechnique("T0848", "Rogue Master", "Initial Access"),
        AttackTechnique("T0849", "Masquerading", "Evasion"),
        AttackTechnique("T0855", "Unauthorized Command Message", "Impair Process Control"),
        AttackTechnique("T0856", "Spoof Reporting Message", "Evasion", "Impair Process Control"),
        AttackTechnique("T0857", "System Firmware", "Persistence", "Inhibit Response Function"),
        AttackTechnique("T0859", "Valid Accounts", "Persistence", "Lateral Movement"),
        AttackTechnique("T0861", "Point & Tag Identification", "Collection"),
        AttackTechnique("T0864", "Transient Cyber Asset", "Initial Access"),
        AttackTechnique("T0866", "Exploitation of Remote Services", "Initial Access", "Lateral Movement"),
        AttackTechnique("T0869", "Standard Application Layer Protocol", "Command and Control"),
        AttackTechnique("T0878", "Alarm Suppression", "Inhibit Response Function"),
        AttackTechnique("T0882", "Theft of Operational Information", "Impact"),
        AttackTechnique("T0883", "Internet Accessible Device", "Initial Access"),
        AttackTechnique("T0884", "Connection Proxy", "Command and Control"),
        AttackTechnique("T0885", "Commonly Used Port", "Command and Control"),
        AttackTechnique("T0888", "Remote System Information Discovery", "Discovery"),
        AttackTechnique("T0890", "Exploitation for Privilege Escalation", "Privilege Escalation"),
        AttackTechnique("T1001", "Data Obfuscation", "Command and Control"),
        AttackTechnique("T1018", "Remote System Discovery", "Discovery"),
        AttackTechnique("T1029", "Scheduled Transfer", "Exfiltration"),
        AttackTechnique("T1036", "Masquerading", "Stealth"),
        AttackTechnique("T1040", "Network Sniffing", "Credential Access", "Discovery"),
        AttackTechnique("T1041", "Exfiltration Over C2 Channel", "Exfiltration"),
        AttackTechnique("T1046", "Network Service Discovery", "Discovery"),
        AttackTechnique("T1048", "Exfiltration Over Alternative Protocol", "Exfiltration"),
        AttackTechnique("T1059", "Command and Scripting Interpreter", "Execution"),
        AttackTechnique("T1068", "Exploitation for Privilege Escalation", "Privilege Escalation"),
        AttackTechnique("T1071", "Application Layer Protocol", "Command and Control"),
        AttackTechnique("T1071.005", "Publish/Subscribe Protocols", "Command and Control"),
        AttackTechnique("T1078", "Valid Accounts", "Initial Access", "Persistence", "Privilege Escalation", "Stealth"),
        AttackTechnique(
            "T1078.001", "Default Accounts", "Initial Access", "Persistence", "Privilege Escalation", "Stealth"),
        AttackTechnique("T1082", "System Information Discovery", "Discovery"),
        AttackTechnique("T1090", "Proxy", "Command and Control"),
        AttackTechnique("T1098", "Account Manipulation", "Persistence", "Privilege Escalation"),
        AttackTechnique("T1102.002", "Bidirectional Communication", "Command and Control"),
        AttackTechnique("T1105", "Ingress Tool Transfer", "Command and Control"),
        AttackTechnique("T1110", "Brute Force", "Credential Access"),
        AttackTechnique("T1110.001", "Password Guessing", "Credential Access"),
        AttackTechnique("T1110.003", "Password Spraying", "Credential Access"),
        AttackTechnique("T1119", "Automated Collection", "Collection"),
        AttackTechnique("T1132", "Data Encoding", "Command and Control"),
        AttackTechnique("T1133", "External Remote Services", "Initial Access", "Persistence"),
        AttackTechnique("T1190", "Exploit Public-Facing Application", "Initial Access"),
        AttackTechnique("T1195.002", "Compromise Software Supply Chain", "Initial Access"),
        AttackTechnique("T1200", "Hardware Additions", "Initial Access"),
        AttackTechnique("T1203", "Exploitation for Client Execution", "Execution"),
        AttackTechnique("T1205", "Traffic Signaling", "Persistence", "Stealth", "Command and Control"),
        AttackTechnique("T1210", "Exploitation of Remote Services", "Lateral Movement"),
        AttackTechnique("T1213", "Data from Information Repositories", "Collection"),
        AttackTechnique("T1485", "Data Destruction", "Impact"),
        AttackTechnique("T1498", "Network Denial of Service", "Impact"),
        AttackTechnique("T1498.001", "Direct Network Flood", "Impact"),
        AttackTechnique("T1498.002", "Reflection Amplification", "Impact"),
        AttackTechnique("T1499", "Endpoint Denial of Service", "Impact"),
        AttackTechnique("T1499.001", "OS Exhaustion Flood", "Impact"),
        AttackTechnique("T1499.002", "Service Exhaustion Flood", "Impact"),
        AttackTechnique("T1499.003", "Application Exhaustion Flood", "Impact"),
        AttackTechnique("T1499.004", "Application or System Exploitation", "Impact"),
        AttackTechnique("T1529", "System Shutdown/Reboot", "Impact"),
        AttackTechnique("T1531", "Account Access Removal", "Impact"),
        AttackTechnique("T1542.001", "System Firmware", "Persistence", "Stealth"),
        AttackTechnique("T1552", "Unsecured Credentials", "Credential Access"),
        AttackTechnique("T1557", "Adversary-in-the-Middle", "Credential Access", "Collection"),
        AttackTechnique("T1563", "Remote Service Session Hijacking", "Lateral Movement"),
        AttackTechnique("T1565", "Data Manipulation", "Impact"),
        AttackTechnique("T1565.001", "Stored Data Manipulation", "Impact"),
        AttackTechnique("T1565.002", "Transmitted Data Manipulation", "Impact"),
        AttackTechnique("T1571", "Non-Standard Port", "Command and Control"),
        AttackTechnique("T1572", "Protocol Tunneling", "Command and Control"),
        AttackTechnique("T1573", "Encrypted Channel", "Command and Control"),
        AttackTechnique("T1592", "Gather Victim Host Information", "Reconnaissance"),
        AttackTechnique("T1595", "Active Scanning", "Reconnaissance"),
        AttackTechnique("T1595.001", "Scanning IP Blocks", "Reconnaissance"),
        AttackTechnique("T1595.002", "Vulnerability Scanning", "Reconnaissance"),
        AttackTechnique("T1595.003", "Wordlist Scanning", "Reconnaissance"),
        AttackTechnique("T1602", "Data from Configuration Repository", "Collection"),
    ]
}
