/// Why a director cannot take part in a handover.
package enum HandoverRefusal: UInt8, Hashable, Sendable, CaseIterable, Comparable {
    /// Something that this version does not know.
    case other = 0
    /// The two configurations differ.
    case configurationDiffers = 1
    /// Real servers are in a state that is not known.
    case healthUnknown = 2
    /// The kernel does not have the services that are wanted.
    case kernelNotConverged = 3
    /// The connections of the other director are not known yet.
    case syncNotCaughtUp = 4
    /// The director is stopping.
    case stopping = 5
    /// Another handover is under way.
    case busy = 6
    /// There is no virtual router of the name.
    case unknownRouter = 7
    /// The interface of the virtual router cannot carry it.
    case interfaceUnusable = 8
    /// The director is not the one who holds the virtual router.
    case notActive = 9
    /// The director holds the virtual router because an operator wants it to.
    case operatorsChoice = 10
    /// The other director did not answer in time.
    case timedOut = 11
    /// There is no link to the other director.
    case noLink = 12

    /// Whether waiting may help.
    package var isTransient: Bool {
        switch self {
        case .healthUnknown, .kernelNotConverged, .syncNotCaughtUp, .busy: true
        case .other, .configurationDiffers, .stopping, .unknownRouter, .interfaceUnusable, .notActive,
            .operatorsChoice, .timedOut, .noLink:
            false
        }
    }

    /// Whether a director that is forced takes over nevertheless.
    package var yieldsToForce: Bool {
        switch self {
        case .configurationDiffers, .healthUnknown, .kernelNotConverged, .syncNotCaughtUp: true
        case .other, .stopping, .busy, .unknownRouter, .interfaceUnusable, .notActive, .operatorsChoice, .timedOut,
            .noLink:
            false
        }
    }

    package static func < (left: HandoverRefusal, right: HandoverRefusal) -> Bool { left.rawValue < right.rawValue }
}

extension HandoverRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .other: "for a reason that this version does not know"
        case .configurationDiffers: "the configurations differ"
        case .healthUnknown: "the state of real servers is not known yet"
        case .kernelNotConverged: "the kernel does not have the services yet"
        case .syncNotCaughtUp: "the connections are not synchronized yet"
        case .stopping: "the director is stopping"
        case .busy: "another handover is under way"
        case .unknownRouter: "there is no such virtual router"
        case .interfaceUnusable: "the interface cannot be used"
        case .notActive: "the director is not active there"
        case .operatorsChoice: "an operator moved the virtual router there"
        case .timedOut: "no answer in time"
        case .noLink: "no link between the directors"
        }
    }
}
