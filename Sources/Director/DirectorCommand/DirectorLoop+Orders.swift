internal import DirectorConfiguration
internal import DirectorCore
internal import Linux
internal import Logging
internal import PeerProtocol
internal import Primitives

extension DirectorLoop {
    private var orderFile: OrderFile { OrderFile(stateDirectory: configuration.stateDirectory) }

    /// How long after a failure the orders are written again.
    private static var orderRetryInterval: Interval { .seconds(1) }

    /// When orders that could not be written are written again.
    var orderDeadline: MonotonicInstant? { unsavedOrders == nil ? nil : orderRetryDue }

    /// Writes the orders again that could not be written.
    mutating func retryOrders(at now: MonotonicInstant) {
        guard let due = orderDeadline, due <= now else { return }
        let (orders, withdrawn) = core.keptOrders
        remember(orders, withdrawn: withdrawn)
    }

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
            unsavedOrders = nil
        } catch {
            if unsavedOrders == nil {
                logger.error("the operators' orders cannot be kept", metadata: ["orders.error": "\(error)"])
            }
            unsavedOrders = "\(error)"
            orderRetryDue = Clock.now + Self.orderRetryInterval
        }
        handlePeer(.ordersChanged(core.sharedOrders(at: Clock.now, clock: Self.wallClock)))
    }
}
