import Patterns

/// Words without which no sign of `ContentSign` can be there: a search for them alone passes over most payloads at a
/// fraction of what the signs cost.
enum ContentHints {
    /// The words as expressions, for one set.
    static let expressions: [(text: String, options: PatternOptions)] = words.map { word in
        (escaped(word), word.contains { $0.isLetter } ? [.ignoresCase] : [])
    }

    private static let words: [String] = secrets + records + commands

    private static let secrets = [
        "PRIVATE KEY", "PuTTY-", "rivate_key", "rivatekey", "eyJ", "AKIA", "ASIA", "secret", "AccountKey",
        "SharedAccess", "sig=",
        "AIza", "ya29.", "GOCSPX-", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat", "glpat-", ":AA", "xox",
        "hooks.slack",
        "webhook", "_live_", "SG.", "npm_", "ifttt", "bearer", "://", "$1$", "$2", "$5$", "$6$", "$7$", "$y$", "$apr1",
        "$argon",
        "sshpass", "net user", "snmp-server", "secret 0", "password 0", "$pbkdf2", "$scrypt", "PBKDF2$", "{SHA",
        "{SSHA", "WIFI:", "ssid", "wifi connect", "CWJAP",
    ]

    private static let records = [
        "MSH|", "resourceType", "hl7.org", "\"vr\"", "ua-", "DataSetWriterId", "GGA,", "RMC,", "GLL,", "GNS,", "VDM,",
        "VDO,",
        "geo:", "maps", "openstreetmap", "osm.org", "DBX", "DBW", "DBD", "DBB", "%M", "%I", "%Q", "%DB", "ns=",
    ]

    private static let commands = [
        " scope ", " brd ", "default via", "Loaded:", "BusyBox", "BogoMIPS", "MemTotal", "MAJ:MIN", "CONTAINER ID",
        "PRETTY_NAME", "LISTEN", "ESTABLISHED", "# ", "$ ", "order by", "group by", "having", "%27", "select", "/**/",
        "or ''", "or \"\"", "and ''",
        "Permission denied", "bytes from", "/inet/tcp", "routing table", "inet addr", " type ext", "%{", "\"#", "uid=",
        "Linux ", "rw-", "rwx", "r--", "r-x", "root:", "Microsoft Windows", "Windows IP", "PID", "Filesystem",
        "flags=",
        "mtu ", "encap:", "Volume in", "Directory of", "Proto", "free", "not found", "Image Name", "Host Name:",
        "--- 0x", "load average",
        "nt authority", " Ss", " Sl", " S ", " R ", "/dev/tcp", "/dev/udp", "nc ", "nc.", "ncat", "netcat", "mkfifo",
        "socket", "pty.spawn",
        "dup2", "TCPClient", "fsockopen", "socat", "telnet", "sh -i", "child_process", "s_client", "base64",
        "powershell", "b64decode",
        "union", "drop ", "truncate", "alter ", "insert", "update ", "delete ", "exec", "shutdown", "sleep",
        "benchmark", "waitfor",
        "xp_cmd", "extractvalue", "updatexml", "outfile", "dumpfile", " or ", " and ", "'or", "'and", "\"or", "\"and",
        "`or", ")or", "||",
        "'--", "' --", "'#", "' #", "\"--", "\" --", "'/*", "' /*", "${", "{{", "#{", "<%", "*{", "@(", "{%", "<#",
        "#set", "<script",
        "wget ", "curl ", "/bin/", "cmd.exe", "chmod ", "bash -i", "tftp ", "HTTP/1", "SSH-2.0-",
        "onerror", "onload", "onclick", "onmouseover", "onfocus", "ontoggle", "onbegin", "onstart", "onanimation",
        "onpointer",
        "javascript:", "<iframe", "data:text",
    ]

    /// A word as an expression that means it letter by letter.
    private static func escaped(_ word: String) -> String {
        word.map { $0.isLetter || $0.isNumber || $0 == " " || $0 == "_" ? String($0) : "\\\($0)" }.joined()
    }
}
