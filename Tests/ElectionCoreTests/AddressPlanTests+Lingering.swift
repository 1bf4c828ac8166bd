import DirectorCore
import Primitives
import Testing

/// Addresses that were let go stay on the loopback interface for a while.
extension AddressPlanTests {
    static let copy: Found = {
        var found = Found(interface: "lo", prefix: vip, isMarked: false)
        found.isLingering = true
        return found
    }()

    @Test func `a lingering address comes to lo before it leaves its interface`() {
        let wide = entry(.lingering, Self.wide)
        #expect(steps([wide], [found(Self.wide)]) == [.linger(Self.vip, wide), .remove(found(Self.wide), wide)])
        #expect(steps([wide], [found(Self.wide), Self.copy]) == [.remove(found(Self.wide), wide)])
    }

    @Test func `what lingers already is left alone, and what was nowhere does not begin to linger`() {
        #expect(steps([entry(.lingering)], [Self.copy]) == [])
        #expect(steps([entry(.lingering)], []) == [])
        #expect(steps([entry(.asFound)], [Self.copy]) == [])
    }

    @Test func `an address that comes back is on its interface before it leaves lo`() {
        #expect(
            steps([entry(.present)], [Self.copy]) == [.add(entry(.present)), .remove(Self.copy, entry(.present))]
        )
    }

    @Test(arguments: [AddressDemand.Disposition.absent, .unclaimed])
    func `what has lingered for long enough goes`(_ disposition: AddressDemand.Disposition) {
        #expect(steps([entry(disposition)], [Self.copy]) == [.remove(Self.copy, entry(disposition))])
    }

    @Test func `what lingers and is demanded no more goes`() {
        let entry = Entry(interface: "lo", prefix: Self.vip, disposition: .absent)
        #expect(steps([], [Self.copy]) == [.remove(Self.copy, entry)])
    }
}
