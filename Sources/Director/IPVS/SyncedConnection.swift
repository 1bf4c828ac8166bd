package import Primitives

/// What a synchronization message tells of one connection.
package struct SyncedConnection: Hashable, Sendable {
    /// What a connection is found by.
    package struct Key: Hashable, Sendable {
        /// The virtual service.
        package var service: ServiceIdentity
        /// The client; port 0 in a persistence template.
        package var client: Endpoint

        /// Makes a key.
        package init(service: ServiceIdentity, client: Endpoint) {
            self.service = service
            self.client = client
        }
    }

    /// Client and virtual service.
    package var key: Key
    /// The real server.
    package var destination: Endpoint
    /// Whether it is no connection but where a client's connections go (a persistence template).
    package var isTemplate: Bool
    /// The kernel's number of the state (linux/net/ip_vs.h, `IP_VS_TCP_S_*` and so on).
    package var state: UInt16
    /// In how many seconds it expires unless a packet comes.
    package var timeout: UInt32
    /// Whether its real server is not known yet, so that its segments wait.
    private(set) var isPending = false
    /// Whether the receiver was told before that it is being opened, and has to be told of its real server in any state.
    var wasPending = false

    /// `IP_VS_TCP_S_ESTABLISHED`.
    private static let established: UInt16 = 1
    /// `IP_VS_TCP_S_SYN_RECV`.
    private static let synReceived: UInt16 = 3
    /// `IP_VS_TCP_S_TIME_WAIT`.
    private static let timeWait: UInt16 = 5
    /// How long the kernel keeps one in that state, in seconds (ip_vs_proto_tcp.c, `tcp_timeouts`).
    private static let synReceivedTime: UInt32 = 60
    /// How many seconds nobody needs longer to tell of a connection's real server.
    private static let openingTime: UInt32 = 3
    /// The names under which the kernel prints the states of TCP, in the order of their numbers.
    private static let states: [[UInt8]] = [
        "NONE", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK",
        "LISTEN", "SYNACK",
    ].map { Array($0.utf8) }

    /// Makes what is told of a connection.
    package init(key: Key, destination: Endpoint, isTemplate: Bool = false, state: UInt16, timeout: UInt32) {
        self.key = key
        self.destination = destination
        self.isTemplate = isTemplate
        self.state = state
        self.timeout = timeout
    }

    /// Makes what is told of a connection that is just being opened, before its real server is known.
    ///
    /// A receiver that remembers the port's last connection forgets it, and gives the client's next segments to itself,
    /// where a director that takes over drops them: the client sends again some 200 ms later. A SYN makes it choose a real
    /// server as ever, for which the connection has to be in TIME_WAIT (ip_vs_core.c, `is_new_conn_expected`).
    package init(opening key: Key) {
        self.init(key: key, destination: key.service.endpoint, state: Self.timeWait, timeout: Self.openingTime)
        isPending = true
    }

    /// Makes what is told of a connection whose SYN was just seen on its way to a real server.
    package init(forwarding key: Key, to destination: Endpoint) {
        self.init(key: key, destination: destination, state: Self.synReceived, timeout: Self.synReceivedTime)
    }

    /// Parses one line of /proc/net/ip_vs_conn without making text of it: a table may have ten thousands of them.
    ///
    /// Nothing for the heading, for a state that is not known, and for what another module has to be told of (`PEName`).
    package init?(line: ArraySlice<UInt8>) {
        let fields = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: true)
        guard fields.count == 9, let client = Self.endpoint(fields[1], fields[2]),
            let virtual = Self.endpoint(fields[3], fields[4]), let destination = Self.endpoint(fields[5], fields[6]),
            let timeout = Self.decimal(fields[8])
        else { return nil }
        let transport: TransportProtocol
        if fields[0].elementsEqual("TCP".utf8) {
            transport = .tcp
        } else if fields[0].elementsEqual("UDP".utf8) {
            transport = .udp
        } else {
            return nil
        }
        let isTemplate = client.port == 0
        if isTemplate {
            // `IP_VS_CTPL_S_ASSURED` or none.
            state = fields[7].elementsEqual("ASSURED".utf8) ? 1 : 0
        } else if transport == .udp {
            state = 0
        } else {
            guard let number = Self.states.firstIndex(where: { $0.elementsEqual(fields[7]) }) else { return nil }
            state = UInt16(number)
        }
        key = Key(service: ServiceIdentity(protocol: transport, endpoint: virtual), client: client)
        self.destination = destination
        self.isTemplate = isTemplate
        self.timeout = timeout
    }

    /// Whether it takes the place of what a receiver remembers of the same client and port.
    ///
    /// The kernel gives way to an active connection alone (ip_vs_sync.c, `ip_vs_proc_conn`). One that is being opened it
    /// calls inactive itself; told as that, a port that its client uses again would go on to the real server of the
    /// connection before, which answers with a reset.
    var takesPlace: Bool {
        isPending || wasPending
            || key.service.protocol == .tcp && (state == Self.established || state == Self.synReceived)
    }

    /// State and time of a TCP connection that has ended, from the last two columns of its line; nothing for others.
    ///
    /// Of such a one the kernel's own daemon has told, save in the last seconds.
    static func end(inLine line: ArraySlice<UInt8>) -> (state: UInt16, timeout: UInt32)? {
        let space = UInt8(ascii: " ")
        guard let last = line.lastIndex(where: { $0 != space }),
            let beforeTime = line[..<last].lastIndex(of: space),
            let lastOfState = line[..<beforeTime].lastIndex(where: { $0 != space }),
            let beforeState = line[..<lastOfState].lastIndex(of: space)
        else { return nil }
        let name = line[(beforeState + 1)...lastOfState]
        // FIN_WAIT, TIME_WAIT, CLOSE, CLOSE_WAIT, LAST_ACK.
        guard let state = (4...8).first(where: { states[$0].elementsEqual(name) }),
            let timeout = decimal(line[(beforeTime + 1)...last])
        else { return nil }
        return (UInt16(state), timeout)
    }

    private static func endpoint(_ address: ArraySlice<UInt8>, _ port: ArraySlice<UInt8>) -> Endpoint? {
        guard let port = hexadecimal(port), port <= 0xffff else { return nil }
        if address.count == 8, let number = hexadecimal(address) {
            return Endpoint(address: .v4(IPv4Address(rawValue: number)), port: UInt16(port))
        }
        let bare = address.filter { $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: "]") }
        let groups = bare.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard groups.count == 8 else { return nil }
        var halves: [UInt64] = [0, 0]
        for (index, group) in groups.enumerated() {
            guard group.count == 4, let value = hexadecimal(group) else { return nil }
            halves[index / 4] = halves[index / 4] << 16 | UInt64(value)
        }
        return Endpoint(address: .v6(IPv6Address(high: halves[0], low: halves[1])), port: UInt16(port))
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt32? {
        guard (1...8).contains(digits.count) else { return nil }
        var value: UInt32 = 0
        for digit in digits {
            switch digit {
            case 0x30...0x39: value = value << 4 | UInt32(digit - 0x30)
            case 0x41...0x46: value = value << 4 | UInt32(digit - 0x41 + 10)
            case 0x61...0x66: value = value << 4 | UInt32(digit - 0x61 + 10)
            default: return nil
            }
        }
        return value
    }

    private static func decimal(_ digits: ArraySlice<UInt8>) -> UInt32? {
        guard (1...9).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + UInt32($1 - 0x30) }
    }
}
