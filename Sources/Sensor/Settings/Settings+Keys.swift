import Engine
import Flows
import Payload
import Sandbox

extension Settings {
    /// Every setting, declared once: its key, where it is kept, what fits, and what people are to know of it.
    ///
    /// `Packaging/earshot.yaml` and `Docs/configuration.md` are made of this (SettingPages).
    public static let sections = [alerts, rules, capturing, inventory, life, rights, memory]

    private static let alerts = SettingSection(
        title: "Alerts",
        keys: [
            SettingKey(
                "db", \.database, .text, example: "/var/lib/earshot/alerts.db", variable: "EARSHOT_DB", option: "--db",
                """
                Where the alerts go. By default /var/lib/earshot/alerts.db under systemd, or rather alerts.db in the folder \
                that the unit names (STATE_DIRECTORY); else ./earshot.db.
                """),
            SettingKey(
                "db_group", \.databaseGroup, SettingType.group.optional, example: "earshot",
                """
                A group, by name or number, whose members may read the alerts (the files then have mode 0640). By default \
                the owner alone may.
                """),
            SettingKey(
                "retention_days", \.retentionDays, SettingType.number(1...36_500).optional, example: "90",
                """
                Alerts that have not changed for so many days are removed, but for high and critical ones that nobody has \
                closed. By default they stay for ever.
                """),
            SettingKey(
                "retention_mebibytes", \.retentionMebibytes, SettingType.number(1...1_048_576).optional,
                example: "2048",
                """
                While the store is larger, alerts are removed: closed, low and informational ones first, open critical \
                ones last. By default it grows without a limit.
                """),
            SettingKey(
                "sensor", \.sensorName, .text, example: "plant-3", variable: "EARSHOT_SENSOR",
                "The name under which this sensor's alerts are stored. By default the name of the host."),
        ])

    private static let rules = SettingSection(
        title: "Rules",
        keys: [
            SettingKey(
                "rules", \.rules, .paths, example: "[/etc/earshot/rules]", isReloaded: true, variable: "EARSHOT_RULES",
                option: "--rules",
                """
                Folders or files with rules of this site, beside the shipped ones. A rule with the id or name of a shipped \
                one takes its place. By default /etc/earshot/rules where it holds any.
                """),
            SettingKey(
                "only_rules", \.onlyRules, .paths, example: "[/usr/share/earshot/rules]", isReloaded: true,
                variable: "EARSHOT_ONLY_RULES", option: "--only-rules",
                "Folders or files with rules, instead of the shipped ones. By default those."),
            SettingKey(
                "filters", \.filters, .paths, example: "[/etc/earshot/filters]", isReloaded: true,
                variable: "EARSHOT_FILTERS", option: "--filters",
                """
                Exceptions of this site: folders or files with Sigma filters, kept apart from the rules, so that an \
                upgrade never touches them. By default /etc/earshot/filters where it holds any.
                """),
            SettingKey(
                "policy", \.policy, SettingType.text.optional, example: "/etc/earshot/policy.yaml", isReloaded: true,
                """
                What is usual on this network, as earshot policy learn writes it and people edit it: traffic is held against \
                it, and what deviates is told. Only its owner and root may write the file, and its owner is root or the user \
                of the sensor. By default none.
                """),
            SettingKey(
                "site_list", \.siteList, SettingType.text.optional, example: "/etc/earshot/machines.csv",
                isReloaded: true,
                """
                The site's own list of its machines as CSV, such as NetBox exports: columns for names, addresses or MAC \
                addresses are found by their headings. Who speaks and is not in it is told, and once a day after the start who is \
                in it and was not seen. By default none.
                """),
            SettingKey(
                "lists", \.lists, .lists,
                example: """

                      home_networks: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, 'fc00::/7']
                      monitors: [10.0.0.9]         # may read everything: historians, dashboards, loggers
                      bridges: [10.0.0.6]          # brokers that carry topics to other brokers
                      brokers: [203.0.113.5]       # brokers and other servers outside that are used on purpose
                      gateways: [10.0.0.1]         # stand for many devices: address translation, gateways of other networks
                      scanners: [10.0.0.77]        # look for weaknesses by order
                      commissioning: [10.0.0.50]   # set up, update and reset devices
                    """, isReloaded: true,
                """
                Lists of this site. The shipped rules use those that stand here, by the modifier expand: what is in one is \
                told no more by the rules that are made for it (Rules/README.md says which). Members are addresses and \
                networks. All are empty by default but for home_networks: what is inside is then what stands here, and on a \
                live run the networks of the interfaces. A network with public addresses inside adds them; loopback and \
                link-local are inside in any case. Other lists can be made under any name, for rules and filters of this \
                site, which say client.ip|expand: '%name%'.
                """),
        ])

    private static let capturing = SettingSection(
        title: "Capturing",
        keys: [
            SettingKey(
                "interfaces", \.interfaces, .interfaces, example: "[eth1, eth2]", option: "--interface",
                """
                The interfaces to listen on. One that is down, pulled out or not there yet is waited for. By default none: \
                then the command line has to name one.
                """),
            SettingKey(
                "promiscuous", \.promiscuous, .flag, option: "--no-promiscuous",
                "Whether interfaces also give the frames that are for others, as a span port needs it."),
            SettingKey(
                "snap_length", \.snapLength, .number(64...262_144), option: "--snap-length",
                "Bytes of a frame that are captured. What is cut off cannot be understood."),
            SettingKey(
                "capture_buffer_mebibytes", \.captureBufferMebibytes, .number(1...2047), option: "--buffer-size",
                "The kernel's buffer for each interface, which takes up bursts."),
            SettingKey(
                "checksums", \.limits.engine.checksums, .word, option: "--checksums",
                """
                What is done about packets with wrong checksums, which are counted in any case: ignore the checksum, for \
                captures on a machine whose card computes them; or strict, which leaves such packets out, on a span port.
                """),
            SettingKey(
                "proxies", \.limits.engine.proxies, .blocks, example: "[10.0.0.5, 192.168.7.0/24]",
                """
                Proxies and load balancers that put a header of the PROXY protocol in front of what they pass on. What such \
                a header from these addresses says becomes client.ip; from all others it is only shown, as \
                network.proxied_ip. By default none.
                """),
            SettingKey(
                "payload_inspect_bytes", \.inspectedBytes, .number(64...PayloadInspector.mostBytes),
                "Bytes of a payload that are looked at for what it holds."),
        ])

    private static let inventory = SettingSection(
        title: "Inventory",
        keys: [
            SettingKey(
                "inventory", \.keepsInventory, .flag,
                """
                Whether the store also keeps who is there and what they say: brokers and other servers, clients, topics and \
                resources, with what their records hold. Values of secrets are never kept.
                """),
            SettingKey(
                "geoip", \.geoip, .paths, example: "[/var/lib/GeoIP/GeoLite2-Country.mmdb]", option: "--geoip",
                """
                Databases in MaxMind's format by which 'earshot assets' and 'earshot report' name the countries and \
                networks of public addresses. Nothing is asked over the network. By default none.
                """),
        ])

    private static let life = SettingSection(
        title: "Signs of life",
        keys: [
            SettingKey(
                "metrics_file", \.metricsFile, SettingType.text.optional,
                example: "/var/lib/prometheus/node-exporter/earshot.prom", option: "--metrics",
                """
                Where numbers are written for node_exporter's textfile collector, every 15 seconds; the name has to end in \
                .prom, and the folder has to be one that the sensor may write to. By default nowhere.
                """),
            SettingKey(
                "quiet_after", \.life.quietAfter, .durationOrNever,
                "How long no frame may come on an interface that had some before that is told."),
            SettingKey(
                "sign_after", \.life.tellAfter, .duration,
                """
                How long anything else has to be bad before it is told: an interface that is down, frames that are cut or \
                dropped, one direction only. It is over when it was good for ten minutes.
                """),
        ])

    private static let rights = SettingSection(
        title: "Rights",
        keys: [
            SettingKey(
                "user", \.user, SettingType.text.optional, example: "earshot", option: "--user",
                """
                Whom a sensor that root has started becomes, by name or number, once all is open. By default earshot, where \
                there is such a user and the alerts may be written by that one.
                """),
            SettingKey(
                "sandbox", \.sandbox, .word, option: "--sandbox",
                """
                Whether rights that are not needed are given up before the first frame: require, which ends where this \
                system lacks a part of it; try, which goes on with a warning then; or off.
                """),
        ])

    private static let memory = SettingSection(
        title: "Bounds of memory",
        keys: [
            SettingKey(
                "max_memory", \.memory, .size, comesFirst: true,
                """
                What the sensor's tables take at most, about, whatever it is sent; every other bound follows from this one. \
                What the program takes before any frame comes on top.
                """),
            SettingKey(
                "max_flows", \.limits.engine.flows.flows, .number(16...16_777_216),
                "How many flows are followed at once; when one more comes, the one that was silent for longest is given up. The default follows from max_memory."
            ),
            SettingKey(
                "max_held_bytes_per_message", \.limits.engine.flows.heldBytesPerMessage, .number(1024...1 << 24),
                "Bytes of a message that are held until it is whole; of a longer one the beginning is read."),
            SettingKey(
                "max_queued_bytes_per_stream", \.limits.engine.flows.queuedBytesPerStream, .number(4096...1 << 26),
                "Bytes of a stream that wait for a segment that is missing before it is given up as lost."),
        ])
}
