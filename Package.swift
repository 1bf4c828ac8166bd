// swift-tools-version: 6.2
//
// Arrows point inward: command -> shell -> pure. A pure target imports the standard library and `Primitives` alone
// (Tests/PurityTests holds them to it), and C never leaks out of the target that wraps it.

import PackageDescription

/// Settings of every target: the strict dialect in which the whole package is written.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// The commit that the build came from, which `--version` prints.
let commit = Context.gitInformation.map { $0.currentCommit.prefix(12) + ($0.hasUncommittedChanges ? "+" : "") }

func library(
    _ name: String,
    _ path: String,
    _ dependencies: [Target.Dependency] = [],
    touchesC: Bool = false,
) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: "Sources/\(path)",
        swiftSettings: strict + (touchesC ? [.strictMemorySafety()] : []),
    )
}

func suite(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(
        name: name,
        dependencies: dependencies,
        path: "Tests/\(name)",
        resources: resources,
        swiftSettings: strict,
    )
}

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

let package = Package(
    name: "tandem",
    products: [
        .executable(name: "tandem-director", targets: ["DirectorCommand"]),
        .executable(name: "tandem-agent", targets: ["AgentCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
    ],
    targets: [
        // Shared: C
        .systemLibrary(
            name: "CNetlink",
            path: "Sources/Shared/CNetlink",
            pkgConfig: "libnl-route-3.0 libnl-genl-3.0 libnl-3.0",
            providers: [.apt(["libnl-3-dev", "libnl-genl-3-dev", "libnl-route-3-dev"])],
        ),
        .systemLibrary(
            name: "CSystemd",
            path: "Sources/Shared/CSystemd",
            pkgConfig: "libsystemd",
            providers: [.apt(["libsystemd-dev"])],
        ),
        .systemLibrary(
            name: "CYAML",
            path: "Sources/Shared/CYAML",
            pkgConfig: "yaml-0.1",
            providers: [.apt(["libyaml-dev"])],
        ),
        .target(name: "CLinux", path: "Sources/Shared/CLinux"),
        .target(
            name: "CVersion",
            path: "Sources/Shared/CVersion",
            cSettings: [.define("TANDEM_COMMIT", to: "\"\(commit ?? "unknown")\"")],
        ),

        // Shared: pure
        library("Primitives", "Shared/Primitives"),
        library("AgentProtocol", "Shared/AgentProtocol", ["Primitives"]),
        library("Checks", "Shared/Checks", ["Primitives"]),

        // Shared: shell
        library("Linux", "Shared/Linux", ["CLinux", "Primitives", system], touchesC: true),
        library("Netlink", "Shared/Netlink", ["CNetlink", "CLinux", "Linux", "Primitives", system], touchesC: true),
        library("ConfigurationSyntax", "Shared/ConfigurationSyntax", ["CYAML", "Primitives"], touchesC: true),
        library("CheckSyntax", "Shared/CheckSyntax", ["Checks", "ConfigurationSyntax", "Linux", "Primitives"]),
        library("HTTPCheck", "Shared/HTTPCheck", ["Checks", "Linux", "Primitives", nioCore, nioHTTP1]),
        library(
            "SecureTransport",
            "Shared/SecureTransport",
            ["Primitives", nioCore, nioPosix, nioSSL, nioTLS, crypto, system],
        ),
        library(
            "ControlSocket",
            "Shared/ControlSocket",
            ["Primitives", nioCore, nioPosix, system],
            touchesC: true,
        ),
        library(
            "ServiceManager",
            "Shared/ServiceManager",
            ["CSystemd", "Linux", "Primitives", system],
            touchesC: true,
        ),
        library("Telemetry", "Shared/Telemetry", ["CVersion", "CSystemd", "Primitives", logging], touchesC: true),

        // Director: pure
        library("VRRP", "Director/VRRP", ["Primitives"]),
        library("Health", "Director/Health", ["Primitives", "AgentProtocol", "Checks"]),
        library("Balancing", "Director/Balancing", ["Primitives"]),
        library("PeerProtocol", "Director/PeerProtocol", ["Primitives", "AgentProtocol"]),
        library(
            "DirectorCore",
            "Director/DirectorCore",
            ["Primitives", "AgentProtocol", "PeerProtocol", "VRRP", "Health", "Balancing"],
        ),

        // Director: shell
        library(
            "DirectorConfiguration",
            "Director/DirectorConfiguration",
            [
                "Primitives", "AgentProtocol", "Checks", "CheckSyntax", "ConfigurationSyntax", "VRRP", "Health",
                "Balancing", "DirectorCore", "PeerProtocol", "Linux",
            ],
        ),
        library("IPVS", "Director/IPVS", ["Primitives", "Balancing", "Netlink", "Linux", system]),
        library(
            "Election",
            "Director/Election",
            ["Primitives", "VRRP", "DirectorCore", "CLinux", "Linux", crypto, system],
            touchesC: true,
        ),
        library("Addresses", "Director/Addresses", ["Primitives", "VRRP", "DirectorCore", "Netlink", "Linux", system]),
        library(
            "Dataplane",
            "Director/Dataplane",
            ["Primitives", "Balancing", "DirectorCore", "IPVS", "Netlink", "Linux", system],
        ),
        library(
            "Probing",
            "Director/Probing",
            [
                "Primitives", "Checks", "HTTPCheck", "Health", "VRRP", "DirectorCore", "CLinux", "Linux", "Netlink",
                nioCore, nioPosix, nioHTTP1, nioSSL, nioTLS, system,
            ],
            touchesC: true,
        ),
        library(
            "AgentLink",
            "Director/AgentLink",
            ["Primitives", "DirectorCore", "SecureTransport", nioCore],
        ),
        library(
            "PeerLink",
            "Director/PeerLink",
            ["Primitives", "DirectorCore", "PeerProtocol", "SecureTransport", nioCore, system],
        ),
        library("Control", "Director/Control", ["DirectorCore", "Health"]),
        .executableTarget(
            name: "DirectorCommand",
            dependencies: [
                "Primitives", "AgentProtocol", "VRRP", "Health", "Balancing", "DirectorCore", "DirectorConfiguration",
                "ConfigurationSyntax", "IPVS", "Election", "Addresses", "Dataplane", "Probing", "AgentLink", "Control",
                "PeerLink", "PeerProtocol", "ControlSocket", "Linux", "Netlink", "SecureTransport", "ServiceManager",
                "Telemetry",
                argumentParser, logging, nioCore, nioPosix, system,
            ],
            path: "Sources/Director/DirectorCommand",
            swiftSettings: strict,
        ),

        // Real-server agent
        library("AgentCore", "RealServerAgent/AgentCore", ["Primitives", "AgentProtocol", "Checks"]),
        library(
            "AgentConfiguration",
            "RealServerAgent/AgentConfiguration",
            ["Primitives", "Checks", "CheckSyntax", "ConfigurationSyntax", "AgentCore"],
        ),
        library(
            "AgentHost",
            "RealServerAgent/AgentHost",
            [
                "Primitives", "AgentCore", "AgentProtocol", "Checks", "HTTPCheck", "CLinux", "Linux", "Netlink",
                "ServiceManager",
                nioCore, nioPosix, nioHTTP1, system,
            ],
            touchesC: true,
        ),
        .executableTarget(
            name: "AgentCommand",
            dependencies: [
                "Primitives", "AgentProtocol", "AgentCore", "AgentConfiguration", "AgentHost", "ConfigurationSyntax",
                "ControlSocket", "Linux", "Netlink", "SecureTransport", "ServiceManager", "Telemetry",
                argumentParser, logging, nioCore, nioPosix, nioSSL, system,
            ],
            path: "Sources/RealServerAgent/AgentCommand",
            swiftSettings: strict,
        ),

        // Tests
        .target(
            name: "TestNetwork",
            dependencies: ["CLinux", "Linux", system],
            path: "Tests/TestNetwork",
            swiftSettings: strict,
        ),
        .executableTarget(
            name: "endurance",
            dependencies: [
                "TestNetwork", "Election", "Addresses", "DirectorCore", "VRRP", "Netlink", "Linux", "Primitives",
                system,
            ],
            path: "Tests/Endurance",
            swiftSettings: strict,
        ),
        .target(name: "CLab", path: "Tests/CLab"),
        .executableTarget(
            name: "lab",
            dependencies: ["CLab", "Primitives"],
            path: "Tests/Lab",
            swiftSettings: strict,
        ),
        suite("PrimitivesTests", ["Primitives"]),
        suite("AgentLinkTests", ["AgentLink", "DirectorCore", "Primitives", "SecureTransport", nioCore, nioPosix]),
        suite("ControlTests", ["Control", "ControlSocket", "DirectorCore", "Health", "Primitives"]),
        suite("ControlSocketTests", ["ControlSocket", "Primitives", nioCore, nioPosix, system]),
        suite(
            "SecureTransportTests",
            ["SecureTransport", "Primitives", nioCore, nioPosix, nioSSL, crypto, system],
        ),
        suite("PurityTests", []),
        .target(
            name: "Simulator",
            dependencies: [
                "Primitives", "AgentProtocol", "PeerProtocol", "VRRP", "Health", "Balancing", "DirectorCore",
                "AgentCore",
            ],
            path: "Tests/Simulator",
            swiftSettings: strict,
        ),
        .executableTarget(
            name: "simulate",
            dependencies: ["Simulator"],
            path: "Tests/Simulate",
            swiftSettings: strict,
        ),
        suite(
            "SimulatorTests",
            ["Simulator", "Primitives", "AgentProtocol", "VRRP", "Health", "Balancing", "DirectorCore", "AgentCore"],
        ),
        suite("ServiceManagerTests", ["ServiceManager", "Primitives"]),
        suite("TelemetryTests", ["Telemetry", logging]),
        suite("SystemdTests", []),
        suite(
            "ConfigurationTests",
            [
                "Primitives", "Checks", "ConfigurationSyntax", "DirectorConfiguration", "AgentConfiguration",
                "AgentCore", "DirectorCore", "VRRP", "Health", "Balancing",
            ],
            resources: [.copy("Broken")],
        ),
        suite("LinuxTests", ["TestNetwork", "Linux", "CLinux", "Primitives", system]),
        suite("NetlinkTests", ["TestNetwork", "Netlink", "Linux", "CLinux", "Primitives", system]),
        suite("VRRPTests", ["VRRP", "Primitives"]),
        suite("ElectionCoreTests", ["DirectorCore", "VRRP", "Primitives"]),
        suite(
            "ElectionTests",
            [
                "TestNetwork",
                "Election", "Addresses", "DirectorCore", "VRRP", "Netlink", "Linux", "CLinux", "Primitives", system,
            ],
        ),
        suite(
            "ProbingTests",
            ["TestNetwork", "Probing", "Checks", "Health", "VRRP", "Netlink", "Linux", "CLinux", "Primitives", system],
        ),
        suite("HealthTests", ["Checks", "Health", "AgentProtocol", "Primitives"]),
        suite(
            "ClusterCoreTests",
            ["DirectorCore", "AgentProtocol", "PeerProtocol", "Health", "Balancing", "VRRP", "Primitives"],
        ),
        suite("BalancingTests", ["Balancing", "Primitives"]),
        suite("IPVSTests", ["IPVS", "Balancing", "Netlink", "Primitives"]),
        suite(
            "DataplaneTests",
            [
                "TestNetwork", "Dataplane", "Balancing", "DirectorCore", "IPVS", "Netlink", "Linux", "CLinux",
                "Primitives", system,
            ],
        ),
        suite(
            "DirectorCommandTests",
            [
                "TestNetwork", "DirectorCommand", "Election", "DirectorCore", "PeerProtocol", "Balancing", "VRRP",
                "Linux", "Primitives", logging, system,
            ],
        ),
        suite("AgentProtocolTests", ["AgentProtocol", "Primitives"]),
        suite("PeerProtocolTests", ["PeerProtocol", "AgentProtocol", "Primitives"]),
        suite(
            "PeerCoreTests",
            ["DirectorCore", "PeerProtocol", "AgentProtocol", "Health", "VRRP", "Primitives"],
        ),
        suite("AgentCoreTests", ["AgentCore", "AgentProtocol", "Checks", "Primitives"]),
        suite(
            "AgentHostTests",
            [
                "TestNetwork", "AgentHost", "AgentCore", "AgentProtocol", "Checks", "ControlSocket", "Netlink", "Linux",
                "CLinux", "Primitives", nioCore, nioPosix, system,
            ],
        ),
    ],
)
