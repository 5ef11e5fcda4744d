import Bytes

/// Text in base64 (RFC 4648, 4 and 5), decoded as far as it has to be looked at, into a buffer that is used again.
struct EncodedText {
    private static var longest: Int { 768 }
    private(set) var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(Self.longest) }

    /// Decodes a text; false where a character does not belong to either alphabet.
    mutating func decode(_ text: RawSpan) -> Bool {
        bytes.removeAll(keepingCapacity: true)
        var (word, bits) = (UInt32(0), 0)
        for offset in 0..<text.byteCount {
            let byte = text.byte(at: offset)
            let value: UInt32
            switch byte {
            case 0x41...0x5A: value = UInt32(byte - 0x41)
            case 0x61...0x7A: value = UInt32(byte - 0x61) + 26
            case 0x30...0x39: value = UInt32(byte - 0x30) + 52
            case UInt8(ascii: "+"), UInt8(ascii: "-"): value = 62
            case UInt8(ascii: "/"), UInt8(ascii: "_"): value = 63
            case UInt8(ascii: "="): return offset + 2 >= text.byteCount
            default: return false
            }
            word = word << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
                if bytes.count == Self.longest { return true }
            }
        }
        return true
    }

    /// Whether the three parts of a JSON Web Token begin at the start of a text: the first decodes to an object with `alg`
    /// (RFC 7519, 5; RFC 7515, 4.1.1).
    mutating func holdsTokenHeader(_ text: RawSpan) -> Bool {
        var end = 0
        let text = text.prefix(Self.longest)
        while end < text.byteCount, text.byte(at: end) != UInt8(ascii: ".") { end += 1 }
        guard end < text.byteCount, decode(text.extracting(0..<end)) else { return false }
        let header = bytes.span.bytes
        return header.byteCount > 2 && header.byte(at: 0) == UInt8(ascii: "{") && header.contains("\"alg\"")
    }

    /// Whether a text, alone in its value, is a shell command in base64.
    mutating func holdsShell(_ text: RawSpan) -> Bool {
        guard text.byteCount >= 12, text.byteCount <= 4096, decode(text), bytes.count >= 8 else { return false }
        // Of powershell: UTF-16, the second byte of each character 0.
        if bytes.count >= 16, bytes[1] == 0, bytes[3] == 0 { keepEverySecond() }
        return Self.isCommand(bytes.span.bytes)
    }

    private static func isCommand(_ text: RawSpan) -> Bool {
        for offset in 0..<text.byteCount {
            let byte = text.byte(at: offset)
            if byte < 0x20, byte != 0x0A, byte != 0x0D, byte != 0x09 { return false }
            if byte >= 0x80 { return false }
        }
        return commands.contains { text.starts(with: $0) } || parts.contains { text.contains($0) }
    }

    private mutating func keepEverySecond() {
        let half = bytes.count / 2
        for index in 0..<half { bytes[index] = bytes[2 * index] }
        bytes.removeLast(bytes.count - half)
    }

    private static let commands: [StaticString] = [
        "bash ", "sh ", "/bin/", "curl ", "wget ", "nc ", "ncat ", "cat /", "ls -", "ls /", "uname -", "id;", "id\n",
        "id ", "whoami",
        "cd /", "chmod ", "rm -", "echo ", "python", "perl ", "powershell", "cmd ", "cmd.exe", "ps aux", "ps -",
        "ifconfig",
        "ip addr", "netstat ", "tftp ", "export ", "sudo ", "#!/bin/", "busybox ", "mkfifo ", "kill ", "systemctl ",
        "crontab ",
        "IEX", "iex", "Invoke-", "$client", "netsh ", "net user", "ipconfig", "tasklist", "reboot", "shutdown ",
        "useradd ",
        "hostname", "find /", "tar ", "dd if=", "iptables ", "ssh ", "scp ", "nohup ", "killall ", "ping ", "mount ",
        "touch ", "cp /", "mv /",
    ]

    private static let parts: [StaticString] = [
        "/bin/sh", "/bin/bash", "/dev/tcp/", "| sh", "| bash", "|sh", "|bash", "Net.Sockets", "/etc/passwd",
        "/etc/shadow",
        "; curl ", "; wget ", "&& wget ", "&& curl ", "DownloadString", "import socket", "import os", "> /tmp/", "2>&1",
    ]
}
