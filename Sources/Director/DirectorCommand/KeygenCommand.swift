internal import ArgumentParser
internal import Primitives
internal import SecureTransport

/// `tandem-director keygen`: makes the key by which the agents know this director.
struct KeygenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Makes this director's key and prints its fingerprint, which the agents' configuration lists.",
        discussion: "An existing key is never replaced: its fingerprint is printed.",
    )

    @Option(name: .customLong("key-file"), help: "Where the key is, or shall be.")
    var keyFile = "/etc/tandem/director.key"

    func run() throws {
        do {
            print(try Self.fingerprint(keyFile))
        } catch {
            StandardError.print("tandem-director: \(error)")
            throw ExitCode(2)
        }
    }

    private static func fingerprint(_ path: String) throws(IdentityKeyError) -> String {
        let key = IdentityKey.generate()
        do throws(IdentityKeyError) {
            try key.write(to: path)
            return key.fingerprint.description
        } catch .exists {
            return try IdentityKey(contentsOf: path).fingerprint.description
        }
    }
}
