import Primitives

/// What an effect that failed was about, so that the same failure is told once and forgotten when it is gone.
enum FailureSubject: Hashable, Comparable, Sendable {
    case address(IPAddress)
    case sysctl(SysctlKey)
    case stateFile
    case observation

    /// The subject of an effect, if its failure is worth remembering.
    init?(_ effect: AgentEffect) {
        switch effect {
        case .addAddress(let address): self = .address(address)
        case .removeAddress(let observed): self = .address(observed.prefix.address)
        case .writeSysctl(let key, _): self = .sysctl(key)
        case .save: self = .stateFile
        case .observe: self = .observation
        case .send, .close, .listen, .admit, .ready, .run, .log, .releaseFinished, .unitDrained, .finish: return nil
        }
    }

    /// Whether it is an ARP setting.
    var isSysctl: Bool {
        if case .sysctl = self { true } else { false }
    }

    /// Whether it is something that a repair sets right.
    var isOfKernel: Bool {
        switch self {
        case .address, .sysctl: true
        case .stateFile, .observation: false
        }
    }

    private var rank: Int {
        switch self {
        case .address: 0
        case .sysctl: 1
        case .stateFile: 2
        case .observation: 3
        }
    }

    static func < (left: FailureSubject, right: FailureSubject) -> Bool {
        switch (left, right) {
        case (.address(let left), .address(let right)): left < right
        case (.sysctl(let left), .sysctl(let right)): left < right
        default: left.rank < right.rank
        }
    }
}

extension FailureSubject: CustomStringConvertible {
    var description: String {
        switch self {
        case .address(let address): "\(address)"
        case .sysctl(let key): key.path
        case .stateFile: "state file"
        case .observation: "look at the host"
        }
    }
}
