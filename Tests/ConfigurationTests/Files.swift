import ConfigurationSyntax
import Foundation

/// The files that the suites read.
enum Files {
    static let suite = URL(filePath: #filePath).deletingLastPathComponent()
    static let repository = suite.deletingLastPathComponent().deletingLastPathComponent()

    static func names(in directory: URL, extension suffix: String) -> [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return all.filter { $0.hasSuffix(suffix) }.sorted()
    }

    static let broken = names(in: suite.appending(path: "Broken"), extension: ".yaml")
    static let examples = names(in: repository.appending(path: "deploy/examples"), extension: ".yaml")

    static func source(_ url: URL) throws -> Source {
        Source(name: url.lastPathComponent, bytes: Array(try Data(contentsOf: url)))
    }

    static func text(ofExample name: String) throws -> String {
        String(decoding: try source(repository.appending(path: "deploy/examples/\(name)")).bytes, as: UTF8.self)
    }
}
