internal import ControlSocket
internal import DirectorCore
internal import Glibc
internal import Linux
internal import PeerProtocol
internal import Primitives
internal import SystemPackage

/// The operators' orders on disk, replaced whole: written beside, synced, renamed.
///
/// Times are those of the wall clock, for a machine that reboots forgets the other one.
struct OrderFile {
    /// What cannot be read or written.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The file's form; another version is not guessed at.
    struct Content: Hashable, Codable {
        static let version = 1
        var version = Content.version
        var orders: [SavedOrder]
        /// Which orders ended, where another director has to be told of it.
        var withdrawn: [SavedWithdrawal]?
    }

    /// What the file is about.
    struct Kept: Hashable {
        var orders: [OperatorOrder] = []
        var withdrawn: [OrderWithdrawal] = []

        var isEmpty: Bool { orders.isEmpty && withdrawn.isEmpty }
    }

    /// One order.
    struct SavedOrder: Hashable, Codable {
        var realServer: String
        var service: String?
        var action: String
        var weight: Int?
        var by: String
        var reason: String
        /// Seconds since 1970.
        var since: Int64
        var expires: Int64?
        var deadline: Int64?
        /// Milliseconds since 1970, by which two directors tell which order is the later one.
        var stamp: UInt64?
        /// The director on which it was ordered.
        var director: String?
    }

    /// An order that ended.
    struct SavedWithdrawal: Hashable, Codable {
        var realServer: String
        var service: String?
        var isWeight: Bool
        /// Milliseconds since 1970.
        var stamp: UInt64
        var director: String
    }

    private static let sizeLimit = 16 << 20
    private let directory: String

    /// Names the file in the director's state directory.
    init(stateDirectory: String) {
        directory = stateDirectory
    }

    private var path: String { directory + "/orders.json" }

    /// Reads the orders that stand; none if there is no file.
    func load(at now: MonotonicInstant, wallClock: Int64) throws(Failure) -> Kept {
        let bytes: [UInt8]
        do throws(Errno) {
            bytes = try SystemFile.read(path, limit: Self.sizeLimit)
        } catch {
            if error == .noSuchFileOrDirectory { return Kept() }
            throw Failure(description: "read \(path): \(error)")
        }
        do throws(ControlJSON.Failure) {
            return try Self.decode(bytes, at: now, wallClock: wallClock)
        } catch {
            throw Failure(description: "\(path): \(error.description)")
        }
    }

    /// Replaces the file.
    func save(_ kept: Kept, at now: MonotonicInstant, wallClock: Int64) throws(Failure) {
        do {
            let bytes = Array(try Self.text(kept, at: now, wallClock: wallClock).utf8)
            let temporary = path + ".new"
            let raw = try SystemCall.run {
                open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
            }
            defer { close(raw) }
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = try SystemCall.run { rest.withUnsafeBytes { write(raw, $0.baseAddress, $0.count) } }
                rest = rest.dropFirst(count)
            }
            try SystemCall.run { fsync(raw) }
            try SystemCall.run { rename(temporary, path) }
            // The rename itself must survive a power cut too.
            let folder = try SystemCall.run { open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
            defer { close(folder) }
            try SystemCall.run { fsync(folder) }
        } catch {
            throw Failure(description: "write \(path): \(error)")
        }
    }

    /// The file's text.
    static func text(
        _ kept: Kept,
        at now: MonotonicInstant,
        wallClock: Int64,
    ) throws(ControlJSON.Failure) -> String {
        func seconds(_ instant: MonotonicInstant) -> Int64 { wallClock + (instant - now).milliseconds / 1_000 }
        let saved = kept.orders.map { order in
            var saved = SavedOrder(
                realServer: order.realServer,
                service: order.service,
                action: "",
                by: order.by,
                reason: order.reason,
                since: seconds(order.since),
                expires: order.expires.map(seconds),
                deadline: order.deadline.map(seconds),
                stamp: order.stamp.time == 0 ? nil : order.stamp.time,
                director: order.stamp.director.isEmpty ? nil : order.stamp.director,
            )
            switch order.action {
            case .drain: saved.action = "drain"
            case .maintenance: saved.action = "maintenance"
            case .weight(let weight): (saved.action, saved.weight) = ("weight", Int(weight))
            }
            return saved
        }
        let ended = kept.withdrawn.map { SavedWithdrawal($0) }
        let content = Content(orders: saved, withdrawn: ended.isEmpty ? nil : ended)
        return try ControlJSON.text(content, pretty: true) + "\n"
    }

    /// The orders of a text that anybody may have written: what makes no sense is refused whole.
    static func decode(
        _ bytes: [UInt8],
        at now: MonotonicInstant,
        wallClock: Int64,
    ) throws(ControlJSON.Failure) -> Kept {
        let content = try ControlJSON.decode(Content.self, from: bytes)
        guard content.version == Content.version else {
            throw .init(explanation: "version \(content.version), and this program knows \(Content.version)")
        }
        guard content.orders.count <= OperatorOrders.limit,
            content.withdrawn?.count ?? 0 <= OperatorOrders.withdrawalLimit
        else { throw .init(explanation: "too many orders") }
        var orders: [OperatorOrder] = []
        for saved in content.orders {
            guard let order = saved.order(at: now, wallClock: wallClock) else {
                throw .init(explanation: "the order about \"\(saved.realServer.prefix(80))\" makes no sense")
            }
            orders.append(order)
        }
        return Kept(orders: orders, withdrawn: (content.withdrawn ?? []).compactMap(\.withdrawal))
    }
}

extension OrderFile.SavedWithdrawal {
    fileprivate init(_ withdrawal: OrderWithdrawal) {
        realServer = withdrawal.subject.realServer
        service = withdrawal.subject.service
        isWeight = withdrawal.subject.isWeight
        stamp = withdrawal.stamp.time
        director = withdrawal.stamp.director
    }

    /// What is saved, unless it is about nothing.
    fileprivate var withdrawal: OrderWithdrawal? {
        guard !realServer.isEmpty, !director.isEmpty else { return nil }
        let subject = OrderSubject(realServer: realServer, service: service, isWeight: isWeight)
        return OrderWithdrawal(subject, stamp: OrderStamp(time: stamp, director: director))
    }
}

extension OrderFile.SavedOrder {
    /// Two centuries, which no clock is wrong by in good faith.
    private static let longest: Int64 = 6_000_000_000

    fileprivate func order(at now: MonotonicInstant, wallClock: Int64) -> OperatorOrder? {
        func instant(_ seconds: Int64) -> MonotonicInstant? {
            let (distance, overflows) = seconds.subtractingReportingOverflow(wallClock)
            guard !overflows, distance.magnitude < UInt64(Self.longest) else { return nil }
            return now + .seconds(distance)
        }
        guard let since = instant(since), !realServer.isEmpty, realServer.utf8.count <= PeerLimits.name,
            (service?.utf8.count ?? 0) <= PeerLimits.name
        else { return nil }
        let ordered: OperatorOrder.Action
        switch (action, weight) {
        case ("drain", nil): ordered = .drain
        case ("maintenance", nil): ordered = .maintenance
        case ("weight", let weight?) where (0...65_535).contains(weight): ordered = .weight(UInt32(weight))
        default: return nil
        }
        var order = OperatorOrder(
            realServer: realServer,
            service: service,
            action: ordered,
            by: by,
            reason: reason,
            since: since,
        )
        order.stamp = OrderStamp(time: stamp ?? 0, director: director ?? "")
        if let expires {
            guard let end = instant(expires) else { return nil }
            order.expires = end
        }
        if let deadline {
            guard let end = instant(deadline) else { return nil }
            order.deadline = end
        }
        return order
    }
}
