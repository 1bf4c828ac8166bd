import AgentCore
import AgentHost
import Glibc
import Linux
import Primitives
import Synchronization
import TestNetwork
import Testing

/// The agent's answers as Debian's HAProxy understands them.
@Suite(.serialized) struct `HAProxy follows the agent` {
    /// The answer that the server gives, changed by the test.
    private final class Answer: Sendable {
        let line = Mutex<String?>("ready up 100%\n")
    }

    private static func serve(_ answer: Answer, _ port: UInt16) throws {
        // The namespace is the calling thread's, and a new thread keeps it.
        try LoopThread.start(name: "agent-check") {
            guard let address = IPAddress("127.0.0.1") else { return }
            let settings = AgentCheckSettings(endpoint: Endpoint(address: address, port: port))
            while answer.line.withLock({ $0 != "end" }) {
                guard answer.line.withLock({ $0 != nil }) else {
                    usleep(20_000)
                    continue
                }
                do {
                    var reactor = try Reactor()
                    var server = try AgentCheckServer(settings, token: 1, &reactor)
                    while let line = answer.line.withLock({ $0 }), line != "end" {
                        for _ in try reactor.wait(until: Clock.now + .milliseconds(50)) { server.answer(line) }
                        server.collect()
                    }
                } catch {
                    usleep(20_000)
                }
            }
        }
    }

    /// The server's line of `show stat`: status and weight.
    private static func state(_ folder: String) throws -> (status: String, weight: String) {
        let file = folder + "/stat"
        _ = system(
            "echo 'show stat' | timeout 5 socat - UNIX-CONNECT:\(folder)/admin > \(file) 2>/dev/null || "
                + "python3 -c \"import socket;s=socket.socket(socket.AF_UNIX);s.connect('\(folder)/admin');"
                + "s.send(b'show stat\\n');print(b''.join(iter(lambda:s.recv(65536),b'')).decode())\" > \(file)"
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

    @Test func `through up, drain, maintenance, weights, down and the agent's death`() throws {
        try NetworkNamespace.run {
            let folder = "/tmp/tandem-haproxy.\(getpid())"
            let answer = Answer()
            try Self.serve(answer, 9408)
            try NetworkNamespace.command(
                """
                mkdir -p \(folder) && cat > \(folder)/haproxy.cfg <<'END'
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
                timeout 60 haproxy -db -f \(folder)/haproxy.cfg >\(folder)/log 2>&1 & echo $! > \(folder)/pid
                """
            )
            defer {
                answer.line.withLock { $0 = "end" }
                _ = system("kill $(cat \(folder)/pid); rm -rf \(folder)")
            }
            func say(_ line: String?) { answer.line.withLock { $0 = line } }
            try Self.wait(folder, "up") { status, weight in
                status.hasPrefix("UP") || status == "no check" && weight == "100"
            }
            say("drain up 100%\n")
            try Self.wait(folder, "draining") { status, _ in status.hasPrefix("DRAIN") }
            say("maint up 100%\n")
            try Self.wait(folder, "maintenance") { status, _ in status.hasPrefix("MAINT") }
            say("ready up 50%\n")
            try Self.wait(folder, "half the weight") { status, weight in !status.hasPrefix("MAINT") && weight == "50" }
            say("ready down 100% #vip-bound of 192.0.2.100 violated\n")
            try Self.wait(folder, "down") { status, _ in status.hasPrefix("DOWN") }
            say("ready up 100%\n")
            try Self.wait(folder, "up again") { status, weight in !status.hasPrefix("DOWN") && weight == "100" }
            // The agent dies: nothing changes.
            say(nil)
            usleep(500_000)
            try Self.wait(folder, "still up") { status, weight in !status.hasPrefix("DOWN") && weight == "100" }
        }
    }
}
