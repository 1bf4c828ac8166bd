internal import Crypto
internal import Glibc
package import Primitives
internal import SystemPackage

/// The P-256 key by which a program is known at the other end of its links.
package struct IdentityKey: Sendable {
    /// The private key.
    let privateKey: P256.Signing.PrivateKey
    /// SHA-256 of its SubjectPublicKeyInfo, which the other end's configuration lists.
    package let fingerprint: KeyFingerprint

    private static let maximumSize = 16_384

    /// Makes a new key.
    package static func generate() -> IdentityKey {
        IdentityKey(P256.Signing.PrivateKey())
    }

    private init(_ key: P256.Signing.PrivateKey) {
        privateKey = key
        fingerprint = Self.fingerprint(ofPublicKeyInfo: Array(key.publicKey.derRepresentation))
    }

    /// Reads the key from a PEM file that its owner alone can read.
    package init(contentsOf path: String) throws(IdentityKeyError) {
        let bytes = try Self.read(path)
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: String(decoding: bytes, as: UTF8.self)) else {
            throw .malformed(path: path)
        }
        self.init(key)
    }

    /// Writes the key to a PEM file of mode 0600 that must not exist yet.
    package func write(to path: String) throws(IdentityKeyError) {
        do {
            let file = try FileDescriptor.open(
                FilePath(path),
                .writeOnly,
                options: [.create, .exclusiveCreate, .closeOnExec, .noFollow],
                permissions: [.ownerReadWrite],
            )
            do {
                try file.writeAll((privateKey.pemRepresentation + "\n").utf8)
                try file.close()
            } catch {
                // A file cut short would stand in the way of the next attempt.
                _ = unlink(path)
                throw error
            }
        } catch Errno.fileExists {
            throw .exists(path: path)
        } catch let error as Errno {
            throw .failed(operation: "write", path: path, error)
        } catch {
            throw .failed(operation: "write", path: path, .ioError)
        }
    }

    /// The fingerprint of a DER-encoded SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7).
    static func fingerprint(ofPublicKeyInfo bytes: [UInt8]) -> KeyFingerprint {
        guard let fingerprint = KeyFingerprint(bytes: Array(SHA256.hash(data: bytes))) else {
            preconditionFailure("SHA-256 has 32 octets")
        }
        return fingerprint
    }

    private static func read(_ path: String) throws(IdentityKeyError) -> [UInt8] {
        do {
            // Not blocking, for the case that the path names a FIFO.
            let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec, .nonBlocking])
            return try file.closeAfter {
                let status = try file.stat()
                guard status.type == .regular else { throw IdentityKeyError.notAFile(path: path) }
                try check(status, path: path)
                let size = min(Int(status.size), maximumSize)
                return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                    count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
                }
            }
        } catch let error as IdentityKeyError {
            throw error
        } catch let error as Errno {
            throw .failed(operation: "read", path: path, error)
        } catch {
            throw .failed(operation: "read", path: path, .ioError)
        }
    }

    private static func check(_ status: Stat, path: String) throws(IdentityKeyError) {
        let mode = UInt32(status.permissions.rawValue)
        // A credential of systemd is root's with an access list, whose mask shows up as the group's permission.
        let isCredential = mode == 0o440 && status.userID.rawValue == 0 && status.groupID.rawValue == 0
        guard mode & 0o077 == 0 || isCredential else { throw .tooOpen(path: path, mode: mode) }
    }
}
