import Glibc
import Primitives
import SecureTransport
import SystemPackage
import Testing

@Suite struct IdentityKeyTests {
    private let path = "/tmp/tandem-key-test-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).pem"

    @Test func `a key that was written is read again as the same key`() throws {
        defer { unlink(path) }
        let key = IdentityKey.generate()
        try key.write(to: path)
        #expect(try IdentityKey(contentsOf: path).fingerprint == key.fingerprint)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test func `a file that exists is never overwritten`() throws {
        defer { unlink(path) }
        let key = IdentityKey.generate()
        try key.write(to: path)
        #expect(throws: IdentityKeyError.exists(path: path)) { try IdentityKey.generate().write(to: path) }
        #expect(try IdentityKey(contentsOf: path).fingerprint == key.fingerprint)
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o666, 0o644] as [mode_t])
    func `a key that others can use is refused`(mode: mode_t) throws {
        defer { unlink(path) }
        try IdentityKey.generate().write(to: path)
        #expect(chmod(path, mode) == 0)
        #expect(throws: IdentityKeyError.tooOpen(path: path, mode: UInt32(mode))) {
            try IdentityKey(contentsOf: path)
        }
    }

    @Test func `what is no key is refused with its path`() throws {
        #expect(throws: IdentityKeyError.failed(operation: "read", path: path, .noSuchFileOrDirectory)) {
            try IdentityKey(contentsOf: path)
        }
        #expect(throws: IdentityKeyError.notAFile(path: "/tmp")) { try IdentityKey(contentsOf: "/tmp") }
        defer { unlink(path) }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        #expect(write(descriptor, "hello", 5) == 5)
        close(descriptor)
        #expect(throws: IdentityKeyError.malformed(path: path)) { try IdentityKey(contentsOf: path) }
    }

    @Test func `every key has a fingerprint of its own`() {
        let fingerprints = (0..<8).map { _ in IdentityKey.generate().fingerprint }
        #expect(Set(fingerprints).count == 8)
    }
}
