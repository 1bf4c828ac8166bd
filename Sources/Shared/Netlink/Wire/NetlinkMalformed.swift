/// Bytes that are not netlink: a length that does not fit, or a message shorter than its fixed header.
package struct NetlinkMalformed: Error, Hashable, Sendable {
    /// Makes the error.
    package init() {}
}
