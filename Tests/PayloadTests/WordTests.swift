import Payload
import Testing

/// How topics, keys and values are held against lists of words.
@Suite("Words") struct WordTests {
    private static let environment = """
        # English
        [strong]
        air quality, co2, 温度, 気温
        [hint]
        outdoor, sensor, *feuchte
        [shy]
        temperature
        [against]
        inverter, cpu
        [value]
        lux
        [veto]
        availability
        [object]
        3303
        """

    @Test(
        "A class needs one strong term or two different hints",
        arguments: [
            ("site/airQuality", "1", true), ("site/air_quality/x", "1", true), ("site/air/quality", "1", true),
            ("site/fairquality", "1", false), ("a/CO2", "1", true), ("a/co2ppm", "1", true), ("a/outdoor", "1", false),
            ("a/outdoor/sensor3", "1", true), ("a/outdoor/outdoor", "1", false), ("a/outdoor", #"{"sensor":1}"#, true),
            ("a/temp", #"{"temperature":21}"#, true), ("a/inverter", #"{"temperature":61}"#, false),
            ("a/b", #"{"cpu":{"temperature":61}}"#, false), ("a/outdoor", "lux", true), ("a/b", "lux", false),
            ("a/temperature/availability", "online", false), ("室内温度", "3", true), ("工場/気温計", "3", true),
            ("a/Bodenfeuchte/outdoor", "3", true), ("a/feuchte", "3", false), ("/3303/0/5700", "3", true),
            ("/3304/0/5700", "3", false), ("a/roomTemperature2", "3", true),
        ])
    func classes(_ topic: String, _ payload: String, _ isGiven: Bool) throws {
        var inspecting = try Inspecting(["environment": Self.environment])
        #expect(inspecting.look(payload, topic: topic)["payload.category"] == (isGiven ? ["environment"] : []))
    }

    @Test("The longest term uses its words up") func longest() throws {
        var inspecting = try Inspecting([
            "environment": "[strong]\ntemperature", "medical": "[strong]\nbody temperature",
            "none": "[none]\nchip temperature",
        ])
        #expect(inspecting.look("1", topic: "a/bodyTemperature")["payload.category"] == ["medical"])
        #expect(inspecting.look("1", topic: "a/chip_temperature")["payload.category"] == [])
        #expect(inspecting.look("1", topic: "a/temperature")["payload.category"] == ["environment"])
    }

    /// `none.words` with both sections on messages of which only the topic tells.
    private static let upkeep = "[aside]\nsession, interval\n[quantity]\nlevel\n[health]\nrssi, uptime, battery"

    @Test(
        "What a product tells of its upkeep is none of its records",
        arguments: [
            // The last two levels, of which the last may name the class itself.
            ("charger/7/session", "3", false), ("charger/7/session/x1", "3", false), ("session/7/charger", "3", true),
            ("session/charger", "3", true), ("charger/7/session", #"{"charger":3}"#, true),
            // What the message calls itself, and the answer to a call (OCPP-J 1.6, 4.2).
            ("charger/7", #"{"action":"session","x":3}"#, false), ("charger/7", #"{"action":"other","x":3}"#, true),
            ("charger/7", #"[2,"a1","Session",{"x":3}]"#, false), ("charger/7", #"[2,"a1","Other",{"x":3}]"#, true),
            ("charger/7", #"[3,"a1",{"x":3}]"#, false), ("charger/7", #"[4,"a1",{"x":3}]"#, false),
            ("charger/7", #"[5,"a1",{"x":3}]"#, true), ("charger/7", #"[3,{"charger":3}]"#, true),
            // Nothing but that, and mostly that.
            ("charger/7", #"{"interval":3}"#, false), ("charger/7", #"{"interval":3,"x":3}"#, true),
            ("charger/7", #"{"rssi":-61,"uptime":3,"battery":81,"x":3}"#, false),
            ("charger/7", #"{"rssi":-61,"uptime":3,"x":3,"y":4,"z":5}"#, true),
            // A value under a word that nobody knows.
            ("charger/7/a/blub", "3", false), ("charger/7/a/level", "3", true), ("charger/7/a/b4", "3", true),
            ("charger/7/a/blub", #"{"x":3}"#, true), ("charger/blub", "3", true), ("siren/7/a/blub", "3", true),
        ])
    func upkeep(_ topic: String, _ payload: String, _ isGiven: Bool) throws {
        var inspecting = try Inspecting([
            "energy": "[strong]\ncharger", "emergency": "[strong]\nsiren", "none": Self.upkeep,
        ])
        #expect(inspecting.look(payload, topic: topic)["payload.category"].isEmpty == !isGiven)
        // Arrays of one shape are told apart by a single digit.
        _ = inspecting.look(#"[5,"a1",{"x":3}]"#, topic: topic)
        #expect(inspecting.look(payload, topic: topic)["payload.category"].isEmpty == !isGiven)
    }

    @Test("Two hints lose against one strong term of another class, and a controller against a meter") func order()
        throws
    {
        var inspecting = try Inspecting([
            "environment": "[hint]\nroof, haze", "transportation": "[strong]\ntruck", "manufacturing": "[mild]\nmodbus",
            "energy": "[hint]\nsdm630",
        ])
        #expect(inspecting.look("1", topic: "roof/haze")["payload.category"] == ["environment"])
        #expect(inspecting.look("1", topic: "truck/roof/haze")["payload.category"] == ["transportation"])
        #expect(inspecting.look("1", topic: "modbus/a1")["payload.category"] == ["manufacturing"])
        #expect(inspecting.look("1", topic: "modbus/sdm630/a1")["payload.category"] == ["energy"])
    }

    @Test(
        "Faults of lists are told with their line",
        arguments: [
            ("environment", "[strong]\na\n[stronge]\nb", 3), ("kinds", "[passwords]\na", 1),
            ("weather", "[strong]\na", 1),
            ("environment", "a", 1), ("environment", "[strong\na", 1),
            ("environment", "[hint]\n" + String(repeating: "x", count: 64), 2),
        ])
    func faults(_ name: String, _ text: String, _ line: Int) throws {
        #expect(throws: WordList.Fault.self) { _ = try PayloadKnowledge([WordList(name: name + ".words", text: text)]) }
        do { _ = try PayloadKnowledge([WordList(name: name + ".words", text: text)]) } catch {
            #expect(error.line == line && !error.reason.isEmpty)
        }
    }
}
