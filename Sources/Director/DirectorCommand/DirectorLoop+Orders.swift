internal import DirectorConfiguration
internal import DirectorCore
internal import Linux
internal import Logging
internal import PeerProtocol
internal import Primitives

extension DirectorLoop {
    private var orderFile: OrderFile { OrderFile(stateDirectory: configuration.stateDirectory) }

    /// The wall clock in milliseconds since 1970, which the other director has too.
    static var wallClock: UInt64 { UInt64(max(0, Clock.realTimeNanoseconds / 1_000_000)) }

    private static var seconds: Int64 { Clock.realTimeNanoseconds / 1_000_000_000 }

    /// Hands over the orders that stood when the director ended; a file that cannot be read orders nothing.
    mutating func restoreOrders() {
        do throws(OrderFile.Failure) {
            let saved = try orderFile.load(at: Clock.now, wallClock: Self.seconds)
            guard !saved.isEmpty else { return }
            handle(.ordersRestored(saved.orders, withdrawn: saved.withdrawn))
        } catch {
            logger.error("the operators' orders cannot be read", metadata: ["orders.error": "\(error)"])
        }
    }

    /// Keeps the orders over a restart, and lets the other director know of them.
    mutating func remember(_ orders: [OperatorOrder], withdrawn: [OrderWithdrawal]) {
        do throws(OrderFile.Failure) {
            let kept = OrderFile.Kept(orders: orders, withdrawn: withdrawn)
            try orderFile.save(kept, at: Clock.now, wallClock: Self.seconds)
        } catch {
            logger.error("the operators' orders cannot be kept", metadata: ["orders.error": "\(error)"])
        }
        handlePeer(.ordersChanged(core.sharedOrders(at: Clock.now, clock: Self.wallClock)))
    }
}
