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
