// swift-tools-version: 6.2
import PackageDescription

// What is measured with, apart from the sensor so that its own build does not pay for it. The modules come from the
// package around this one, compiled as they are for the program: cross-module optimization is a setting of theirs.

let common: [SwiftSetting] = [
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "earshot-benchmarks",
    dependencies: [.package(name: "earshot", path: "..")],
    targets: [
        .executableTarget(name: "MakeCapture", swiftSettings: common),
        .executableTarget(name: "SendFrames", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
        .executableTarget(
            name: "Microbenchmarks", dependencies: [.product(name: "EarshotModules", package: "earshot")],
            swiftSettings: common),
    ]
)
