/// What tells of the program of a server.
enum ServerSigns {
    /// The program whose habit it is to give clients such names; `nil` where none is known.
    static func program(assigned name: [UInt8]) -> String? {
        let text = String(decoding: name.prefix(64), as: UTF8.self)
        // mosquitto(5.0 and later), src/conf.c: auto_id_prefix is "auto-", followed by a UUID.
        if text.hasPrefix("auto-"), text.utf8.count == 41 { return "mosquitto" }
        if text.hasPrefix("hmq_") { return "HiveMQ" }
        if text.hasPrefix("nanomq-") { return "NanoMQ" }
        return nil
    }

    /// What a broker says under a name in which it tells of itself, such as `$SYS/broker/version`.
    ///
    /// - Parameters:
    ///   - record: what it says.
    ///   - name: under which name.
    /// - Returns: program and version, or what there is of them; `nil` where it is something else.
    static func program(told record: [UInt8], under name: [UInt8]) -> String? {
        let under = String(decoding: name.prefix(256), as: UTF8.self)
        guard under.hasSuffix("/version") || under.hasSuffix("/sysdescr"), !record.isEmpty, record.count <= 80,
            record.allSatisfy({ (0x20...0x7E).contains($0) })
        else { return nil }
        var text = String(decoding: record, as: UTF8.self)
        if text.hasPrefix("mosquitto version ") { text = "mosquitto " + text.dropFirst(18) }
        // EMQX says its number alone, under the name of a node that mostly begins with its own.
        if text.utf8.first.map({ (0x30...0x39).contains($0) }) == true {
            text = under.contains("/emqx@") ? "EMQX \(text)" : "version \(text)"
        }
        return text
    }

    /// The program that a target in a list of resources tells of; `nil` for most.
    static func program(listed target: [UInt8]) -> (name: String, confidence: Int)? {
        let text = String(decoding: target.prefix(128), as: UTF8.self)
        // aiocoap links to its own page, with the version (aiocoap/resource.py, impl-info).
        if let range = text.firstRange(of: "aiocoap/#version-") {
            let version = text[range.upperBound...].prefix { $0.isASCII && ($0.isNumber || $0.isLetter || $0 == ".") }
            return ("aiocoap \(version)", 5)
        }
        // The resources of the programs that come with the libraries.
        switch text {
        case "/example_data", "example_data": return ("libcoap example server", 2)
        case "/obs-pumping-non", "/large-separate": return ("Californium example server", 2)
        default: return nil
        }
    }
}
