/// How something is set right, for several products: what several kinds of findings have in common.
public struct Recipe: Codable, Hashable, Sendable {
    /// How a product is set right.
    public struct Product: Codable, Hashable, Sendable {
        /// Its name.
        public var name: String
        /// What to do, in a sentence; empty where the lines say it.
        public var note: String
        /// Lines of its configuration, or commands.
        public var lines: [String]

        init(_ name: String, _ note: String = "", _ lines: String = "") {
            self.name = name
            self.note = note
            self.lines =
                lines.isEmpty ? [] : lines.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// What is done, as a heading.
    public var title: String
    /// By product.
    public var products: [Product]
}

/// What a kind of finding means and how it is mended.
public struct Advice: Codable, Hashable, Sendable {
    /// The kind as a heading.
    public var title: String
    /// The weight of a finding of the kind.
    public var weight: Int
    /// Why it matters.
    public var why: String
    /// How it is mended, in a sentence.
    public var mend: String
    /// The names of the recipes for that.
    public var recipes: [RecipeName]
    /// How to check that it is mended: sentences, and commands behind a `$`.
    public var check: [String]
}

extension FindingKind {
    /// What it means and how it is mended.
    var advice: Advice {
        Advice(title: title, weight: weight, why: why, mend: mend.text, recipes: mend.recipes, check: check)
    }

    /// Why it matters.
    private var why: String {
        switch self {
        case .openBroker:
            "Whoever reaches the broker, from any socket or Wi-Fi of the plant, is let in without a name or a "
                + "password. "
                + "What they may read and write then is up to the broker alone; most have no further rules."
        case .defaultLogin:
            "These names and passwords are in manuals and in the word lists of every scanner. They keep out nobody."
        case .readAll:
            "One subscription to '#' brings all records of the plant to one client: what it makes, when somebody is "
                + "there, "
                + "what the devices are told to do. It is the first thing that whoever gets in tries."
        case .outsideReader:
            "Data of this network leaves it in clear. Whoever is on the way can read it, and the client outside is "
                + "one that "
                + "nobody here controls."
        case .openToOutside:
            "Strangers were let in from networks outside. Search engines for open brokers find such a server within "
                + "hours."
        case .passwordInClear:
            "MQTT sends name and password as they are. Without TLS a laptop at any socket on the way, or a mirror "
                + "port like "
                + "the sensor's own, is enough to learn them and to log in as that device."
        case .unprotectedWrites:
            "The server did what it was told by somebody who proved nothing. Over UDP the address of the sender can "
                + "be forged, so "
                + "that not even that is known."
        case .knownWeakness:
            "The version that the broker states has weaknesses that are public, with programs that use them."
        case .secretInRecords:
            "Keys, tokens and passwords stand in records. Whoever may read the topic, or sees the wire, can use them "
                + "elsewhere: "
                + "at a cloud service, in the Wi-Fi, at other brokers."
        case .medicalInRecords:
            "Data about the health of people crosses the network in clear. Most laws ask for more protection for it "
                + "than for any "
                + "other."
        case .openCommands:
            "Devices do what a message on these topics tells them, and the broker lets anybody in. A stranger who "
                + "publishes there "
                + "moves machines."
        case .amplifies:
            "A short question with a forged sender brings a long answer to somebody who never asked. Whoever floods a "
                + "third with "
                + "such answers uses this server, and its owner is the one who is called."
        case .personalInRecords:
            "Names, addresses, positions or numbers of people cross the network in clear and can be read by whoever "
                + "reads the topic."
        case .sharedPassword:
            "Where many clients share one password, one lost device gives away all of them, none can be shut out "
                + "alone, and no "
                + "log tells which it was."
        case .updateOrders:
            "Who can read these orders knows where firmware comes from and when devices are restarted; who can write "
                + "them chooses "
                + "what devices install."
        case .firmwareInRecords:
            "Firmware crosses the network in clear. It can be taken apart for keys and weaknesses; and where it is "
                + "not signed, "
                + "another image can take its place."
        case .outsideServer:
            "Devices of this network send their data in clear to a server that others run."
        case .systemWritten:
            "Only the broker itself should write its own topics. Watchers that trust them can be told what an "
                + "attacker likes."
        case .noEncryption:
            "Everything to and from this server can be read and changed by whoever is on the way. That no encrypted "
                + "connection was "
                + "seen does not mean that there is none."
        case .systemReadable:
            "The broker tells its name, version, load and number of clients: what somebody wants to know who chooses "
                + "a weakness."
        case .clearBesideTLS:
            "Some clients still speak in clear to a server that could be spoken to with protection: what they send "
                + "can be read, and so "
                + "can what they share with the others."
        case .resourcesListed:
            "A server that lists its resources saves a stranger the guessing. Often the list is also the longest "
                + "answer that it has."
        case .oldVersion:
            "MQTT 3.1 is older than the standard. Its clients are old too, and seldom speak TLS or get updates."
        }
    }

    /// How to check that it is mended.
    private var check: [String] {
        let own = "Only from a machine of yours, in a network of yours; the sensor itself never sends anything."
        let seen = "The next report says 'mended' once the sensor has seen a refusal."
        switch self {
        case .openBroker, .openToOutside, .openCommands:
            return [own, "$ mosquitto_sub -h HOST -p 1883 -t test -W 5", "It must say 'not authorised' and end.", seen]
        case .defaultLogin:
            return [own, "$ mosquitto_sub -h HOST -u NAME -P PASSWORD -t test -W 5", "The old login must be refused."]
        case .readAll:
            return [
                own, "$ mosquitto_sub -h HOST -u NAME -P PASSWORD -t '#' -v -W 30",
                "Either the subscription is refused, or nothing comes but what this name may read: mosquitto grants "
                    + "the filter "
                    + "and holds the records back.", seen,
            ]
        case .outsideReader, .outsideServer:
            return ["The next report says 'not seen since': the sensor sees no such link any more."]
        case .passwordInClear, .clearBesideTLS, .noEncryption:
            return [
                own, "$ mosquitto_sub -h HOST -p 8883 --cafile ca.crt -u NAME -P PASSWORD -t test -W 5",
                "$ nc -vz HOST 1883",
                "The first works, the second is refused. Change the passwords afterwards: the old ones were seen. For "
                    + "CoAP:",
                "$ coap-client -m get coap://HOST/", "It must get no answer, or 4.01.",
            ]
        case .sharedPassword:
            return [
                "The next report counts the passwords anew by their digests; 'not seen since' means that it is not "
                    + "used any more."
            ]
        case .unprotectedWrites:
            return [own, "$ coap-client -m put -e 0 coap://HOST/RESOURCE", "It must get no answer, or 4.01 or 4.03."]
        case .knownWeakness:
            return [
                "$ mosquitto -h | head -1", "or, of a Debian package, with what was mended in it:",
                "$ apt changelog mosquitto",
            ]
        case .secretInRecords, .medicalInRecords, .personalInRecords, .firmwareInRecords, .updateOrders:
            return ["The next report says 'not seen since'. Secrets that were seen must be changed: they are known."]
        case .amplifies, .resourcesListed:
            return [
                own, "$ coap-client -m get coap://HOST/.well-known/core", "A stranger gets no answer, or a short one.",
            ]
        case .systemWritten, .systemReadable:
            return [own, "$ mosquitto_sub -h HOST -u NAME -P PASSWORD -t '$SYS/#' -v -W 30", "Nothing comes."]
        case .oldVersion:
            return ["The next report says 'not seen since'."]
        }
    }

    /// How it is mended.
    private var mend: (text: String, recipes: [RecipeName]) {
        switch self {
        case .openBroker: ("Give each client a name and a password, and let nobody in without.", [.logins])
        case .openToOutside:
            (
                "Let nobody in without a name and a password, and from outside nobody but through a VPN.",
                [.firewall, .logins]
            )
        case .defaultLogin:
            ("Delete the names that products come with, and give each client its own.", [.logins, .loginEach])
        case .readAll: ("Say who may read what; only those who need everything read everything.", [.permissions])
        case .openCommands:
            ("Let only those send commands who are to, and nobody in without a name.", [.logins, .permissions])
        case .systemWritten: ("Let no client write below $SYS.", [.permissions])
        case .systemReadable: ("Let only those read the broker's own topics who watch it.", [.systemTopics])
        case .passwordInClear: ("Speak TLS, then change the passwords: they were seen.", [.brokerTLS])
        case .clearBesideTLS:
            ("Move the last clients to the encrypted port, then close the other.", [.brokerTLS, .coapDTLS])
        case .noEncryption: ("Speak TLS or DTLS.", [.brokerTLS, .coapDTLS])
        case .sharedPassword: ("Give each client a name and a password, or a certificate, of its own.", [.loginEach])
        case .unprotectedWrites:
            ("Take requests that change something only from those who prove who they are.", [.coapWrites, .coapDTLS])
        case .amplifies: ("Give strangers short answers, or none.", [.amplification, .coapDTLS])
        case .resourcesListed: ("Show the list to those alone who may use it.", [.coapLists, .coapDTLS])
        case .knownWeakness: ("Bring the broker up to date.", [.update])
        case .outsideReader:
            ("Let data out only to where it is meant to go, and there through a VPN or TLS.", [.firewall, .brokerTLS])
        case .outsideServer:
            ("Let devices speak only with servers that they are meant for, and over TLS.", [.firewall, .brokerTLS])
        case .secretInRecords:
            (
                "Take secrets out of records: devices get them when they are set up. Change those that were seen. "
                    + "Where one must be sent, "
                    + "over TLS, to a topic that one device may read.", [.permissions, .brokerTLS]
            )
        case .medicalInRecords, .personalInRecords:
            (
                "Send no more than is needed, over TLS, under topics that only those may read who need it, and leave "
                    + "no such record "
                    + "retained.", [.permissions, .brokerTLS]
            )
        case .firmwareInRecords, .updateOrders:
            (
                "Sign images and check the signature on the device; fetch over TLS; let one name alone write the "
                    + "topics of updates.",
                [.permissions, .brokerTLS]
            )
        case .oldVersion: ("Update the clients' library: MQTT 3.1.1 and 5 are what all of today's speak.", [])
        }
    }
}
