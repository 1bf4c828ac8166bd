import Glibc
import Primitives
import TestNetwork
import VRRP

/// `endurance load SECONDS`: elections under load; `endurance frozen`: a director that was stopped for a while.
@main
enum Endurance {
    static func main() {
        do {
            let words = CommandLine.arguments.dropFirst()
            switch words.first {
            case "load":
                let seconds = words.dropFirst().first.flatMap { Int64($0) } ?? 20
                exit(try LoadCheck.run(seconds: seconds) ? 0 : 1)
            case "frozen":
                try NetworkNamespace.run { try FrozenCheck.run() }
                print("a director that was stopped demotes before it sends anything")
            case "director":
                // The part of `frozen` that is stopped.
                let director = try Director(Director.settings(100, .milliseconds(100)))
                while true {
                    pause()
                    _ = director.history
                }
            default:
                print("endurance load SECONDS | frozen")
                exit(64)
            }
        } catch {
            print("\(error)")
            exit(1)
        }
    }
}

/// Priorities of the threads.
enum ElectionPriority {
    /// Above the elections'.
    static let witness: Int32 = 60
}

extension Director {
    /// The virtual address.
    static let address = IPAddress.v4(IPv4Address(192, 0, 2, 100))

    /// A router with this priority and interval.
    static func settings(
        _ priority: UInt8,
        _ interval: Interval,
        _ interface: String = "eth0",
    ) -> VirtualRouterSettings {
        var settings = VirtualRouterSettings(
            name: "lan",
            virtualRouterIdentifier: 51,
            interface: interface,
            addresses: [Prefix(host: address)]
        )
        settings.priority = priority
        settings.advertisementInterval = interval
        return settings
    }
}
