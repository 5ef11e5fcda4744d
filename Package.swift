// swift-tools-version: 6.2
import PackageDescription

// Floors: a target may depend only on targets of lower floors (Tests/ArchitectureTests holds the table).
//   8 earshot earshot-forward   7 Sensor   6 Engine Exposure Forward   5 Detection Alerts Doctor Places   4 Capture Flows MQTT CoAP WebSocket Proxies Sigma Inventory   3 Payload
//   2 Packets Events   1 Network Tables Patterns Sandbox   0 Bytes   below: CMaxMind CPcap CSandbox CSeccomp CVectorscan CZlib CZstd,
//   and CCurl CDatagram CKafka, of earshot-forward alone

/// Settings of every Swift target.
let common: [SwiftSetting] = [
    // Lets every module inline and specialise what it calls in others: a sixth less work for a packet. SwiftPM has no
    // other spelling for it, and lets a package use it that others depend on by its path only, as Benchmarks does.
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]
/// `Lifetimes` lets a function return a `~Escapable` value: spans, and what is made of them.
let lifetimes: [SwiftSetting] = common + [.enableExperimentalFeature("Lifetimes")]

let package = Package(
    name: "earshot",
    products: [
        .executable(name: "earshot", targets: ["earshot"]),
        .executable(name: "earshot-forward", targets: ["earshot-forward"]),
        // What Benchmarks measures apart from the program.
        .library(
            name: "EarshotModules",
            targets: [
                "Bytes", "Network", "Patterns", "Events", "Payload", "Packets", "Capture", "Flows", "MQTT", "CoAP",
                "Engine",
                "Sigma", "Detection", "Alerts", "Sensor",
            ]),
        .library(name: "CMallocCounter", type: .dynamic, targets: ["CMallocCounter"]),
        .library(name: "CFileFaults", type: .dynamic, targets: ["CFileFaults"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .systemLibrary(name: "CMaxMind", pkgConfig: "libmaxminddb", providers: [.apt(["libmaxminddb-dev"])]),
        .systemLibrary(name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
        .systemLibrary(name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
        .systemLibrary(name: "CVectorscan", pkgConfig: "libhs", providers: [.apt(["libvectorscan-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

        .target(name: "Bytes", dependencies: ["CZlib"], swiftSettings: lifetimes),
        .target(name: "Network", dependencies: ["Bytes"], swiftSettings: common),
        .target(name: "Tables", dependencies: ["Bytes"], swiftSettings: common),
        .target(name: "Patterns", dependencies: ["Bytes", "CVectorscan"], swiftSettings: common),
        .target(name: "CSandbox"),
        .target(name: "Sandbox", dependencies: ["CSandbox", "CSeccomp"], swiftSettings: common),
        .target(name: "Events", dependencies: ["Bytes", "Network", "Tables"], swiftSettings: common),
        .target(name: "Packets", dependencies: ["Bytes", "Network"], swiftSettings: lifetimes),

        .target(
            name: "Payload", dependencies: ["Bytes", "Network", "Patterns", "Events"], swiftSettings: lifetimes),

        .target(
            name: "Capture",
            dependencies: ["Bytes", "Network", "Packets", "CPcap", "CZlib", "CZstd"],
            swiftSettings: lifetimes),
        .target(name: "Flows", dependencies: ["Bytes", "Network", "Tables", "Packets"], swiftSettings: common),
        .target(
            name: "MQTT", dependencies: ["Bytes", "Network", "Tables", "Events", "Payload"], swiftSettings: common),
        .target(
            name: "CoAP", dependencies: ["Bytes", "Network", "Tables", "Events", "Payload"], swiftSettings: common),
        .target(name: "WebSocket", dependencies: ["Bytes", "Network", "Tables", "Events"], swiftSettings: common),
        .target(name: "Proxies", dependencies: ["Bytes", "Network", "Tables"], swiftSettings: lifetimes),
        .target(
            name: "Inventory", dependencies: ["Bytes", "Network", "Tables", "Events", "Payload"], swiftSettings: common),
        .target(
            name: "Sigma", dependencies: [.product(name: "Yams", package: "Yams")], swiftSettings: common),

        .target(
            name: "Engine",
            dependencies: [
                "Bytes", "Network", "Tables", "Events", "Payload", "Packets", "Flows", "MQTT", "CoAP", "WebSocket",
                "Proxies",
            ], swiftSettings: common),
        .target(
            name: "Detection", dependencies: ["Bytes", "Network", "Tables", "Patterns", "Events", "Sigma"],
            swiftSettings: common),
        .target(
            name: "Alerts",
            dependencies: [
                "Bytes", "Network", "Events", "Inventory", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: common),
        .target(
            name: "Doctor", dependencies: ["Bytes", "Network", "Events", "Packets", "MQTT", "CoAP"],
            swiftSettings: common),
        .target(name: "Places", dependencies: ["Network", "CMaxMind"], swiftSettings: common),
        .target(
            name: "Exposure", dependencies: ["Network", "Events", "Inventory", "Alerts"], swiftSettings: common),
        .target(
            name: "Sensor",
            dependencies: [
                "Bytes", "Network", "Patterns", "Events", "Payload", "Packets", "Capture", "Flows", "Engine", "Sigma",
                "Detection", "Inventory", "Alerts", "Doctor", "Sandbox",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"), .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: common),
        .executableTarget(
            name: "earshot",
            dependencies: [
                "Sensor", "Alerts", "Capture", "Detection", "Doctor", "Engine", "Events", "Exposure", "Inventory",
                "Network", "Packets", "Payload", "Places", "Sandbox", "Sigma",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: common),

        // What leaves the sensor's machine leaves by a program of its own: nothing of it is part of the sensor.
        .target(name: "CDatagram"),
        .target(
            name: "Forward",
            dependencies: [
                "Bytes", "Network", "Events", "Packets", "Sigma", "Inventory", "Alerts", "CCurl", "CDatagram", "CKafka",
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: common),
        .executableTarget(
            name: "earshot-forward",
            dependencies: [
                "Alerts", "Forward", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: common),

        .testTarget(name: "ArchitectureTests", swiftSettings: common),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: common),
        .testTarget(name: "BytesTests", dependencies: ["Bytes", "TestSupport"], swiftSettings: common),
        .testTarget(name: "NetworkTests", dependencies: ["Bytes", "Network", "TestSupport"], swiftSettings: common),
        .testTarget(
            name: "TablesTests", dependencies: ["Bytes", "Network", "Tables", "TestSupport"], swiftSettings: common),
        .testTarget(
            name: "EventsTests", dependencies: ["Bytes", "Network", "Tables", "Events", "Payload", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "PacketsTests", dependencies: ["Bytes", "Network", "Packets", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "CaptureTests", dependencies: ["Bytes", "Network", "Packets", "Capture", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "FlowsTests", dependencies: ["Bytes", "Network", "Packets", "Flows", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "MQTTTests",
            dependencies: ["Bytes", "Network", "Tables", "Events", "Payload", "MQTT", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "CoAPTests",
            dependencies: ["Bytes", "Network", "Tables", "Events", "Payload", "CoAP", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "WebSocketTests", dependencies: ["Bytes", "Tables", "Events", "WebSocket", "CZlib", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "ProxiesTests", dependencies: ["Bytes", "Network", "Proxies", "TestSupport"], swiftSettings: common),
        .testTarget(
            name: "PayloadTests", dependencies: ["Bytes", "Network", "Events", "Patterns", "Payload", "TestSupport"],
            exclude: ["Labelled"], swiftSettings: common),
        .testTarget(name: "SigmaTests", dependencies: ["Sigma", "TestSupport"], swiftSettings: common),
        .testTarget(
            name: "DetectionTests",
            dependencies: [
                "Bytes", "Network", "Patterns", "Events", "Payload", "Sigma", "Tables", "Detection", "TestSupport",
            ],
            swiftSettings: common),
        .testTarget(
            name: "AlertsTests",
            dependencies: [
                "Bytes", "Network", "Events", "Inventory", "Alerts", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: common),
        .testTarget(
            name: "InventoryTests", dependencies: ["Bytes", "Network", "Tables", "Events", "Inventory", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "ExposureTests", dependencies: ["Network", "Inventory", "Alerts", "Exposure", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "DoctorTests",
            dependencies: ["Bytes", "Network", "Events", "Packets", "Doctor", "TestSupport"], swiftSettings: common),
        .testTarget(
            name: "PlacesTests", dependencies: ["Network", "Places", "ProgramSupport", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "EngineTests",
            dependencies: [
                "Bytes", "Network", "Events", "Packets", "Flows", "MQTT", "CoAP", "Engine", "Sigma", "Detection",
                "TestSupport",
            ],
            swiftSettings: common),
        .testTarget(
            name: "SensorTests",
            dependencies: [
                "Bytes", "Network", "Patterns", "Events", "Packets", "Capture", "Flows", "WebSocket", "Engine",
                "Detection", "Inventory", "Alerts", "Sensor", "TestSupport",
            ],
            swiftSettings: common),

        // These run the built program as users do.
        .target(name: "ProgramSupport", path: "Tests/ProgramSupport", swiftSettings: common),
        .testTarget(
            name: "CommandTests", dependencies: ["Inventory", "Alerts", "ProgramSupport", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "EndToEndTests", dependencies: ["ProgramSupport", "TestSupport"], exclude: ["Clients"],
            swiftSettings: common),
        .testTarget(
            name: "RefereeTests", dependencies: ["ProgramSupport", "TestSupport"], exclude: ["README.md", "Referee"],
            swiftSettings: common),
        // Stores to forward, and a Kafka cluster of librdkafka's own making.
        .executableTarget(
            name: "ForwardPeers", dependencies: ["Alerts", "Network", "CKafka"], path: "Tests/ForwardPeers",
            swiftSettings: common),
        .testTarget(
            name: "ForwardTests",
            dependencies: [
                "Alerts", "Bytes", "Network", "Forward", "ForwardPeers", "earshot-forward", "ProgramSupport",
                "TestSupport",
            ], swiftSettings: common),
        // What somebody in the sandbox would like to do, tried one by one.
        .target(name: "SandboxActs", path: "Tests/SandboxActs"),
        .executableTarget(
            name: "SandboxProbe", dependencies: ["Capture", "Sandbox", "SandboxActs"], path: "Tests/SandboxProbe",
            swiftSettings: common),
        .testTarget(
            name: "SandboxTests", dependencies: ["Sandbox", "ProgramSupport", "TestSupport"], swiftSettings: common),
        // Counts what the program allocates: a library that is loaded before the C library.
        .target(name: "CMallocCounter", path: "Tests/CMallocCounter"),
        .target(name: "CFileFaults", path: "Tests/CFileFaults"),
        .testTarget(name: "AllocationTests", dependencies: ["ProgramSupport", "TestSupport"], swiftSettings: common),
    ]
)
