import Netlink
import Primitives

/// Which real server a frame goes to, by its receiver's link-layer address.
struct RealServerLinks: Hashable, Sendable {
    private struct Place: Hashable {
        var mac: MACAddress
        var family: AddressFamily
    }

    /// The real servers at each place; nobody can tell apart two of them behind one link-layer address.
    private let places: [Place: Set<IPAddress>]

    /// Finds the real servers in the neighbour table.
    init(_ realServers: Set<IPAddress>, in neighbours: [Neighbour]) {
        var places: [Place: Set<IPAddress>] = [:]
        for neighbour in neighbours where neighbour.isValid && realServers.contains(neighbour.address) {
            guard let mac = neighbour.mac else { continue }
            places[Place(mac: mac, family: neighbour.address.family), default: []].insert(neighbour.address)
        }
        self.places = places
    }

    /// The only real server of a family that has a link-layer address; nothing if there is none, or more than one.
    func realServer(at mac: MACAddress, family: AddressFamily) -> IPAddress? {
        guard let found = places[Place(mac: mac, family: family)], found.count == 1 else { return nil }
        return found.first
    }

    /// Whether somebody of that family has a link-layer address.
    func knows(_ mac: MACAddress, family: AddressFamily) -> Bool { places[Place(mac: mac, family: family)] != nil }
}
