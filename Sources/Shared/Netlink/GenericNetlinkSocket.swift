internal import SystemPackage

/// A generic netlink socket that has found its family (genetlink(7)).
package struct GenericNetlinkSocket: ~Copyable {
    private let socket: NetlinkSocket
    /// The message type of the family.
    package let familyIdentifier: UInt16

    /// Opens a socket and resolves a family, which makes the kernel load the module that has it.
    package init(family name: String) throws(NetlinkError) {
        let opened = try NetlinkSocket(family: 16, operation: "open generic netlink")
        familyIdentifier = try Self.resolve(name, opened)
        socket = opened
    }

    /// Builds a message of the family: `struct genlmsghdr` is command, version and two bytes of nothing.
    package func message(command: UInt8, flags: UInt16) -> NetlinkMessage {
        NetlinkMessage(type: familyIdentifier, flags: flags, header: [command, 1, 0, 0])
    }

    /// Sends a request and waits for its acknowledgement.
    @discardableResult
    package func perform(_ request: NetlinkRequest) throws(NetlinkError) -> [NetlinkFrame] {
        try socket.perform(request)
    }

    /// Sends requests in one message: an error for each that failed.
    package func perform(batch: [NetlinkRequest]) throws(NetlinkError) -> [NetlinkError?] {
        try socket.perform(batch: batch)
    }

    /// Sends a dump request and collects all its messages.
    package func dump(_ request: NetlinkRequest) throws(NetlinkError) -> [NetlinkFrame] {
        try socket.dump(request)
    }

    /// `CTRL_CMD_GETFAMILY` (3) by `CTRL_ATTR_FAMILY_NAME` (2), answered with `CTRL_ATTR_FAMILY_ID` (1).
    private static func resolve(_ name: String, _ socket: borrowing NetlinkSocket) throws(NetlinkError) -> UInt16 {
        let controller: UInt16 = 16
        let message = NetlinkMessage(type: controller, flags: NetlinkMessage.acknowledged, header: [3, 1, 0, 0])
        message.put(2, string: name)
        let request = NetlinkRequest(message, operation: "resolve generic netlink family", subject: name)
        for frame in try socket.perform(request) where frame.type == controller {
            var reader = AttributeReader(frame.payload.dropFirst(4))
            while let attribute = try? reader.next() {
                if attribute.type == 1, let identifier = attribute.uint16 { return identifier }
            }
        }
        throw NetlinkError(operation: request.operation, code: .noSuchFileOrDirectory, subject: name)
    }
}
