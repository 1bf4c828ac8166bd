import Primitives

/// The IPVS table of one namespace, as `/proc/net/ip_vs` shows it.
struct ServiceTable: Sendable, Equatable {
    /// A destination of a service.
    struct Destination: Sendable, Equatable {
        var address: IPv4Address
        var port: UInt16
        var method: String
        var weight: Int
    }

    /// A virtual service.
    struct Service: Sendable, Equatable {
        var transport: String
        var address: IPv4Address
        var port: UInt16
        var scheduler: String
        /// Whether clients stick to a destination (the file shows the timeout in ticks, so it is left out).
        var isPersistent: Bool
        var destinations: [Destination]
    }

    var services: [Service] = []

    /// Reads the file's text, in which addresses and ports are hexadecimal.
    init(_ text: String) {
        for line in text.split(separator: "\n").dropFirst(3) {
            let words = line.split(separator: " ")
            if words.first == "->", words.count >= 4, let end = ServiceTable.endpoint(words[1]),
                !services.isEmpty
            {
                let found = Destination(
                    address: end.0,
                    port: end.1,
                    method: String(words[2]),
                    weight: Int(words[3]) ?? -1,
                )
                services[services.count - 1].destinations.append(found)
            } else if words.count >= 3, let end = ServiceTable.endpoint(words[1]) {
                services.append(
                    Service(
                        transport: String(words[0]),
                        address: end.0,
                        port: end.1,
                        scheduler: String(words[2]),
                        isPersistent: words.contains("persistent"),
                        destinations: [],
                    )
                )
            }
        }
        for index in services.indices { services[index].destinations.sort { $0.address < $1.address } }
        services.sort { ($0.address, $0.port, $0.transport) < ($1.address, $1.port, $1.transport) }
    }

    private static func endpoint(_ text: Substring) -> (IPv4Address, UInt16)? {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let address = UInt32(parts[0], radix: 16),
            let port = UInt16(parts[1], radix: 16)
        else {
            return nil
        }
        return (IPv4Address(rawValue: address), port)
    }

    /// The service at an address and port.
    func service(_ address: IPv4Address, _ port: UInt16) -> Service? {
        services.first { $0.address == address && $0.port == port }
    }

    /// The weight of a destination in the service at an address and port, nil when it is not there.
    func weight(of real: IPv4Address, in address: IPv4Address, _ port: UInt16) -> Int? {
        service(address, port)?.destinations.first { $0.address == real }?.weight
    }
}
