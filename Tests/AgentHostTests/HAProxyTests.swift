import AgentCore
import AgentHost
import Glibc
import Linux
import Primitives
import Synchronization
import TestNetwork
import Testing

/// A whole agent on the real kernel, and Debian's HAProxy that asks it.
@Suite(.serialized) struct `HAProxy follows the agent` {
    /// What the test asks of the thread that the agent runs on.
    private final class Node: Sendable {
        private let events = Mutex<[AgentEvent]>([])
        private let isWanted = Mutex(true)
        private let isRunning = Mutex(false)

        /// Starts an agent in the calling thread's namespace, which a new thread keeps.
        func start(_ folder: String) throws {
            isWanted.withLock { $0 = true }
            isRunning.withLock { $0 = true }
            try LoopThread.start(name: "agent") { [self] in
                do {
                    try run(folder)
                } catch {
                    Issue.record("the agent cannot go on: \(error)")
                }
                isRunning.withLock { $0 = false }
            }
        }

        private func run(_ folder: String) throws {
            var agent = try HostedAgent.start(directory: folder, pinned: ["192.0.2.10"]) { settings in
                var capacity = CapacitySettings(gauges: [LoadGauge(.file(folder + "/capacity"), idle: 100, full: 0)])
                (capacity.interval, capacity.smoothing) = (.milliseconds(100), .zero)
                settings.capacity = capacity
                guard let address = IPAddress("127.0.0.1") else { return }
                settings.agentCheck = AgentCheckSettings(endpoint: Endpoint(address: address, port: 9408))
            }
            while isWanted.withLock({ $0 }) {
                let asked = events.withLock { events in
                    defer { events = [] }
                    return events
                }
                for event in asked { try agent.take(event) }
                try agent.run(.milliseconds(50))
            }
        }

        func ask(_ event: AgentEvent) { events.withLock { $0.append(event) } }

        /// Ends the agent without a word, as a kill does.
        func die() {
            isWanted.withLock { $0 = false }
            while isRunning.withLock({ $0 }) { usleep(5_000) }
        }
    }

    /// The server's status and weight in `show stat`.
    private static func state(_ folder: String) throws -> (status: String, weight: String) {
        let file = folder + "/stat"
        _ = system(
            "python3 -c \"import socket;s=socket.socket(socket.AF_UNIX);s.connect('\(folder)/admin');"
                + "s.send(b'show stat\\n');print(b''.join(iter(lambda:s.recv(65536),b'')).decode())\" >\(file) 2>/dev/null"
        )
        let text = String(decoding: try SystemFile.read(file), as: UTF8.self)
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("web,web1,") }) else {
            return ("", "")
        }
        let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        return (String(fields[17]), String(fields[18]))
    }

    private static func wait(_ folder: String, _ what: String, _ holds: (String, String) -> Bool) throws {
        var last = ("", "")
        for _ in 0..<100 {
            last = try state(folder)
            if holds(last.0, last.1) { return }
            usleep(50_000)
        }
        Issue.record("HAProxy shows \(last) and not \(what)")
    }

    private static func serves(_ status: String) -> Bool { status.hasPrefix("UP") || status == "no check" }

    @Test func `through up, drain, maintenance, weights, down, the agent's death and its return`() throws {
        try #require(access("/usr/sbin/haproxy", X_OK) == 0, "deploy/setup installs Debian's haproxy")
        try NetworkNamespace.run {
            let folder = "/tmp/tandem-haproxy.\(getpid())"
            try NetworkNamespace.command(
                """
                mkdir -p \(folder) && echo 100 > \(folder)/capacity && cat > \(folder)/haproxy.cfg <<'END'
                global
                  stats socket \(folder)/admin mode 600 level admin
                defaults
                  mode tcp
                  timeout connect 1s
                  timeout client 1s
                  timeout server 1s
                backend web
                  server web1 127.0.0.1:80 weight 100 agent-check agent-port 9408 agent-inter 100ms
                END
                ip link add eth0 type veth peer name eth1 && ip link set eth0 up
                timeout 60 haproxy -db -f \(folder)/haproxy.cfg >\(folder)/log 2>&1 & echo $! > \(folder)/pid
                """
            )
            let node = Node()
            try node.start(folder)
            defer {
                node.die()
                _ = system("kill $(cat \(folder)/pid); rm -rf \(folder)")
            }
            try Self.wait(folder, "up") { status, weight in Self.serves(status) && weight == "100" }
            node.ask(.holdRequested(.drain))
            try Self.wait(folder, "draining") { status, _ in status.hasPrefix("DRAIN") }
            node.ask(.holdRequested(.maintenance))
            try Self.wait(folder, "maintenance") { status, _ in status.hasPrefix("MAINT") }
            node.ask(.holdRequested(.none))
            try Self.wait(folder, "up again") { status, weight in Self.serves(status) && weight == "100" }
            try NetworkNamespace.command("echo 40 > \(folder)/capacity")
            try Self.wait(folder, "the weight of the capacity") { _, weight in weight == "40" }
            // The address on an interface that answers ARP for it: nothing that the agent could repair.
            try NetworkNamespace.command("ip address add 192.0.2.10/24 dev eth0")
            try Self.wait(folder, "down") { status, _ in status.hasPrefix("DOWN") }
            try NetworkNamespace.command("ip address del 192.0.2.10/24 dev eth0")
            try Self.wait(folder, "up once more") { status, weight in Self.serves(status) && weight == "40" }
            // The agent dies: nothing changes.
            node.die()
            usleep(500_000)
            let orphaned = try Self.state(folder)
            #expect(Self.serves(orphaned.status) && orphaned.weight == "40")
            // Its successor knows what the operator said.
            try node.start(folder)
            node.ask(.holdRequested(.drain))
            try Self.wait(folder, "draining") { status, _ in status.hasPrefix("DRAIN") }
            node.die()
            try node.start(folder)
            usleep(500_000)
            try Self.wait(folder, "still draining") { status, _ in status.hasPrefix("DRAIN") }
        }
    }
}
