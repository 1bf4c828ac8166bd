package import Balancing
package import Netlink
internal import Primitives
internal import SystemPackage

/// The kernel's IPVS table: what `ipvsadm` does.
package struct IPVSSocket: ~Copyable {
    private let socket: GenericNetlinkSocket

    /// How many changes go to the kernel in one message: so many acknowledgements fit the smallest receive buffer.
    private static let batchSize = 64

    /// Opens a socket; the kernel loads ip_vs if it has not.
    package init() throws(NetlinkError) {
        socket = try GenericNetlinkSocket(family: "IPVS")
    }

    /// Dumps services and destinations, in the kernel's order: `ipvsadm -Ln --stats`.
    package func dump() throws(NetlinkError) -> [ObservedService] {
        let request = IPVSRequest.dumpServices(family: socket.familyIdentifier)
        var services = try decode(try socket.dump(request), request) { payload throws(NetlinkMalformed) in
            try IPVSReply.service(payload)
        }
        for index in services.indices {
            let identity = services[index].service.identity
            let request = IPVSRequest.dumpDestinations(of: identity, family: socket.familyIdentifier)
            let family = identity.endpoint.address.family
            let frames = try socket.dump(request)
            services[index].destinations = try decode(frames, request) { payload throws(NetlinkMalformed) in
                try IPVSReply.destination(payload, serviceFamily: family)
            }
        }
        return services
    }

    /// Makes changes in order, in bounded batches: an error for each that failed.
    ///
    /// Adding what is there and removing what is not count as done.
    package func apply(_ operations: [IPVSOperation]) throws(NetlinkError) -> [NetlinkError?] {
        var results: [NetlinkError?] = []
        var start = 0
        while start < operations.count {
            let batch = operations[start..<min(start + Self.batchSize, operations.count)]
            let requests = batch.map { IPVSRequest.encode($0, family: socket.familyIdentifier) }
            let outcomes = try socket.perform(batch: requests)
            for (operation, outcome) in zip(batch, outcomes) {
                results.append(outcome.flatMap { Self.isDone(operation, $0.code) ? nil : $0 })
            }
            start += batch.count
        }
        return results
    }

    /// Whether an error says that there was nothing to do.
    static func isDone(_ operation: IPVSOperation, _ code: Errno) -> Bool {
        switch operation {
        case .addService, .addDestination: code == .fileExists
        case .removeService, .removeDestination: code == .noSuchFileOrDirectory || code == .noSuchProcess
        case .setService, .setDestination: false
        }
    }

    /// The sync daemons of this network namespace: `ipvsadm -L --daemon`.
    package func daemons() throws(NetlinkError) -> [SyncDaemon] {
        let request = IPVSRequest.dumpDaemons(family: socket.familyIdentifier)
        return try decode(try socket.dump(request), request) { payload throws(NetlinkMalformed) in
            try IPVSReply.daemon(payload)
        }
    }

    /// Starts or stops a sync daemon; starting takes until its threads and sockets stand.
    ///
    /// Stopping one that does not run counts as done.
    package func apply(_ operation: SyncDaemonOperation) throws(NetlinkError) {
        do throws(NetlinkError) {
            try socket.perform(IPVSRequest.encode(operation, family: socket.familyIdentifier))
        } catch {
            if case .stop = operation, error.code == .noSuchProcess { return }
            throw error
        }
    }

    /// The version and the table size.
    package func information() throws(NetlinkError) -> IPVSInformation? {
        let request = IPVSRequest.getInformation(family: socket.familyIdentifier)
        return try decode(try socket.perform(request), request) { payload throws(NetlinkMalformed) in
            try IPVSReply.information(payload)
        }.first
    }

    /// The connection timeouts.
    package func timeouts() throws(NetlinkError) -> ConnectionTimeouts? {
        let request = IPVSRequest.getConfiguration(family: socket.familyIdentifier)
        return try decode(try socket.perform(request), request) { payload throws(NetlinkMalformed) in
            try IPVSReply.timeouts(payload)
        }.first
    }

    private func decode<Value>(
        _ frames: [NetlinkFrame],
        _ request: NetlinkRequest,
        _ decoder: (ArraySlice<UInt8>) throws(NetlinkMalformed) -> Value?,
    ) throws(NetlinkError) -> [Value] {
        var values: [Value] = []
        do throws(NetlinkMalformed) {
            for frame in frames where frame.type == socket.familyIdentifier {
                if let value = try decoder(frame.payload) { values.append(value) }
            }
        } catch {
            throw NetlinkError(operation: request.operation, code: .badMessage, subject: request.subject)
        }
        return values
    }
}
