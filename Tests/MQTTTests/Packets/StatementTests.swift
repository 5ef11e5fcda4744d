import Events
import Tables
import Testing

@testable import MQTT

/// The table of statements, the checks and the breaches belong together.
@Suite struct StatementTests {
    private static let versions: [(MQTTVersion, UInt8)] = [(.v31, 3), (.v311, 4), (.v5, 5)]

    /// Appendix B of MQTT 3.1.1 has 141 rows, that of MQTT 5.0 251.
    @Test("Each is listed once") func eachIsListedOnce() {
        for (version, count) in [(MQTTVersion.v31, 23), (.v311, 141), (.v5, 251)] {
            let ids = MQTTStatement.all.filter { $0.version == version }.map(\.id.description)
            #expect(Set(ids).count == ids.count)
            #expect(ids.count == count)
            #expect(ids.allSatisfy { $0.hasPrefix(version == .v31 ? "MQTT31-" : "MQTT-") })
        }
    }

    /// What a packet or a conversation shows is checked; what nothing shows is not.
    @Test("statements said to be checked are checked, and no others", arguments: MQTTStatement.all)
    func sightAgreesWithTheChecks(_ statement: MQTTStatement) {
        switch statement.sight {
        case .packet, .conversation: #expect(statement.isChecked, "\(statement.id) is not checked")
        case .unseen: #expect(!statement.isChecked, "\(statement.id) is checked by \(statement.checks)")
        }
    }

    /// A check has the name of a statement, or of a section where the statement has no number.
    @Test("Each check is in the table") func eachCheckIsInTheTable() {
        for (version, _) in Self.versions {
            let known = Set(MQTTStatement.all.filter { $0.version == version }.map(\.id.description))
            for violation in MQTTViolation.allCases {
                for type in 0..<16 as Range<UInt8> {
                    guard let name = violation.ownName(version, MQTTPacketType(rawValue: type)) else { continue }
                    // Only 3.1 knows this one, and says so in its name.
                    if version != .v31, name.hasPrefix("MQTT31-") { continue }
                    let isNumbered = version == .v31 || name.dropFirst(5).contains("-")
                    #expect(!isNumbered || known.contains(name), "\(violation) is named \(name)")
                }
            }
            #expect(MQTTViolation.allCases.count <= UInt192Bits.capacity)
        }
        let named = Set(MQTTStatement.all.flatMap(\.checks))
        let bySection = MQTTViolation.allCases.filter { !named.contains($0) }
        print("statements: \(bySection.count) checks bear the name of a section only")
    }

    @Test("Counts are printed") func countsArePrinted() {
        for (version, level) in Self.versions {
            let rows = MQTTStatement.all.filter { $0.version == version }
            let byPacket = rows.filter { $0.sight == .packet }.count
            let byConversation = rows.filter { $0.sight == .conversation }.count
            var unseen: [String] = []
            for reason in MQTTUnseen.allCases {
                let count = rows.filter { $0.sight == .unseen(reason) }.count
                if count > 0 { unseen.append("\(count) \(reason)") }
            }
            print(
                "statements of version \(level): \(rows.count), checked in a packet \(byPacket), in the conversation "
                    + "\(byConversation), not visible: "
                    + unseen.joined(separator: ", "))
            #expect(byPacket + byConversation > 0)
        }
    }

    /// Every statement that one packet can break is broken by one of the breaches, each of which is tested.
    @Test("Each packet statement has bytes") func eachPacketStatementHasBytes() {
        let all =
            headerBreaches + publishBreaches + connectBreaches + subscribeBreaches + answerBreaches + connackBreaches
            + packetBreaches + packetBreaches31
        for (version, level) in Self.versions {
            let broken = Set(all.filter { $0.version == level }.flatMap(\.expected))
            for row in MQTTStatement.all where row.version == version && row.sight == .packet {
                #expect(broken.contains(row.id.description), "no bytes break \(row.id) of version \(level)")
            }
        }
    }
}

@Suite struct PacketBreachTests {
    @Test("On its own", arguments: packetBreaches + packetBreaches31) func onItsOwn(_ breach: Breach) {
        let reading = PacketReading(hex(breach.bytes), breach.version, breach.direction)
        #expect(reading.names == Set(breach.expected))
    }

    /// What breaks a packet that both sides send breaks it from either side.
    @Test(
        "From the other side",
        arguments: headerBreaches + publishBreaches + answerBreaches + packetBreaches + packetBreaches31)
    func fromTheOtherSide(_ breach: Breach) {
        let bytes = hex(breach.bytes)
        let type = MQTTPacketType(rawValue: bytes[0] >> 4)
        guard type.onlyDirection(MQTTVersion(level: breach.version)) == nil else { return }
        let bound: Set<MQTTViolation> = [
            .packetIDZeroFromClient, .packetIDZeroFromServer, .subscriptionIdentifierFromClient,
            .sessionExpiryFromServer, .reasonCodeOfOtherSide, .authCodeFromClient, .authCodeFromServer,
        ]
        let here = PacketReading(bytes, breach.version, breach.direction).cases
        let there = PacketReading(bytes, breach.version, breach.direction.reversed).cases
        #expect(here.subtracting(bound) == there.subtracting(bound))
    }

    /// A packet that only one side may send is told when it comes from the other, and read all the same.
    @Test(
        "From the wrong side",
        arguments: vectors.filter { MQTTPacketType(rawValue: $0.bytes[0] >> 4).onlyDirection(.v311) != nil })
    func fromTheWrongSide(_ vector: Vector) {
        let here = PacketReading(vector.bytes, vector.version, vector.direction).cases
        let there = PacketReading(vector.bytes, vector.version, vector.direction.reversed)
        let isBoth = vector.version == 5 && vector.bytes[0] >> 4 == 14
        if !isBoth { #expect(there.cases.subtracting(here) == [.wrongDirection]) }
        #expect(!there.message.isFatal)
    }
}
