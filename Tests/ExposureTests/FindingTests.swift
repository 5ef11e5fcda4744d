import Alerts
import Inventory
import Network
import Testing

@testable import Exposure

/// What is found, how sure it is, and in which order.
struct FindingTests {
    private static let broker = "mqtt 10.0.0.5:1883"
    private static let server = "coap 10.0.2.11:5683"

    @Test("An empty store: no finding, no grade, and what to do") func empty() {
        let report = Plant().report()
        #expect(report.findings.isEmpty)
        #expect(report.grade == nil)
        #expect(report.gradeWithheld == "The sensor has read no message yet, so nothing can be said.")
        #expect(report.summary.count == 1)
        #expect(report.summary.first?.contains("earshot run -i IFACE") == true)
    }

    @Test("A broker that asks for proof and speaks TLS has no finding about logins") func healthyBroker() {
        var plant = Plant()
        plant.server("mqtt", "10.0.0.5", 1883) {
            $0.authenticated = Plant.seen()
            $0.refused = Plant.seen()
            $0.encryptedPort = 8883
        }
        #expect(plant.report().ids == ["clear-beside-tls \(Self.broker)"])
    }

    @Test("An open broker is proven by the sessions that it opened") func openBroker() throws {
        var plant = Plant()
        plant.server("mqtt", "10.0.0.5", 1883) {
            $0.anonymous = Plant.seen(1, 5, count: 1204, frame: 117)
            $0.anonymousNetworks = NameCounts(["10.0.1.0/24": 1204])
        }
        let finding = try #require(plant.report().finding("open-broker \(Self.broker)"))
        #expect(finding.claim == .proven)
        #expect(finding.weight == 30)
        #expect(finding.seen.frame == 117)
        #expect(
            finding.evidence[0]
                == "It opened 1,204 sessions to clients that showed neither name, password nor certificate.")
        #expect(finding.evidence[1] == "They came from 1 network: 10.0.1.0/24.")
    }

    @Test("A broker that refuses strangers after it let them in is mended; one that did so before is not")
    func mended() throws {
        for (refused, state, points) in [(Int64(6), FindingState.mended, 0), (Int64(4), .open, 30)] {
            var plant = Plant()
            plant.server("mqtt", "10.0.0.5", 1883) {
                $0.anonymous = Plant.seen(1, 5)
                $0.anonymousRefused = Plant.seen(refused, refused)
                $0.messages = 0
            }
            plant.run(#"{"messages":{"mqtt":{"CONNECT":9}}}"#)
            let report = plant.report()
            #expect(try #require(report.finding("open-broker \(Self.broker)")).state == state)
            #expect(report.grade?.points == points)
        }
    }

    @Test("That clients were refused says nothing where none was let in without proof") func nothingSeenIsNoFinding() {
        var plant = Plant()
        plant.server("mqtt", "10.0.0.5", 1883) {
            $0.anonymousRefused = Plant.seen()
            $0.refusedAll = Plant.seen()
            $0.messages = 0
        }
        #expect(plant.report().findings.isEmpty)
    }

    @Test("Strangers from outside: only where the network is that of a client outside") func outside() {
        for (client, isInside, expected) in [
            ("203.0.113.9", false, true), ("198.51.100.4", false, false), ("10.0.1.0/24", true, false),
        ] {
            var plant = Plant()
            let key = plant.server("mqtt", "10.0.0.5", 1883) {
                $0.anonymous = Plant.seen()
                $0.anonymousNetworks = NameCounts(["203.0.113.0/24": 3, "10.0.1.0/24": 9])
            }
            plant.inventory.links.append(
                LinkRecord(
                    proto: "mqtt", client: client, server: key, isClientInside: isInside, isServerInside: true,
                    seen: Plant.seen()))
            #expect((plant.report().finding("open-to-outside \(key)") != nil) == expected, "\(client)")
        }
    }

    @Test("Passwords are counted by their digests, and reuse by clients") func passwords() throws {
        var plant = Plant()
        let key = plant.server("mqtt", "10.0.0.5", 1883)
        plant.secret("d1", "login", key, clients: (1...41).map { "meter-\($0)" })
        for index in 1...11 { plant.secret("e\(index)", "login", key, clients: ["pump-\(index)"]) }
        let report = plant.report()
        let clear = try #require(report.finding("password-in-clear \(key)"))
        #expect(clear.figures == ["passwords": 12, "clients": 52])
        let shared = try #require(report.finding("shared-password \(key)"))
        #expect(shared.figures == ["passwords": 1, "clients": 41])
        #expect(shared.evidence[0] == "one password, 41 clients.")
        #expect(
            report.summary.contains(
                "52 clients send their passwords in clear: 12 different ones, one of them shared by 41 clients."))
    }

    @Test("Content: each kind of it under its own id") func content() throws {
        var plant = Plant()
        let key = plant.server("mqtt", "10.0.0.5", 1883)
        plant.topic(key, "cam/{n}/login") { $0.kinds = NameCounts(["secret.jwt": 3]) }
        plant.topic(key, "ward/{n}") { $0.kinds = NameCounts(["medical.vital_signs": 900, "personal.name": 4]) }
        plant.topic(key, "ota/{id}") { $0.kinds = NameCounts(["firmware.elf": 2]) }
        plant.topic(key, "ota/order") { $0.kinds = NameCounts(["firmware.update_url": 5]) }
        plant.topic(key, "shell") { $0.kinds = NameCounts(["command.shell_output": 5]) }
        let report = plant.report()
        #expect(
            Set(report.findings.map(\.kind)) == [
                .secretInRecords, .medicalInRecords, .personalInRecords, .firmwareInRecords, .updateOrders,
                .noEncryption,
            ])
        #expect(report.finding("firmware-in-records \(key)")?.figures == ["records": 2, "names": 1])
        #expect(report.finding("update-orders \(key)")?.figures == ["records": 5, "names": 1])
        let medical = try #require(report.finding("medical-in-records \(key)"))
        #expect(medical.evidence[0] == "vital signs (900 records) under 1 topic.")
    }

    @Test("CoAP: writes, amplification and lists, as measured") func coap() throws {
        var plant = Plant()
        let key = plant.server("coap", "10.0.2.11", 5683) {
            $0.amplification = 18.4
            $0.unprotectedWrites = Plant.seen(count: 7)
            $0.listed = 23
        }
        plant.topic(key, "/.well-known/core") {
            $0.amplification = 18.4
            $0.methods = NameCounts(["GET": 2])
        }
        plant.topic(key, "/valve") { $0.methods = NameCounts(["PUT": 7]) }
        let report = plant.report()
        #expect(
            report.ids == [
                "unprotected-writes \(key)", "amplifies \(key)", "no-encryption \(key)", "resources-listed \(key)",
            ])
        #expect(report.findings[0].evidence[1] == "Such as /valve.")
        #expect(report.findings[1].figures == ["factor": 18.4])
        #expect(report.findings[1].evidence[0].contains("up to 18.4 times"))
    }

    @Test("An answer that is a little longer is no amplification") func shortAnswers() {
        var plant = Plant()
        plant.server("coap", "10.0.2.11", 5683) { $0.amplification = 4.9 }
        #expect(plant.report().ids == ["no-encryption \(Self.server)"])
    }

    @Test("A server outside: what goes there in clear is ours, how it is set up is not") func outsideServer() throws {
        var plant = Plant()
        let key = plant.server("mqtt", "185.60.1.2", 1883) {
            $0.anonymous = Plant.seen()
            $0.grantedAll = Plant.seen()
        }
        plant.secret("d", "login", key, clients: ["gw"])
        var link = LinkRecord(
            proto: "mqtt", client: "10.0.1.0/24", server: key, isClientInside: true, isServerInside: false,
            seen: Plant.seen())
        link.bytesToServer = 8_400_000
        plant.inventory.links.append(link)
        let report = plant.report { $0 == IPAddress("185.60.1.2") ? Country(code: "NL", name: "Netherlands") : nil }
        #expect(report.ids == ["password-in-clear \(key)", "outside-server \(key)"])
        #expect(
            report.findings[1].evidence
                == ["185.60.1.2 (Netherlands) is outside. 8.4 MB went there from 10.0.1.0/24, in clear."])
        #expect(report.countries.map(\.code) == ["NL"])
        #expect(report.countries[0].servers == 1)
        #expect(report.countries[0].bytesOut == 8_400_000)
    }

    @Test("Known weaknesses only where the version has them") func weaknesses() {
        for (version, expected) in [
            ("mosquitto version 2.0.11", 3), ("mosquitto version 2.0.16", 1), ("mosquitto 2.0.18a", 1),
            ("mosquitto version 2.0.19", 0), ("mosquitto version 2.1.2", 0), ("mosquitto version 1.3.1", 2),
            ("EMQX 5.0.0", 0), ("mosquitto", 0), ("", 0), ("mosquitto version 2..1", 0),
        ] {
            #expect(KnownWeakness.of(version).count == expected, "\(version)")
        }
    }

    @Test("Default logins come from the alerts of their rule") func defaultLogins() throws {
        var plant = Plant()
        let key = plant.server("mqtt", "10.0.0.5", 1883) { $0.messages = 0 }
        plant.alert(ExposureReport.defaultLoginRule, .high, server: "10.0.0.5", summary: "x")
        plant.alert("11111111", .critical, server: "10.0.0.5", summary: "y")
        let report = plant.report()
        #expect(report.ids == ["default-login \(key)"])
        #expect(report.alerts.critical == 1)
        #expect(report.alerts.high == 1)
        #expect(report.alerts.rules.map(\.level) == ["critical", "high"])
    }

    @Test("What is open and weighs more comes first") func order() {
        var plant = Plant()
        plant.server("mqtt", "10.0.0.7", 1883) {
            $0.anonymous = Plant.seen(1, 5)
            $0.anonymousRefused = Plant.seen(6, 6)
        }
        let key = plant.server("mqtt", "10.0.0.5", 1883) {
            $0.anonymous = Plant.seen()
            $0.systemReadable = Plant.seen()
            $0.grantedAll = Plant.seen()
            $0.versions = NameCounts(["3": 4])
        }
        #expect(
            plant.report().ids == [
                "open-broker \(key)", "read-all \(key)", "no-encryption \(key)", "no-encryption mqtt 10.0.0.7:1883",
                "system-readable \(key)", "old-version \(key)", "open-broker mqtt 10.0.0.7:1883",
            ])
    }

    @Test("Every kind has a weight, a reason, a cure and a check", arguments: FindingKind.allCases)
    func advice(_ kind: FindingKind) {
        let advice = kind.advice
        #expect((1...30).contains(advice.weight))
        for text in [advice.title, advice.why, advice.mend] { #expect(!text.isEmpty) }
        #expect(!advice.check.isEmpty)
        for name in advice.recipes { #expect(!name.recipe.products.isEmpty) }
        #expect(kind.counted(1) != kind.counted(2))
    }
}
