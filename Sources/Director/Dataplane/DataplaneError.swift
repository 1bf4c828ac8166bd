/// Why the kernel's table could not be read.
package struct DataplaneError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The error in words.
    package var explanation: String
    /// The kernel's errno.
    package var errorNumber: Int32

    package var description: String { explanation }
}
