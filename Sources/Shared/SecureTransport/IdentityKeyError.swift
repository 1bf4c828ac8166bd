package import SystemPackage

/// What is wrong with a key file.
package enum IdentityKeyError: Error, Hashable, Sendable {
    /// There is a file already, which is never overwritten.
    case exists(path: String)
    /// The kernel refused an operation on it.
    case failed(operation: String, path: String, Errno)
    /// Others than its owner can read or change it.
    case tooOpen(path: String, mode: UInt32)
    /// It is no regular file.
    case notAFile(path: String)
    /// It holds no P-256 private key in PEM.
    case malformed(path: String)
}

extension IdentityKeyError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .exists(let path): "\(path) exists already and is not overwritten"
        case .failed(let operation, let path, let errno): "cannot \(operation) \(path): \(errno)"
        case .tooOpen(let path, let mode):
            "\(path) has mode 0\(String(mode, radix: 8)), so others than its owner can use the key: chmod 0600 it"
        case .notAFile(let path): "\(path) is no regular file"
        case .malformed(let path): "\(path) holds no P-256 private key in PEM"
        }
    }
}
