import DirectorCore
import Primitives
import VRRP

/// Everything that goes wrong during the safety phase, drawn from the seed.
struct FaultSchedule {
    let world: Simulation
    var dice: Dice

    init(world: Simulation) {
        self.world = world
        dice = Dice(seed: world.seed, stream: 5)
    }

    /// Draws the faults.
    func install() {
        var schedule = self
        for _ in 0..<world.options.faults {
            let time = schedule.dice.interval(.milliseconds(500)...(world.options.safetyPhase))
            let isElection = schedule.dice.happens(perMille: 450)
            schedule.strike(isElection ? schedule.draw() : schedule.drawClusterFault(), at: time)
        }
    }

    /// Lets a fault happen, unless all has healed by then.
    func strike(_ fault: Fault, at time: Interval) {
        world.after(time) { [world] in
            guard !world.isHealed else { return }
            world.note("fault", fault.name)
            fault.strike(world)
        }
    }

    struct Fault {
        var name: String
        var strike: (Simulation) -> Void
    }

    private mutating func draw() -> Fault {
        let director = dice.number(0...1)
        let length = dice.interval(.milliseconds(20)...(world.advertisementInterval * 10 + .seconds(1)))
        switch dice.number(0...19) {
        case 0: return cut(from: director, to: 1 - director, both: false, length)
        case 1: return cut(from: director, to: 1 - director, both: true, length)
        case 2: return cut(from: director, to: Lan.client, both: dice.happens(perMille: 500), length)
        case 3: return stall(director, length, all: true, losing: false)
        case 4: return stall(director, length, all: true, losing: true)
        case 5: return stall(director, length, all: false, losing: false)
        case 6, 7: return kill(director)
        case 8: return powerOff(director)
        case 9: return unplug(director, length)
        case 10: return stop(director)
        case 11: return meddle(director)
        case 12: return filter(director, length)
        case 13: return claim()
        case 14, 15: return failOver(director)
        case 16: return restart(director)
        case 17: return cutPeerPath(length)
        default: return reconfigure(director)
        }
    }

    private func cut(from: Int, to: Int, both: Bool, _ length: Interval) -> Fault {
        Fault(name: "cut \(from) -\(both ? "x" : ">") \(to) for \(length)") { world in
            world.network[from, to].isCut = true
            if both { world.network[to, from].isCut = true }
            world.after(length) {
                world.network[from, to].isCut = false
                world.network[to, from].isCut = false
            }
        }
    }

    private func stall(_ director: Int, _ length: Interval, all: Bool, losing: Bool) -> Fault {
        Fault(name: "stall d\(director + 1) \(all ? losing ? "machine" : "process" : "addresses") for \(length)") {
            world in
            guard let process = world.directors[director].process else { return }
            let loops = all ? process.loops : [process.addresses.loop]
            for loop in loops { loop.stall() }
            world.after(length) { for loop in loops { loop.resume(losingPackets: losing) } }
        }
    }

    private mutating func kill(_ director: Int) -> Fault {
        let returns = dice.happens(perMille: 600)
        let delay =
            returns
            ? dice.interval(.milliseconds(5)...(.milliseconds(300))) : dice.interval(.seconds(1)...(.seconds(4)))
        let release = dice.interval(.milliseconds(20)...(.milliseconds(150)))
        return Fault(name: "kill d\(director + 1), back after \(delay)") { world in
            let node = world.directors[director]
            node.kill()
            if !returns { world.after(release) { node.releaseAddresses() } }
            world.after(delay) { node.start() }
        }
    }

    private mutating func powerOff(_ director: Int) -> Fault {
        let delay = dice.interval(.seconds(1)...(.seconds(5)))
        return Fault(name: "power off d\(director + 1) for \(delay)") { world in
            world.directors[director].powerOff()
            world.after(delay) { world.directors[director].powerOn() }
        }
    }

    private func unplug(_ director: Int, _ length: Interval) -> Fault {
        Fault(name: "unplug d\(director + 1) for \(length)") { world in
            let node = world.directors[director]
            node.kernel.hasCarrier = false
            node.kernelChanged()
            world.after(length) {
                node.kernel.hasCarrier = true
                node.kernelChanged()
            }
        }
    }

    private mutating func stop(_ director: Int) -> Fault {
        let delay = dice.interval(.milliseconds(1100)...(.seconds(4)))
        return Fault(name: "stop d\(director + 1), start after \(delay)") { world in
            world.directors[director].stop(startAfter: delay)
        }
    }

    private func failOver(_ director: Int) -> Fault {
        Fault(name: "failover on d\(director + 1)") { world in
            world.wasMoved = true
            world.directors[director].process?.failOver()
        }
    }

    private mutating func restart(_ director: Int) -> Fault {
        let delay = dice.interval(.milliseconds(20)...(.milliseconds(300)))
        return Fault(name: "restart d\(director + 1), back after \(delay)") { world in
            world.directors[director].restart(after: delay)
        }
    }

    private func cutPeerPath(_ length: Interval) -> Fault {
        Fault(name: "cut the directors' own path for \(length)") { world in
            world.isPeerPathCut = true
            world.after(length) { world.isPeerPathCut = false }
        }
    }

    private mutating func meddle(_ director: Int) -> Fault {
        let address = dice.pick(world.virtualAddresses)
        let isMarked = dice.happens(perMille: 300)
        return Fault(name: "somebody changes \(address) on d\(director + 1)") { world in
            let node = world.directors[director]
            guard node.kernel.isPowered else { return }
            if node.kernel.holds(address) {
                node.kernel.addresses.removeAll { $0.prefix.address == address }
            } else {
                node.kernel.add(Prefix(host: address), isMarked: isMarked)
            }
            node.kernelChanged()
        }
    }

    private func filter(_ director: Int, _ length: Interval) -> Fault {
        Fault(name: "filter VRRP at d\(director + 1) for \(length)") { world in
            world.directors[director].filtersVRRP = true
            world.after(length) { world.directors[director].filtersVRRP = false }
        }
    }

    private mutating func claim() -> Fault {
        let candidates = world.virtualAddresses.compactMap(\.ipv4)
        let address = dice.pick(candidates)
        return Fault(name: "a stranger claims \(address)") { world in
            let rogue = MACAddress(rawValue: 0x0666_0000_0001)
            let frame = ARPPacket.gratuitous(address, at: rogue).frame()
            world.send(.ethernet(frame), from: Lan.client, to: world.everyoneElse(Lan.client))
            world.client.receive(.ethernet(frame))
        }
    }

    private mutating func reconfigure(_ director: Int) -> Fault {
        let priority = UInt8(dice.number(1...254))
        let interval = Interval.milliseconds(Int64(dice.pick([50, 100, 200, 1000])))
        let what = dice.number(0...3)
        let lag = dice.interval(.zero...(.seconds(1)))
        return Fault(name: "reconfigure d\(director + 1): \(what)") { world in
            let isVersion2 = world.options.elections[0].routers[0].version == .version2
            switch what {
            case 0:
                guard world.directors[director].election.routers[0].priority != 255 else { return }
                world.directors[director].election.routers[0].priority = priority
            case 1:
                guard !isVersion2 else { return }
                world.directors[director].election.routers[0].advertisementInterval = interval
            case 2:
                world.directors[director].election.routers[0].preemptMode.toggle()
            default:
                let added = Prefix(host: Lan.virtual(5))
                for node in world.directors where !node.election.routers[0].addresses.contains(added) {
                    node.election.routers[0].addresses.append(added)
                }
                world.after(lag) { world.directors[1 - director].process?.reload() }
            }
            world.directors[director].process?.reload()
        }
    }
}
