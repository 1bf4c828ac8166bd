internal import DirectorConfiguration
internal import DirectorCore
internal import Glibc
internal import Linux
internal import Logging
internal import Primitives

extension DirectorLoop {
    private var orderFile: OrderFile { OrderFile(stateDirectory: configuration.stateDirectory) }

    /// Hands over the orders that stood when the director ended; a file that cannot be read orders nothing.
    mutating func restoreOrders() {
        do throws(OrderFile.Failure) {
            let orders = try orderFile.load(at: Clock.now, wallClock: Int64(time(nil)))
            guard !orders.isEmpty else { return }
            handle(.ordersRestored(orders))
        } catch {
            logger.error("the operators' orders cannot be read", metadata: ["orders.error": "\(error)"])
        }
    }

    /// Keeps the orders over a restart.
    func remember(_ orders: [OperatorOrder]) {
        do throws(OrderFile.Failure) {
            try orderFile.save(orders, at: Clock.now, wallClock: Int64(time(nil)))
        } catch {
            logger.error("the operators' orders cannot be kept", metadata: ["orders.error": "\(error)"])
        }
    }
}
