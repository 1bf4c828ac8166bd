import Primitives
import Testing

@testable import DirectorCommand

/// Every phase of the process against everything that may happen in it.
@Suite struct DirectorLifeTests {
    static func at(_ milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: 0) + .seconds(100) + .milliseconds(milliseconds)
    }

    static let reconciled = DirectorLife.Event.dataplaneReported(isReconciled: true, lookFailure: nil)
    static let unusable = DirectorLife.Event.dataplaneReported(isReconciled: false, lookFailure: "no ip_vs")
    static let knows = DirectorLife.Event.electionReported(knowsItsInterfaces: true)

    /// A life in each of its phases.
    static func life(_ phase: String) -> DirectorLife {
        var life = DirectorLife(startedAt: at(0))
        guard phase != "starting" else { return life }
        _ = life.handle(reconciled, at: at(10))
        _ = life.handle(knows, at: at(20))
        guard phase != "running" else { return life }
        _ = life.handle(.stopRequested, at: at(1_000))
        guard phase != "stopping election" else { return life }
        _ = life.handle(.electionEnded, at: at(1_100))
        guard phase != "stopping dataplane" else { return life }
        _ = life.handle(.dataplaneEnded, at: at(1_200))
        return life
    }

    static let phases = ["starting", "running", "stopping election", "stopping dataplane", "finished"]

    @Test func `is ready when the kernel was compared and the interfaces are known, in either order`() {
        for (first, second) in [(Self.reconciled, Self.knows), (Self.knows, Self.reconciled)] {
            var life = Self.life("starting")
            #expect(life.handle(first, at: Self.at(10)) == [])
            #expect(life.phase == .starting)
            #expect(life.handle(second, at: Self.at(20)) == [.becomeReady(without: nil)])
            #expect(life.phase == .running)
            #expect(life.handle(second, at: Self.at(30)) == [], "ready is said once")
        }
        var life = Self.life("starting")
        _ = life.handle(Self.reconciled, at: Self.at(10))
        #expect(life.handle(.electionReported(knowsItsInterfaces: false), at: Self.at(20)) == [])
    }

    @Test func `without usable IPVS it is ready after its patience, says so, and never preempts`() {
        var life = Self.life("starting")
        #expect(life.handle(Self.knows, at: Self.at(10)) == [])
        #expect(life.deadline == nil)
        #expect(life.handle(Self.unusable, at: Self.at(20)) == [])
        #expect(life.deadline == Self.at(3_000))
        #expect(life.handle(.timePassed(canServe: false), at: Self.at(2_999)) == [])
        #expect(life.handle(.timePassed(canServe: false), at: Self.at(3_000)) == [.becomeReady(without: "no ip_vs")])
        for second in 4...60 {
            #expect(life.handle(Self.unusable, at: Self.at(Int64(second) * 1_000)) == [])
            #expect(life.handle(.timePassed(canServe: true), at: Self.at(Int64(second) * 1_000)) == [])
            #expect(life.deadline == nil)
        }
        // Somebody loads the module: then it takes its part, five seconds later at most.
        #expect(life.handle(Self.reconciled, at: Self.at(70_000)) == [])
        #expect(life.deadline == Self.at(75_000))
        #expect(life.handle(.timePassed(canServe: false), at: Self.at(74_999)) == [])
        #expect(life.handle(.timePassed(canServe: false), at: Self.at(75_000)) == [.allowPreemption])
    }

    @Test func `a late interface is waited for without turning in between`() {
        var life = Self.life("starting")
        _ = life.handle(Self.unusable, at: Self.at(10))
        #expect(life.deadline == nil)
        #expect(life.handle(.timePassed(canServe: false), at: Self.at(9_000)) == [])
        #expect(life.handle(Self.knows, at: Self.at(10_000)) == [.becomeReady(without: "no ip_vs")])
    }

    @Test func `sockets that the kernel refuses are waited for, and named`() {
        var life = Self.life("starting")
        let refused = DirectorLife.Event.electionReported(knowsItsInterfaces: true, refusal: "front: no sockets")
        #expect(life.handle(Self.reconciled, at: Self.at(10)) == [])
        #expect(life.handle(refused, at: Self.at(20)) == [])
        #expect(life.deadline == Self.at(3_000))
        var mended = life
        #expect(mended.handle(Self.knows, at: Self.at(30)) == [.becomeReady(without: nil)])
        let steps = life.handle(.timePassed(canServe: false), at: Self.at(3_000))
        #expect(steps == [.becomeReady(without: "front: no sockets")])
    }

    @Test func `preempts once when a client would be served, or five seconds after the comparison`() {
        var life = Self.life("running")
        #expect(life.asksWhetherItCanServe)
        #expect(life.handle(.timePassed(canServe: false), at: Self.at(100)) == [])
        #expect(life.handle(.timePassed(canServe: true), at: Self.at(200)) == [.allowPreemption])
        #expect(!life.asksWhetherItCanServe)
        #expect(life.handle(.timePassed(canServe: true), at: Self.at(300)) == [])
        #expect(life.deadline == nil)

        var other = Self.life("running")
        #expect(other.deadline == Self.at(5_010))
        #expect(other.handle(.timePassed(canServe: false), at: Self.at(5_010)) == [.allowPreemption])

        // Connections that are in use are listened for longer than that.
        var patient = DirectorLife(startedAt: Self.at(0), soak: .seconds(10))
        _ = patient.handle(Self.reconciled, at: Self.at(10))
        _ = patient.handle(Self.knows, at: Self.at(20))
        #expect(patient.handle(.timePassed(canServe: false), at: Self.at(5_010)) == [])
        #expect(patient.deadline == Self.at(11_010))
        #expect(patient.handle(.timePassed(canServe: false), at: Self.at(11_010)) == [.allowPreemption])

        // A kernel that fails in between is not usable: the peer keeps what it has.
        var third = Self.life("running")
        _ = third.handle(Self.unusable, at: Self.at(30))
        #expect(third.handle(.timePassed(canServe: true), at: Self.at(9_000)) == [])
    }

    @Test(arguments: ["starting", "running"])
    func `a stop gives up the addresses first, then the services, then ends`(phase: String) {
        var life = Self.life(phase)
        #expect(life.handle(.stopRequested, at: Self.at(1_000)) == [.stopElection])
        #expect(life.phase == .stoppingElection(deadline: Self.at(3_000)))
        #expect(life.deadline == Self.at(3_000))
        #expect(life.handle(.timePassed(canServe: false), at: Self.at(1_500)) == [])
        #expect(life.handle(.electionEnded, at: Self.at(1_600)) == [.stopDataplane])
        #expect(life.phase == .stoppingDataplane(deadline: Self.at(3_600)))
        #expect(life.handle(.timePassed(canServe: false), at: Self.at(1_700)) == [])
        #expect(life.handle(.dataplaneEnded, at: Self.at(1_800)) == [])
        #expect(life.phase == .finished)
        #expect(life.deadline == nil)
    }

    @Test func `an election that does not end in time is left behind, and so is a dataplane`() {
        var life = Self.life("stopping election")
        let late = life.handle(.timePassed(canServe: false), at: Self.at(3_000))
        #expect(late == [.reportLateElection, .stopDataplane])
        #expect(life.handle(.electionEnded, at: Self.at(3_100)) == [], "too late to be waited for")
        #expect(life.handle(.timePassed(canServe: false), at: Self.at(4_999)) == [])
        #expect(life.handle(.timePassed(canServe: false), at: Self.at(5_000)) == [])
        #expect(life.phase == .finished)
    }

    @Test(arguments: ["starting", "running"])
    func `an election that ends by itself ends the process with an error`(phase: String) {
        var life = Self.life(phase)
        #expect(life.handle(.electionEnded, at: Self.at(500)) == [.fail])
        #expect(life.phase == .finished)
    }

    @Test(arguments: ["stopping election", "stopping dataplane", "finished"])
    func `a second wish to stop changes nothing`(phase: String) {
        var life = Self.life(phase)
        let before = life.phase
        #expect(life.handle(.stopRequested, at: Self.at(1_250)) == [])
        #expect(life.phase == before)
    }

    @Test(arguments: ["starting", "running", "stopping election"])
    func `a dataplane that ends by itself leaves the election alone`(phase: String) {
        var life = Self.life(phase)
        let before = life.phase
        #expect(life.handle(.dataplaneEnded, at: Self.at(1_050)) == [])
        #expect(life.phase == before)
    }

    @Test(arguments: phases)
    func `reports of a stopping director make it neither ready nor preempt`(phase: String) {
        guard phase != "starting", phase != "running" else { return }
        var life = Self.life(phase)
        #expect(life.handle(Self.reconciled, at: Self.at(1_250)) == [])
        #expect(life.handle(Self.knows, at: Self.at(1_250)) == [])
        #expect(life.handle(.timePassed(canServe: true), at: Self.at(1_250)) == [])
    }
}
