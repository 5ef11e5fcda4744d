extension ForwardSettings {
    /// The keys at the top of the file, apart from `targets`.
    static let keys: [ForwardKey<ForwardSettings>] = [
        ForwardKey(
            "stores", \.stores, .texts,
            "The alert stores that are read: /var/lib/earshot/alerts.db unless this says otherwise. They are opened for "
                + "reading only."),
        ForwardKey(
            "state", \.state, .absolutePath,
            "The folder for cursors and dead letters: /var/lib/earshot-forward, or what the service manager names."),
        ForwardKey(
            optional: "metrics_file", \.metricsFile, .absolutePath,
            "A file that ends in .prom, for the textfile collector of node_exporter."),
    ]
}

private let farEnds: Set<TargetKind> = [.syslog, .webhook, .kafka, .opensearch]
private let encrypted: Set<TargetKind> = [.syslog, .webhook, .kafka, .opensearch]

extension TargetSettings {
    /// The keys of a target, apart from `type`.
    static let keys: [ForwardKey<TargetSettings>] = [
        ForwardKey("level", \.level, .word, "Alerts below this level do not go there."),
        ForwardKey(
            "rules", \.rules, .texts,
            "Ids or titles of rules, with * and ? as in names of files; without it, those of all rules go."),
        ForwardKey("not_rules", \.notRules, .texts, "Ids or titles of rules whose alerts do not go there."),
        ForwardKey(
            "tags", \.tags, .texts, "Tags of rules, with * and ?; an alert whose rule has none of them does not go."),
        ForwardKey(
            optional: "heartbeat", \.heartbeat, .duration(1...86_400, orNever: true),
            "How often a sign of life goes there: 60s; for a webhook never."),
        ForwardKey("stats", \.stats, .flag, "Whether what the sensor counts goes along with each sign of life: true."),
        ForwardKey("inventory", \.inventory, .flag, "Whether new records of the inventory go there: false."),
        ForwardKey(
            "evidence", \.evidence, .size(0...1 << 20),
            "Bytes of the frames of a new alert that go along as pcapng in Base64: 0. Frames hold what was on the wire, passwords "
                + "included."),
        ForwardKey(optional: "format", \.format, .word, "How records are written."),
        ForwardKey(
            optional: "batch", \.batch, .number(1...10_000),
            "Records that are handed over at once: 500; 20 in a message for people."),
        ForwardKey("rate", \.rate, .number(0...1_000_000), "Records a second at most: 0, which is no limit."),
        ForwardKey(
            "timeout", \.timeout, .duration(1...600), of: farEnds, "How long an attempt may take: 30s."),
        ForwardKey(
            "retry_max", \.retryMax, .duration(1...3600), "The longest pause between two attempts: 60s."),
        ForwardKey(
            "lag_limit", \.lagLimit, .duration(1...2_592_000),
            "How long a record may wait before all targets are told: 1h."),
        ForwardKey(
            optional: "max_message", \.maxMessage, .size(480...16 << 20),
            "Bytes of a message at most: what is longer loses text, never ids, and says so. 8000 for syslog, 1400 over UDP."
        ),
        ForwardKey(
            optional: "path", \.path, .absolutePath, of: [.file, .syslog],
            "The file; for syslog over the local socket, that socket (/dev/log)."),
        ForwardKey(
            "rotate_size", \.rotateSize, .size(1 << 10...1 << 40), of: [.file],
            "Bytes after which the file is renamed and a new one begun: 100MiB; 0 for never."),
        ForwardKey(
            "rotate_age", \.rotateAge, .duration(1...31_536_000, orNever: true), of: [.file],
            "The age at which the file is renamed: never."),
        ForwardKey("rotate_keep", \.rotateKeep, .number(1...1000), of: [.file], "How many renamed files stay: 5."),
        ForwardKey(optional: "address", \.address, .address, of: [.syslog], "HOST:PORT of the log daemon."),
        ForwardKey("transport", \.transport, .word, of: [.syslog], "How the log daemon is reached: tls."),
        ForwardKey(
            "facility", \.facility, .number(0...23), of: [.syslog], "The facility (RFC 5424, 6.2.1): 13, log audit."),
        ForwardKey(
            optional: "url", \.url, .webAddress, of: [.webhook, .opensearch], "Where requests go."),
        ForwardKey("template", \.template, .word, of: [.webhook], "How the body of a request looks: plain."),
        ForwardKey(
            optional: "hmac_key_file", \.hmacKeyFile, .text, of: [.webhook],
            "The file with the key that signs requests (HMAC-SHA-256)."),
        ForwardKey(
            optional: "authorization_file", \.authorizationFile, .text, of: [.webhook, .opensearch],
            "The file with the value of the header Authorization, such as 'Bearer ...'."),
        ForwardKey(
            "group_wait", \.groupWait, .duration(0...3600), of: [.webhook],
            "How long alerts are gathered before a request is sent: 30s. Critical ones do not wait."),
        ForwardKey(
            optional: "max_per_minute", \.maxPerMinute, .number(1...600), of: [.webhook],
            "Requests a minute at most: 60; 2 for people."),
        ForwardKey(
            optional: "summarise", \.summarise, .flag, of: [.webhook],
            "Whether alerts that do not fit into a request are told as numbers, by rule: for people they are; else they wait."
        ),
        ForwardKey(
            "allow_local", \.allowLocal, .flag, of: [.webhook],
            "Whether addresses of this machine and of the link (127.0.0.0/8, 169.254.0.0/16, ::1, fe80::/10) may be connected "
                + "to: false."),
        ForwardKey(
            optional: "ca_file", \.caFile, .absolutePath, of: encrypted,
            "Certificates of the authorities that are trusted, PEM; without it, those of the system."),
        ForwardKey(
            optional: "certificate_file", \.certificateFile, .text, of: encrypted, "Our own certificate, PEM."),
        ForwardKey(optional: "key_file", \.keyFile, .text, of: encrypted, "The key of our own certificate, PEM."),
        ForwardKey(optional: "user", \.user, .text, of: [.kafka, .opensearch], "The user name."),
        ForwardKey(
            optional: "password_file", \.passwordFile, .text, of: [.kafka, .opensearch], "The file with the password."),
        ForwardKey("brokers", \.brokers, .texts, of: [.kafka], "HOST:PORT of the first brokers that are asked."),
        ForwardKey(optional: "topic", \.topic, .text, of: [.kafka], "The topic, which must be there."),
        ForwardKey(
            "create_topic", \.createTopic, .flag, of: [.kafka],
            "Whether a topic that is not there is left to the broker to make, with as few replicas as it likes: false."),
        ForwardKey("tls", \.tls, .flag, of: [.kafka], "Whether connections to brokers are encrypted: true."),
        ForwardKey(
            optional: "sasl_mechanism", \.saslMechanism, .text, of: [.kafka],
            "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512."),
        ForwardKey("index", \.index, .text, of: [.opensearch], "The data stream: earshot-alerts."),
        ForwardKey(
            "flavour", \.flavour, .word, of: [.opensearch], "Which server speaks the bulk API: opensearch."),
    ]
}
