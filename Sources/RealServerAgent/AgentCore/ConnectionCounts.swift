package import Primitives

/// How many connections virtual addresses have.
package struct ConnectionCounts: Hashable, Sendable {
    /// All of each address.
    private var all: [IPAddress: Int] = [:]
    /// Those of clients, by the endpoint that took them; the node's own are not among them.
    private var clients: [Endpoint: Int] = [:]

    /// Makes the counts of no address.
    package init() {}

    /// Those of all addresses together.
    package var total: Int { all.values.reduce(0, +) }
    /// The endpoints that have clients.
    var used: Dictionary<Endpoint, Int>.Keys { clients.keys }

    /// Takes in what one address has: all of it, and the clients of its ports.
    package mutating func add(_ address: IPAddress, all count: Int, clients ports: [UInt16: Int]) {
        all[address] = count
        for (port, count) in ports where count > 0 { clients[Endpoint(address: address, port: port)] = count }
    }

    /// All of an address; nothing if it was not counted.
    func all(of address: IPAddress) -> Int? { all[address] }

    /// The clients of an endpoint; nothing if its address was not counted.
    func clients(of endpoint: Endpoint) -> Int? {
        all[endpoint.address].map { _ in clients[endpoint] ?? 0 }
    }
}
