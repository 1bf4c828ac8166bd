import Glibc
import Primitives
import Testing

@testable import DirectorCommand

/// What a restarted director believes of the file that the one before left.
@Suite struct RestartRecordTests {
    static let now = MonotonicInstant(nanoseconds: 1_000_000_000_000)

    /// Runs a body with a state directory of its own.
    func withDirectory(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/tandem-restart-XXXXXX".utf8CString)
        let made = mkdtemp(&template) != nil
        try #require(made)
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            for name in ["/restart", "/restart.new"] { unlink(directory + name) }
            rmdir(directory)
        }
        try body(directory)
    }

    func put(_ text: String, in directory: String) throws {
        let descriptor = open(directory + "/restart", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
    }

    func text(in directory: String) throws -> String {
        let descriptor = open(directory + "/restart", O_RDONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
    }

    @Test func `says for which routers and until when, once`() throws {
        try withDirectory { directory in
            let record = RestartRecord(stateDirectory: directory)
            let until = Self.now + .seconds(12)
            try record.write(["dmz", "lan"], until: until)
            #expect(record.read(at: Self.now) == ["dmz": until, "lan": until])
            record.remove()
            #expect(record.read(at: Self.now) == [:])
        }
    }

    @Test func `is worth nothing when its time is over, or lies further ahead than any restart may last`() throws {
        try withDirectory { directory in
            let record = RestartRecord(stateDirectory: directory)
            try record.write(["lan"], until: Self.now + .seconds(12))
            #expect(record.read(at: Self.now + .seconds(12)) == [:])
            #expect(record.read(at: Self.now - .seconds(1)) == [:])
        }
    }

    @Test func `of another boot, cut off anywhere or full of nonsense it names nobody`() throws {
        try withDirectory { directory in
            let record = RestartRecord(stateDirectory: directory)
            try record.write(["lan"], until: Self.now + .seconds(5))
            let whole = try text(in: directory)
            // Up to the last router's name nothing is said; a name cut short is no configured one.
            for length in 0..<whole.utf8.count - 4 {
                try put(String(whole.prefix(length)), in: directory)
                #expect(record.read(at: Self.now).keys.allSatisfy { $0.isEmpty }, "\(length) octets")
            }
            for nonsense in [
                whole.replacing("boot ", with: "boot 0"), "\u{0}\u{0}", whole.replacing("until ", with: "until x"),
                whole.replacing("until ", with: "until 9999999999"), "until 1\n" + whole,
            ] {
                try put(nonsense, in: directory)
                #expect(record.read(at: Self.now) == [:])
            }
        }
    }

    @Test func `does not follow a link that somebody laid where it is written`() throws {
        try withDirectory { directory in
            #expect(symlink(directory + "/elsewhere", directory + "/restart.new") == 0)
            #expect(throws: (any Error).self) {
                try RestartRecord(stateDirectory: directory).write(["lan"], until: Self.now + .seconds(5))
            }
            #expect(access(directory + "/elsewhere", F_OK) != 0)
        }
    }
}
