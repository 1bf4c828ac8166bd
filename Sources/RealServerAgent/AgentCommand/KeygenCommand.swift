internal import ArgumentParser
internal import Primitives
internal import SecureTransport

/// `tandem-agent keygen`: makes the node's key and prints its fingerprint.
struct KeygenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Make the node's key, unless there is one, and print the fingerprint for the directors' files.",
    )

    @Option(name: .customLong("key-file"), help: "The key file.")
    var output = "/etc/tandem/agent.key"

    func run() throws {
        do throws(IdentityKeyError) {
            print(try fingerprint())
        } catch {
            Terminal.complain("\(error)")
            throw ExitCode(2)
        }
    }

    private func fingerprint() throws(IdentityKeyError) -> KeyFingerprint {
        let key = IdentityKey.generate()
        do throws(IdentityKeyError) {
            try key.write(to: output)
            return key.fingerprint
        } catch .exists {
            // The directors know the key that is there; another one would lock them out.
            Terminal.complain("\(output) exists already and is kept")
            return try IdentityKey(contentsOf: output).fingerprint
        }
    }
}
