// swift-tools-version: 6.2
import PackageDescription

// Fuzz targets, apart from the sensor so that its own build does not pay for them. `Sensor` leads to its sources, of which
// the engine and what lies below it are compiled here once more, with libFuzzer's instrumentation. `run.sh` builds and runs
// it all.

let common: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]
let lifetimes: [SwiftSetting] = common + [.enableExperimentalFeature("Lifetimes")]

/// A program whose `main` is libFuzzer's.
func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: ["FuzzSupport"] + dependencies, path: "Targets/\(name)",
        swiftSettings: common + [.unsafeFlags(["-parse-as-library"])])
}

/// A library of the sensor.
func library(_ name: String, _ dependencies: [Target.Dependency], settings: [SwiftSetting] = common) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sensor/\(name)", swiftSettings: settings)
}

let package = Package(
    name: "earshot-fuzz",
    targets: [
        .systemLibrary(name: "CZlib", path: "Sensor/CZlib", pkgConfig: "zlib"),
        .systemLibrary(name: "CVectorscan", path: "Sensor/CVectorscan", pkgConfig: "libhs"),

        library("Bytes", ["CZlib"], settings: lifetimes),
        library("Network", ["Bytes"]),
        library("Tables", ["Bytes"]),
        library("Patterns", ["Bytes", "CVectorscan"]),
        library("Events", ["Bytes", "Network", "Tables"]),
        library("Payload", ["Bytes", "Network", "Patterns", "Events"], settings: lifetimes),
        library("Packets", ["Bytes", "Network"], settings: lifetimes),
        library("Flows", ["Bytes", "Network", "Tables", "Packets"]),
        library("MQTT", ["Bytes", "Network", "Tables", "Events", "Payload"]),
        library("CoAP", ["Bytes", "Network", "Tables", "Events", "Payload"]),
        library("WebSocket", ["Bytes", "Network", "Tables", "Events"]),
        library("Proxies", ["Bytes", "Network", "Tables"], settings: lifetimes),
        library(
            "Engine",
            [
                "Bytes", "Network", "Tables", "Events", "Payload", "Packets", "Flows", "MQTT", "CoAP", "WebSocket",
                "Proxies",
            ]),

        .target(
            name: "FuzzSupport", dependencies: ["Bytes", "Events"], path: "Targets/FuzzSupport", swiftSettings: common),
        .systemLibrary(name: "CMalloc", path: "Targets/CMalloc"),
        .target(name: "TestSupport", path: "Targets/TestSupport", swiftSettings: common),
        fuzzer("FuzzFrame", ["Bytes", "Network", "Packets"]),
        fuzzer("FuzzFragments", ["Bytes", "Network", "Packets", "Flows"]),
        fuzzer(
            "FuzzStream",
            [
                "Bytes", "Network", "Events", "Packets", "Flows", "MQTT", "CoAP", "WebSocket", "Engine", "TestSupport",
                "CMalloc",
            ]),
        fuzzer("FuzzMQTT", ["Bytes", "Network", "Tables", "Events", "Payload", "MQTT"]),
        fuzzer("FuzzMQTTPacket", ["Bytes", "Network", "Tables", "Events", "Payload", "MQTT"]),
        fuzzer("FuzzMQTTSession", ["Bytes", "Network", "Tables", "Events", "Payload", "MQTT", "CMalloc"]),
        fuzzer("FuzzWebSocket", ["Bytes", "Tables", "Events", "WebSocket"]),
        fuzzer("FuzzProxies", ["Bytes", "Network", "Proxies"]),
        fuzzer("FuzzPayload", ["Bytes", "Network", "Events", "Payload"]),
        fuzzer("FuzzCoAP", ["Bytes", "Network", "Events", "Payload", "CoAP"]),
        fuzzer("FuzzCoAPStream", ["Bytes", "Network", "Events", "Payload", "CoAP"]),
        fuzzer("FuzzCoAPConversation", ["Bytes", "Network", "Events", "Payload", "CoAP", "TestSupport"]),
    ]
)
