package import PeerProtocol

/// The book of orders as two directors share it.
///
/// For each subject the entry with the latest stamp counts. Of one stamp the withdrawal counts, for it is the order's end.
/// An entry about all services outranks those about single ones that are not later. A withdrawal stays as long as there
/// is room, since nobody knows how long a director can be away; beyond it the oldest are forgotten.
extension OperatorOrders {
    /// More withdrawals than this are not remembered.
    package static let withdrawalLimit = 1_024

    /// The withdrawals that are remembered, sorted.
    package var withdrawals: [OrderWithdrawal] {
        guard withdrawalCount > 0 else { return [] }
        var found: [OrderWithdrawal] = []
        for (shelf, entries) in book {
            for (service, entry) in entries where !entry.isOrder {
                found.append(OrderWithdrawal(Self.subject(shelf, service), stamp: entry.stamp))
            }
        }
        return found.sorted { $0.subject < $1.subject }
    }

    /// A stamp for something new about a subject, later than everything that is known about it whatever the clocks say.
    package func stamp(for subject: OrderSubject, clock: UInt64, on director: String) -> OrderStamp {
        let known = book[Self.shelf(of: subject)]?.values.map(\.stamp.time).max() ?? 0
        return OrderStamp(time: max(clock, known + 1), director: director)
    }

    /// Takes an order that was given on either director; false if something later is known, or the book is full.
    package mutating func merge(_ order: OperatorOrder) -> Bool {
        guard isNews(order.subject, order.stamp, isWithdrawal: false) else { return false }
        let outranked = outranked(by: order.subject, order.stamp)
        let orders = outranked.filter { entry(about: $0)?.isOrder ?? false }
        guard all.count - orders.count < Self.limit else { return false }
        for subject in outranked { remove(subject) }
        insert(order)
        return true
    }

    /// Takes a withdrawal; false if something later is known.
    package mutating func merge(_ withdrawal: OrderWithdrawal) -> Bool {
        guard isNews(withdrawal.subject, withdrawal.stamp, isWithdrawal: true) else { return false }
        for subject in outranked(by: withdrawal.subject, withdrawal.stamp) { remove(subject) }
        insert(withdrawal)
        // A book that forgets it at once has learnt nothing.
        return entry(about: withdrawal.subject) != nil
    }

    /// Forgets all withdrawals: there is nobody to tell.
    package mutating func forgetWithdrawals() {
        for withdrawal in withdrawals { remove(withdrawal.subject) }
    }

    /// Gives the orders that have none yet the name of the director that they were given on.
    package mutating func name(_ director: String) {
        for order in all where order.stamp.director.isEmpty {
            remove(order.subject)
            var order = order
            order.stamp.director = director
            insert(order)
        }
    }

    private func isNews(_ subject: OrderSubject, _ stamp: OrderStamp, isWithdrawal: Bool) -> Bool {
        let entries = entries(of: Self.shelf(of: subject))
        if subject.service != nil, let general = entries[""], general.stamp >= stamp { return false }
        guard let known = entries[subject.service ?? ""] else { return true }
        return known.stamp < stamp || known.stamp == stamp && isWithdrawal && known.isOrder
    }

    /// The entries that go when this one comes.
    private func outranked(by subject: OrderSubject, _ stamp: OrderStamp) -> [OrderSubject] {
        let shelf = Self.shelf(of: subject)
        guard subject.service == nil else { return entry(about: subject) == nil ? [] : [subject] }
        var found: [OrderSubject] = []
        for (service, entry) in entries(of: shelf) where service.isEmpty || entry.stamp <= stamp {
            found.append(Self.subject(shelf, service))
        }
        return found
    }

    private func entry(about subject: OrderSubject) -> Entry? {
        book[Self.shelf(of: subject)]?[subject.service ?? ""]
    }
}

/// The book's own handling of its entries.
extension OperatorOrders {
    func entries(of shelf: Shelf) -> [String: Entry] { book[shelf, default: [:]] }

    static func shelf(of subject: OrderSubject) -> Shelf {
        Shelf(realServer: subject.realServer, isWeight: subject.isWeight)
    }

    static func subject(_ shelf: Shelf, _ service: String) -> OrderSubject {
        OrderSubject(
            realServer: shelf.realServer,
            service: service.isEmpty ? nil : service,
            isWeight: shelf.isWeight,
        )
    }

    /// The orders in whose place a new one about the subject stands.
    func replaced(by subject: OrderSubject) -> [OrderSubject] {
        let shelf = Self.shelf(of: subject)
        var found: [OrderSubject] = []
        for (service, entry) in entries(of: shelf) where entry.isOrder {
            if subject.service == nil || subject.service == service { found.append(Self.subject(shelf, service)) }
        }
        return found
    }

    /// Forgets the withdrawals that something new about the subject makes needless.
    mutating func forgetWithdrawals(about subject: OrderSubject) {
        let shelf = Self.shelf(of: subject)
        for (service, entry) in entries(of: shelf) where !entry.isOrder {
            if subject.service == nil || subject.service == service { remove(Self.subject(shelf, service)) }
        }
    }

    mutating func insert(_ order: OperatorOrder) {
        book[Self.shelf(of: order.subject), default: [:]][order.service ?? ""] = .order(order)
        all.insert(order, at: position(of: order.subject))
    }

    mutating func insert(_ withdrawal: OrderWithdrawal) {
        book[Self.shelf(of: withdrawal.subject), default: [:]][withdrawal.subject.service ?? ""] =
            .withdrawn(withdrawal.stamp)
        withdrawalCount += 1
        guard withdrawalCount > Self.withdrawalLimit else { return }
        var oldest = withdrawal
        for (shelf, entries) in book {
            for (service, entry) in entries where !entry.isOrder && entry.stamp <= oldest.stamp {
                let subject = Self.subject(shelf, service)
                guard entry.stamp < oldest.stamp || subject < oldest.subject else { continue }
                oldest = OrderWithdrawal(subject, stamp: entry.stamp)
            }
        }
        remove(oldest.subject)
    }

    mutating func remove(_ subject: OrderSubject) {
        let shelf = Self.shelf(of: subject)
        guard let entry = book[shelf]?.removeValue(forKey: subject.service ?? "") else { return }
        if book[shelf]?.isEmpty == true { book[shelf] = nil }
        if entry.isOrder { all.remove(at: position(of: subject)) } else { withdrawalCount -= 1 }
    }

    /// Where the order about a subject is in the sorted list, or would be.
    private func position(of subject: OrderSubject) -> Int {
        var (low, high) = (0, all.count)
        while low < high {
            let middle = (low + high) / 2
            if all[middle].subject < subject { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension OperatorOrders.Entry {
    var isOrder: Bool { if case .order = self { true } else { false } }
}
