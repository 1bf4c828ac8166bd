import AgentCore
import DirectorCore
import Health
import Primitives

extension FaultSchedule {
    /// Something that goes wrong on a web node, in a director's table, or in the cluster's settings.
    mutating func drawClusterFault() -> Fault {
        let director = dice.number(0...1)
        let server = dice.number(0...(world.realServers.count - 1))
        let length = dice.interval(.milliseconds(50)...(.seconds(4)))
        let name = world.realServers[server].name
        switch dice.number(0...13) {
        case 0, 1: return web(server, dice.happens(perMille: 300) ? .hangs : .isDead, length)
        case 2: return unplugServer(server, length)
        case 3:
            return Fault(name: "power off \(name) for \(length)") { world in
                world.realServers[server].powerOff()
                world.after(length) { world.realServers[server].powerOn() }
            }
        case 4: return wrongAddress(server, isWide: dice.happens(perMille: 500))
        case 5:
            let interface = dice.pick(["all", Lan.interface])
            return Fault(name: "arp_ignore of \(interface) reset on \(name)") { world in
                guard world.realServers[server].hasAgent else { return }
                world.realServers[server].sysctls[SysctlKey(interface: "all", name: .arpIgnore)] = 0
                world.realServers[server].sysctls[SysctlKey(interface: interface, name: .arpIgnore)] = 0
            }
        case 6:
            return Fault(name: "agent of \(name) killed, back after \(length)") { world in
                world.realServers[server].killAgent()
                world.after(length) { world.realServers[server].start() }
            }
        case 7: return talkToAgent(server, .stopRequested, length)
        case 8: return talkToAgent(server, .releaseRequested(deadline: .seconds(1)), length)
        case 9:
            return Fault(name: "agent of \(name) stands still for \(length)") { world in
                guard let loop = world.realServers[server].agent?.loop else { return }
                loop.stall()
                world.after(length) { loop.resume() }
            }
        case 10: return cutServer(director, server, both: dice.happens(perMille: 500), length)
        case 11: return meddleWithTable(director)
        case 12: return changeMembers(director, server)
        default: return override(director, name, length)
        }
    }

    private func web(_ server: Int, _ state: RealServerNode.WebServer, _ length: Interval) -> Fault {
        Fault(name: "web server \(world.realServers[server].name) \(state) for \(length)") { world in
            let node = world.realServers[server]
            guard node.kernel.isPowered else { return }
            node.web = state
            node.changed(.listeners)
            world.after(length) {
                guard node.kernel.isPowered else { return }
                node.web = .serves
            }
        }
    }

    private func unplugServer(_ server: Int, _ length: Interval) -> Fault {
        Fault(name: "unplug \(world.realServers[server].name) for \(length)") { world in
            world.realServers[server].kernel.hasCarrier = false
            world.after(length) { world.realServers[server].kernel.hasCarrier = true }
        }
    }

    private mutating func wrongAddress(_ server: Int, isWide: Bool) -> Fault {
        let address = dice.pick(world.serviceAddresses)
        let name = world.realServers[server].name
        return Fault(name: "\(address) \(isWide ? "is on lo with /24" : "is removed from lo") of \(name)") { world in
            let node = world.realServers[server]
            // By hand on a node without an agent, nobody would repair it.
            guard node.isResponsible(for: address), node.kernel.isPowered else { return }
            for observed in node.loopback where observed.prefix.address == address { node.remove(observed) }
            if isWide, let wide = Prefix(address: address, length: 24) { node.add(wide, isOurs: false) }
        }
    }

    private func talkToAgent(_ server: Int, _ event: AgentEvent, _ length: Interval) -> Fault {
        Fault(name: "\(event) to the agent of \(world.realServers[server].name), back after \(length)") { world in
            let node = world.realServers[server]
            guard let agent = node.agent else { return }
            agent.isLeaving = true
            agent.loop.run { agent.handle(event) }
            world.after(length + .seconds(2)) {
                guard !world.isHealed else { return }
                node.killAgent()
                node.start()
            }
        }
    }

    private func cutServer(_ director: Int, _ server: Int, both: Bool, _ length: Interval) -> Fault {
        let index = world.realServers[server].index
        return Fault(name: "cut \(director) -\(both ? "x" : ">") \(index) for \(length)") { world in
            world.network[director, index].isCut = true
            if both { world.network[index, director].isCut = true }
            world.after(length) {
                world.network[director, index].isCut = false
                world.network[index, director].isCut = false
            }
        }
    }

    private mutating func meddleWithTable(_ director: Int) -> Fault {
        let what = dice.number(0...3)
        let service = dice.pick(world.services)
        return Fault(name: "somebody changes the table of d\(director + 1): \(what)") { world in
            world.directors[director].meddle(what, service)
        }
    }

    private mutating func changeMembers(_ director: Int, _ server: Int) -> Fault {
        let weight = UInt32(dice.number(1...4))
        let removes = dice.happens(perMille: 400)
        let name = world.realServers[server].name
        return Fault(name: removes ? "take \(name) out or in" : "weight \(weight) for \(name)") { world in
            for node in world.directors {
                for index in node.cluster.services.indices {
                    let found = node.cluster.services[index].members.firstIndex { $0.realServer == name }
                    switch (found, removes) {
                    case (let found?, true) where node.cluster.services[index].members.count > 1:
                        node.cluster.services[index].members.remove(at: found)
                    case (nil, true):
                        node.cluster.services[index].members.append(.init(realServer: name, weight: weight))
                    case (let found?, false): node.cluster.services[index].members[found].weight = weight
                    case (_, true), (nil, false): break
                    }
                }
                node.process?.reload()
            }
        }
    }

    private func override(_ director: Int, _ name: String, _ length: Interval) -> Fault {
        Fault(name: "drain \(name) on d\(director + 1) for \(length)") { world in
            world.directors[director].process?.command(.setOverride(realServer: name, .drain))
            world.after(length) {
                world.directors[director].process?.command(.setOverride(realServer: name, .none))
            }
        }
    }
}
