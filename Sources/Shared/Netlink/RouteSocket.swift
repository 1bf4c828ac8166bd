package import Primitives
internal import SystemPackage

/// rtnetlink requests (rtnetlink(7)): what `ip address`, `ip link`, `ip neighbour` and `ip route` do.
package struct RouteSocket: ~Copyable {
    private let socket: NetlinkSocket

    /// Opens a socket.
    package init() throws(NetlinkError) {
        socket = try NetlinkSocket(family: 0, operation: "open rtnetlink")
    }

    /// Dumps the addresses, in the kernel's order: `ip address show [dev INTERFACE]`.
    package func addresses(interfaceIndex: Int32? = nil) throws(NetlinkError) -> [InterfaceAddress] {
        let header = [0, 0, 0, 0] + NativeBytes.of(interfaceIndex ?? 0)
        let message = NetlinkMessage(type: 22, flags: NetlinkMessage.dump, header: header)
        let request = NetlinkRequest(message, operation: "dump addresses")
        let found = try decode(request, type: 20, InterfaceAddress.decode)
        return found.filter { interfaceIndex == nil || $0.interfaceIndex == interfaceIndex }
    }

    /// Dumps the interfaces: `ip link show`.
    package func links() throws(NetlinkError) -> [Link] {
        let header = [UInt8](repeating: 0, count: 16)
        let message = NetlinkMessage(type: 18, flags: NetlinkMessage.dump, header: header)
        return try decode(NetlinkRequest(message, operation: "dump links"), type: 16, Link.decode)
    }

    /// Dumps the neighbours: `ip neighbour show [dev INTERFACE]`.
    package func neighbours(interfaceIndex: Int32? = nil) throws(NetlinkError) -> [Neighbour] {
        let header = [UInt8](repeating: 0, count: 12)
        let message = NetlinkMessage(type: 30, flags: NetlinkMessage.dump, header: header)
        let found = try decode(NetlinkRequest(message, operation: "dump neighbours"), type: 28, Neighbour.decode)
        return found.filter { interfaceIndex == nil || $0.interfaceIndex == interfaceIndex }
    }

    /// Dumps the routes of a table and family: `ip -4 route show table TABLE`; a table that does not exist is empty.
    package func routes(table: UInt32 = Route.mainTable, family: AddressFamily) throws(NetlinkError) -> [Route] {
        let header = [family.rawValue] + [UInt8](repeating: 0, count: 11)
        let message = NetlinkMessage(type: 26, flags: NetlinkMessage.dump, header: header)
        message.put(15, table)
        do {
            let found = try decode(NetlinkRequest(message, operation: "dump routes"), type: 24, Route.decode)
            return found.filter { $0.table == table && $0.destination.address.family == family }
        } catch  where error.code == .noSuchFileOrDirectory {
            return []
        }
    }

    /// Asks which route the kernel would take: `ip route get DESTINATION [from SOURCE]`.
    package func route(to destination: IPAddress, from source: IPAddress? = nil) throws(NetlinkError) -> Route {
        let family = destination.family
        precondition(source.map { $0.family == family } ?? true, "the source is of another family")
        let length = Prefix.maximumLength(family)
        let header = [family.rawValue, length, source == nil ? 0 : length] + [UInt8](repeating: 0, count: 9)
        let message = NetlinkMessage(type: 26, flags: NetlinkMessage.acknowledged, header: header)
        message.put(1, bytes: destination.bytes)
        if let source { message.put(2, bytes: source.bytes) }
        let request = NetlinkRequest(message, operation: "get route to", subject: "\(destination)")
        let replies = try socket.perform(request).filter { $0.type == 24 }
        let routes = try decode(replies, request, Route.decode)
        guard let route = routes.first else {
            throw NetlinkError(operation: request.operation, code: .badMessage, subject: request.subject)
        }
        return route
    }

    /// Adds an address: `ip address add PREFIX dev INTERFACE scope SCOPE label LABEL proto TAG [nodad]`.
    ///
    /// An address that is there with the same prefix length is success; its scope and label stay as they are.
    package func add(_ address: InterfaceAddress, noDAD: Bool) throws(NetlinkError) {
        let flags = NetlinkMessage.acknowledged | NetlinkMessage.createExclusively
        let message = NetlinkMessage(type: 20, flags: flags, header: Self.header(address))
        Self.putIdentity(address, into: message)
        if noDAD, address.prefix.address.family == .ipv6 { message.put(8, address.flags | InterfaceAddress.noDADFlag) }
        // libnl 3.7 has no setter for IFA_PROTO; kernels that do not know it ignore it.
        if let tag = address.protocolTag { message.put(11, tag) }
        let subject = "\(address.prefix) on interface \(address.interfaceIndex)"
        do {
            try socket.perform(NetlinkRequest(message, operation: "add address", subject: subject))
        } catch  where error.code == .fileExists {
            return
        }
    }

    /// Removes an address: `ip address delete PREFIX dev INTERFACE`; one that is not there is success.
    ///
    /// A label narrows what is removed, so that it guards an address of the same prefix that is somebody else's.
    package func remove(_ address: InterfaceAddress) throws(NetlinkError) {
        let message = NetlinkMessage(type: 21, flags: NetlinkMessage.acknowledged, header: Self.header(address))
        Self.putIdentity(address, into: message)
        let subject = "\(address.prefix) on interface \(address.interfaceIndex)"
        do {
            try socket.perform(NetlinkRequest(message, operation: "remove address", subject: subject))
        } catch  where error.code == .addressNotAvailable || error.code == .operationNotSupportedByDevice {
            return
        }
    }

    /// Sends a request that only has to be acknowledged.
    func request(_ message: consuming NetlinkMessage, _ operation: String, _ subject: String) throws(NetlinkError) {
        try socket.perform(NetlinkRequest(message, operation: operation, subject: subject))
    }

    /// `struct ifaddrmsg`.
    private static func header(_ address: InterfaceAddress) -> [UInt8] {
        [address.prefix.address.family.rawValue, address.prefix.length, 0, address.scope]
            + NativeBytes.of(address.interfaceIndex)
    }

    /// Without all of these, a deletion may hit another address.
    private static func putIdentity(_ address: InterfaceAddress, into message: borrowing NetlinkMessage) {
        let bytes = address.prefix.address.bytes
        message.put(2, bytes: bytes)
        message.put(1, bytes: bytes)
        if let label = address.label, address.prefix.address.family == .ipv4 { message.put(3, string: label) }
    }

    private func decode<Value>(
        _ request: NetlinkRequest,
        type: UInt16,
        _ decoder: (ArraySlice<UInt8>) throws(NetlinkMalformed) -> Value?,
    ) throws(NetlinkError) -> [Value] {
        try decode(try socket.dump(request).filter { $0.type == type }, request, decoder)
    }

    private func decode<Value>(
        _ frames: [NetlinkFrame],
        _ request: NetlinkRequest,
        _ decoder: (ArraySlice<UInt8>) throws(NetlinkMalformed) -> Value?,
    ) throws(NetlinkError) -> [Value] {
        var values: [Value] = []
        do throws(NetlinkMalformed) {
            for frame in frames {
                if let value = try decoder(frame.payload) { values.append(value) }
            }
        } catch {
            throw NetlinkError(operation: request.operation, code: .badMessage, subject: request.subject)
        }
        return values
    }
}
