// swift-tools-version: 6.2
import PackageDescription

// Fuzz targets, apart from the sensor so that its own build does not pay for them. `Sensor` leads to its sources, which
// are compiled here once more, with libFuzzer's instrumentation; of its top floor only the worker, which needs neither
// the store nor hashes of files. `run.sh` builds and runs it all.

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
    dependencies: [.package(url: "https://github.com/jpsim/Yams", from: "6.2.2")],
    targets: [
        .systemLibrary(name: "CPcap", path: "Sensor/CPcap", pkgConfig: "libpcap"),
        .systemLibrary(name: "CVectorscan", path: "Sensor/CVectorscan", pkgConfig: "libhs"),
        .systemLibrary(name: "CZlib", path: "Sensor/CZlib", pkgConfig: "zlib"),
        .systemLibrary(name: "CZstd", path: "Sensor/CZstd", pkgConfig: "libzstd"),

        library("Bytes", ["CZlib"], settings: lifetimes),
        library("Network", ["Bytes"]),
        library("Tables", ["Bytes"]),
        library("Events", ["Bytes", "Network", "Tables"]),
        library("Packets", ["Bytes", "Network"]),
        library("Capture", ["Bytes", "Network", "Packets", "CPcap", "CZlib", "CZstd"], settings: lifetimes),
        library("Flows", ["Bytes", "Network", "Packets"]),
        library("MQTT", ["Bytes", "Network", "Tables", "Events"]),
        library("CoAP", ["Bytes", "Network", "Tables", "Events"]),
        library("WebSocket", ["Bytes", "Network", "Tables", "Events"]),
        library("Sigma", [.product(name: "Yams", package: "Yams")]),
        library("Detection", ["Bytes", "Network", "Events", "Sigma", "CVectorscan"]),
        .target(
            name: "Sensor",
            dependencies: [
                "Bytes", "Network", "Tables", "Events", "Packets", "Capture", "Flows", "MQTT", "CoAP", "WebSocket",
                "Detection",
            ],
            path: "Sensor/Sensor",
            exclude: [
                "DetectionSink.swift", "LiveRun.swift", "MadeUpConversation.swift", "PasswordKey.swift",
                "Pipeline.swift",
                "Replay.swift", "RuleCosts.swift", "RuleExplainer.swift", "RuleFiles.swift", "RulePart.swift",
                "RuleReloader.swift", "RuleSet.swift", "RuleSet+Lookup.swift", "RuleSources.swift", "RuleTests.swift",
                "SensorError.swift", "Settings.swift", "Settings+File.swift", "Settings+Lists.swift", "SigmaText.swift",
                "SourceDigest.swift", "Version.swift",
            ],
            swiftSettings: common),

        .target(
            name: "FuzzSupport", dependencies: ["Bytes", "Events"], path: "Targets/FuzzSupport", swiftSettings: common),
        .systemLibrary(name: "CMalloc", path: "Targets/CMalloc"),
        .target(name: "TestSupport", path: "Targets/TestSupport", swiftSettings: common),
        fuzzer("FuzzFrame", ["Bytes", "Network", "Packets"]),
        fuzzer("FuzzFragments", ["Bytes", "Network", "Packets", "Flows"]),
        fuzzer(
            "FuzzStream",
            [
                "Bytes", "Network", "Events", "Packets", "Capture", "Flows", "MQTT", "CoAP", "WebSocket", "Sensor",
                "TestSupport", "CMalloc",
            ]),
        fuzzer("FuzzMQTT", ["Bytes", "Network", "Events", "MQTT"]),
        fuzzer("FuzzMQTTPacket", ["Bytes", "Network", "Tables", "Events", "MQTT"]),
        fuzzer("FuzzMQTTSession", ["Bytes", "Network", "Events", "MQTT", "CMalloc"]),
        fuzzer("FuzzWebSocket", ["Bytes", "Tables", "Events", "WebSocket"]),
        fuzzer("FuzzCoAP", ["Bytes", "Network", "Events", "CoAP"]),
        fuzzer("FuzzCoAPStream", ["Bytes", "Network", "Events", "CoAP"]),
        fuzzer("FuzzCoAPConversation", ["Bytes", "Network", "Events", "CoAP", "TestSupport"]),
    ]
)
