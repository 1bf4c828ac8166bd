import Health
import Primitives

/// Real servers that fail and recover, flap, lie, or stay unknown.
extension FaultSchedule {
    /// Draws them; they have dice of their own, so that they leave the other faults of a seed as they are.
    static func installHealthFaults(in world: Simulation) {
        var schedule = FaultSchedule(world: world)
        schedule.dice = Dice(seed: world.seed, stream: 6)
        for _ in 0..<world.options.healthFaults {
            let time = schedule.dice.interval(.seconds(1)...(world.options.safetyPhase))
            schedule.strike(schedule.drawHealthFault(), at: time)
        }
    }

    private mutating func drawHealthFault() -> Fault {
        let server = dice.number(0...(world.realServers.count - 1))
        let length = dice.interval(.milliseconds(300)...(.seconds(4)))
        switch dice.number(0...5) {
        case 0: return fail([server], dice.happens(perMille: 500) ? .hangs : .isDead, length)
        case 1: return fail(Array(world.realServers.indices), .hangs, length)
        case 2: return flap(server)
        case 3, 4: return lie(server, length)
        default: return stayUnknown(server, length)
        }
    }

    private func fail(_ servers: [Int], _ state: RealServerNode.WebServer, _ length: Interval) -> Fault {
        Fault(name: "web servers \(servers.map { "w\($0 + 1)" }) \(state), recovered after \(length)") { world in
            for server in servers {
                world.realServers[server].turn(state)
                world.after(length) { world.realServers[server].turn(.serves) }
            }
        }
    }

    private mutating func flap(_ server: Int) -> Fault {
        let period = dice.interval(.milliseconds(50)...(.milliseconds(700)))
        let count = Int64(dice.number(2...6))
        let state = dice.happens(perMille: 500) ? RealServerNode.WebServer.hangs : .isDead
        return Fault(name: "w\(server + 1) flaps \(count) times, \(period) \(state)") { world in
            for turn in 0..<count {
                world.after(period * (turn * 2)) { if !world.isHealed { world.realServers[server].turn(state) } }
                world.after(period * (turn * 2 + 1)) { world.realServers[server].turn(.serves) }
            }
        }
    }

    /// All that the agent sees is well, and no packet for the virtual address arrives.
    private func lie(_ server: Int, _ length: Interval) -> Fault {
        Fault(name: "w\(server + 1) is well by its agent's word, its path is dead for \(length)") { world in
            world.realServers[server].pathIsDead = true
            world.after(length) { world.realServers[server].pathIsDead = false }
        }
    }

    /// No probe of it can be run, and its agent may be gone.
    private mutating func stayUnknown(_ server: Int, _ length: Interval) -> Fault {
        let isSilent = dice.happens(perMille: 700)
        return Fault(name: "nobody learns about w\(server + 1) for \(length)\(isSilent ? ", no agent" : "")") { world in
            let node = world.realServers[server]
            node.isUnprobed = true
            if isSilent { node.killAgent() }
            world.after(length) {
                node.isUnprobed = false
                node.start()
            }
        }
    }
}
