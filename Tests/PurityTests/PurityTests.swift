import FoundationEssentials
import Testing

/// Reads the package's own sources: what decides must not be able to look at a clock, a socket or a lock.
@Suite struct `Purity` {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every pure target with what it may import.
    static let allowed: [(folder: String, imports: Set<String>)] = [
        ("Sources/Shared/Primitives", []),
        ("Sources/Shared/AgentProtocol", ["Primitives"]),
        ("Sources/Shared/Checks", ["Primitives"]),
        ("Sources/Director/VRRP", ["Primitives"]),
        ("Sources/Director/Health", ["Primitives", "AgentProtocol", "Checks"]),
        ("Sources/Director/Balancing", ["Primitives"]),
        ("Sources/Director/PeerProtocol", ["Primitives", "AgentProtocol"]),
        (
            "Sources/Director/DirectorCore",
            ["Primitives", "AgentProtocol", "PeerProtocol", "VRRP", "Health", "Balancing"]
        ),
        ("Sources/RealServerAgent/AgentCore", ["Primitives", "AgentProtocol", "Checks"]),
    ]

    /// Names from the standard library that would let time, threads or chance in.
    static let banned = [
        "ContinuousClock", "SuspendingClock", "SystemRandomNumberGenerator", "Task ", "Task{", "DispatchQueue",
        " print(",
        ".random(in:", "shuffled()", "randomElement()", "nonisolated(unsafe)",
    ]

    static func sources(of folder: String) throws -> [(name: String, text: String)] {
        let path = root.appending(path: folder)
        let names = try FileManager.default.subpathsOfDirectory(atPath: path.path).filter { $0.hasSuffix(".swift") }
            .sorted()
        return try names.map { (folder + "/" + $0, try String(contentsOf: path.appending(path: $0), encoding: .utf8)) }
    }

    static func imports(in text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard let index = words.firstIndex(of: "import"), index <= 2, !line.hasPrefix("/"), index + 1 < words.count
            else { return nil }
            return words[..<index].allSatisfy({ ["package", "internal", "private", "public"].contains($0) })
                ? String(words[index + 1]) : nil
        }
    }

    @Test(arguments: Self.allowed.map(\.folder))
    func `a pure target imports what it may and nothing else`(folder: String) throws {
        let allowed = try #require(Self.allowed.first { $0.folder == folder }).imports
        let sources = try Self.sources(of: folder)
        #expect(!sources.isEmpty)
        for source in sources {
            let extra = Set(Self.imports(in: source.text)).subtracting(allowed)
            #expect(extra.isEmpty, "\(source.name) imports \(extra.sorted())")
        }
    }

    @Test(arguments: Self.allowed.map(\.folder))
    func `a pure target has no clock, no thread and no chance of its own`(folder: String) throws {
        for source in try Self.sources(of: folder) {
            let code = source.text.split(separator: "\n").filter { line in
                !line.drop(while: { $0 == " " }).hasPrefix("//")
            }.map { " " + $0 }.joined(separator: "\n")
            for word in Self.banned {
                #expect(!code.contains(word), "\(source.name) uses \(word)")
            }
        }
    }

    @Test func `the programs link no Foundation`() throws {
        for source in try Self.sources(of: "Sources") {
            #expect(!Self.imports(in: source.text).contains("Foundation"), "\(source.name) imports Foundation")
        }
    }

    @Test func `nothing is public, for the package is its own only user`() throws {
        for source in try Self.sources(of: "Sources") {
            let found = source.text.split(separator: "\n").contains { line in
                let words = line.drop(while: { $0 == " " })
                return words.hasPrefix("public ") || words.hasPrefix("open ")
            }
            #expect(!found, "\(source.name) declares something public")
        }
    }

    /// The test of the test: the reader sees an import in every spelling that the package uses.
    @Test func `the reader sees every spelling of an import`() {
        let text = """
            import Glibc
            package import Primitives
            internal import CNetlink
            // import Foundation
            /// import Dispatch
            let important = 1
            """
        #expect(Self.imports(in: text) == ["Glibc", "Primitives", "CNetlink"])
    }
}
