import Bytes
import Inventory
import Testing

@Suite struct NameTemplateTests {
    /// Topics and paths as plants, homes and clouds have them.
    private static let records: [(String, String)] = [
        ("home/kitchen/temperature", "home/kitchen/temperature"),
        ("plant/line3/pump5/pressure", "plant/line{n}/pump{n}/pressure"),
        ("plant/line-12/press-06/state", "plant/line-{n}/press-{n}/state"),
        ("spBv1.0/Plant 1/NDATA/edge07", "spBv1.0/Plant {n}/NDATA/edge{n}"),
        ("zigbee2mqtt/0x00158d0001ab23cd/set", "zigbee2mqtt/{id}/set"),
        ("shellies/shelly1-98F4AB12CD34/relay/0", "shellies/shelly{n}-{mac}/relay/{n}"),
        ("tele/tasmota_4F2A1B/SENSOR", "tele/tasmota_{id}/SENSOR"),
        ("$SYS/broker/clients/connected", "$SYS/broker/clients/connected"),
        ("$aws/things/sensor-17/shadow/update", "$aws/things/sensor-{n}/shadow/update"),
        ("owntracks/anna/5f3c9a1b-7d1e-4c8a-9b6f-0a1b2c3d4e5f", "owntracks/anna/{uuid}"),
        ("devices/aa:bb:cc:dd:ee:0f/up", "devices/{mac}/up"),
        ("devices/AABB.CCDD.EEFF", "devices/{mac}"),
        ("eui/00-11-22-33-44-55-66-77", "eui/{id}"),
        ("host/192.168.1.17/cpu0", "host/{ip}/cpu{n}"), ("host/fe80::1/load", "host/{ip}/load"),
        ("log/2026-11-30/errors", "log/{date}/errors"), ("log/20261130", "log/{date}"),
        ("log/2026-11-30T12:30:00.5Z/x", "log/{date}/x"), ("clock/12:30:00", "clock/{n}:{n}:{n}"),
        ("air/co2", "air/co2"), ("air/pm2.5", "air/pm{n}.{n}"), ("api/v2/items/17", "api/v2/items/{n}"),
        ("room/cafe01/door", "room/cafe{n}/door"), ("a/facade/b", "a/facade/b"), ("a/deadbeef/b", "a/{id}/b"),
        ("zone1temp", "zone{n}temp"), ("sensors/+/temp/#", "sensors/+/temp/#"),
        ("$share/group1/plant/+/x", "$share/group{n}/plant/+/x"), ("gemüse/kühlung3", "gemüse/kühlung{n}"),
        ("session/Xk29aLq7Pz3B/x", "session/{id}/x"), ("a/rhythms/b", "a/rhythms/b"),
        ("TemperatureSetpointHigh/HVAC", "TemperatureSetpointHigh/HVAC"), ("", ""), ("/", "/"), ("//7", "//{n}"),
        ("{names} me", "{{names} me"), ("/sensors/temp", "/sensors/temp"), ("/3303/0/5700", "/3303/{n}/5700"),
        ("/5/0/3", "/5/{n}/3"), ("/3/0", "/3/{n}"), ("/3303/12/6021/7", "/3303/{n}/6021/{n}"),
        ("/70000/0/1", "/{n}/{n}/{n}"), ("/03/0", "/{n}/{n}"), ("3303/0/5700", "{n}/{n}/{n}"),
        ("/1/2/3/4/5", "/{n}/{n}/{n}/{n}/{n}"), ("/rd/ad4711", "/rd/{id}"), ("/rd/4711", "/rd/{id}"),
        ("/rd/Vq3xLmPoQe", "/rd/{id}"), ("/rd", "/rd"), ("/rd-lookup/res", "/rd-lookup/res"),
    ]

    @Test("names of records become templates", arguments: records) func record(_ name: String, _ template: String) {
        #expect(NameTemplate.text(name, as: .record) == template)
    }

    @Test("a template of a template adds nothing but braces", arguments: records)
    func twice(_ name: String, _ template: String) {
        let again = NameTemplate.text(template, as: .record).replacing("{{", with: "{").replacing("{{", with: "{")
        #expect(again == template.replacing("{{", with: "{"))
    }

    @Test(
        "clients keep what is their own",
        arguments: [
            ("pump-5", "pump-5", "pump-{n}", true), ("pump-6", "pump-6", "pump-{n}", true),
            ("press-06", "press-06", "press-{n}", true), ("sensor-00012345", "sensor-{id}", "sensor-{id}", true),
            ("pump-5-a8f3", "pump-5-{id}", "pump-{n}-{id}", true), ("gate_4f2a1b99", "gate_{id}", "gate_{id}", true),
            ("gate_48213977", "gate_{id}", "gate_{id}", true), ("gate_deadbeef", "gate_{id}", "gate_{id}", true),
            ("line3-press", "line3-press", "line{n}-press", true), ("historian", "historian", "historian", true),
            ("shelly1-98F4AB12CD34", "shelly1-{mac}", "shelly{n}-{mac}", true),
            ("app-5f3c9a1b-7d1e-4c8a-9b6f-0a1b2c3d4e5f", "app-{uuid}", "app-{uuid}", true),
            ("mosq-iKz3vJ8aP2qLw9Xn", "mosq-{id}", "mosq-{id}", false),
            ("mqttjs_8fe2a1c0", "mqttjs_{id}", "mqttjs_{id}", false),
            ("auto-5F3C9A1B-7D1E-4C8A-9B6F-0A1B2C3D4E5F", "auto-{id}", "auto-{id}", false),
            ("paho2391846123", "paho{id}", "paho{id}", false), ("4f2a1b99c0de", "{mac}", "{mac}", false),
            ("17", "17", "{n}", false), ("mqtt_bridge", "mqtt_bridge", "mqtt_bridge", true),
            ("auto-kitchen", "auto-kitchen", "auto-kitchen", true), ("HomeKit", "HomeKit", "HomeKit", true),
            ("rsmb-iPhone", "rsmb-iPhone", "rsmb-iPhone", true),
            ("telegraf-3f2a9c1d7b44", "telegraf-{mac}", "telegraf-{mac}", true),
        ]) func client(_ name: String, _ template: String, _ group: String, _ hasOwnPart: Bool)
    {
        #expect(NameTemplate.text(name, as: .client) == template)
        #expect(NameTemplate.text(name, as: .group) == group)
        var output: [UInt8] = []
        let bytes = Array(name.utf8)
        #expect(NameTemplate.write(bytes.span.bytes, as: .client, to: &output).hasOwnPart == hasOwnPart)
    }

    @Test("ten thousand random tails of eight hexadecimal digits are one client") func tails() {
        var generator = SystemRandomNumberGenerator()
        var templates: Set<String> = []
        for _ in 0..<10_000 {
            var tail = String(UInt32.random(in: 0 ... .max, using: &generator), radix: 16)
            while tail.utf8.count < 8 { tail = "0" + tail }
            templates.insert(NameTemplate.text("press-06-" + tail, as: .client))
        }
        #expect(templates == ["press-06-{id}"])
    }

    @Test(
        "nothing of a secret gets into a template, and it is said that the name may hold one",
        arguments: [
            "api/token/hunter2", "login?password=hunter2&x=1", "dev/p=hunter2/x", "a/PASSWD/hunter2/b",
            "/fw?t=hunter2",
            "a/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJodW50ZXIyIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        ]) func secrets(_ name: String)
    {
        var output: [UInt8] = []
        let bytes = Array(name.utf8)
        let reading = NameTemplate.write(bytes.span.bytes, as: .record, to: &output)
        let text = String(decoding: output, as: UTF8.self)
        #expect(!text.contains("hunter") && !text.contains("eyJ") && !text.contains("dozj"), "\(text)")
        #expect(reading.mayHoldSecret)
    }

    @Test("whatever the bytes, a template is bounded and says something") func hostile() {
        var generator = SystemRandomNumberGenerator()
        for round in 0..<2000 {
            let alphabet: [UInt8] = Array("09aAfFzZ-_:./{}=+#xT$".utf8) + [0, 0x80, 0xFF, 0x20]
            let count = Int.random(in: 1...300, using: &generator)
            let name = (0..<count).map { _ in
                round % 2 == 0
                    ? alphabet.randomElement(using: &generator)! : UInt8.random(in: 0...255, using: &generator)
            }
            for form in [NameTemplate.Form.record, .client, .group] {
                var output: [UInt8] = []
                NameTemplate.write(name.span.bytes, as: form, to: &output)
                #expect(!output.isEmpty && output.count <= NameTemplate.longest + 8)
            }
        }
        let long = Array(repeating: UInt8(ascii: "z"), count: 65_535)
        var output: [UInt8] = []
        #expect(NameTemplate.write(long.span.bytes, as: .record, to: &output).mayHoldSecret)
        #expect(output.count <= NameTemplate.longest + 8)
    }
}
