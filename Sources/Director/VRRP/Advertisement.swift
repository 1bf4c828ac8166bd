package import Primitives

/// A VRRP ADVERTISEMENT, the protocol's only message.
///
/// Version 3 (RFC 9568 section 5.2); version 2 (RFC 3768 section 5.3) differs in the fifth and sixth octet
/// (authentication type, interval in seconds) and in eight octets of authentication data at its end.
///
///      0                   1                   2                   3
///     +-------+-------+---------------+---------------+---------------+
///     |Version| Type  | Virtual Rtr ID|   Priority    |IPvX Addr Count|
///     +-------+-------+---------------+---------------+---------------+
///     |Reserve| Max Advertise Interval|          Checksum             |
///     +-------+-----------------------+-------------------------------+
///     |                       IPvX Address(es)                        |
///     +---------------------------------------------------------------+
package struct Advertisement: Hashable, Sendable {
    /// What differs between the versions.
    package enum Form: Hashable, Sendable {
        /// Version 2: seconds and authentication.
        case version2(advertisementInterval: UInt8, authentication: Authentication)
        /// Version 3: centiseconds, 12 bits.
        case version3(maxAdvertiseInterval: UInt16)

        /// The version number.
        package var version: ProtocolVersion {
            switch self {
            case .version2: .version2
            case .version3: .version3
            }
        }
    }

    /// VRID.
    package var virtualRouterIdentifier: UInt8
    /// The sender's priority; 0 when it gives up.
    package var priority: UInt8
    /// The version with what belongs to it.
    package var form: Form
    /// The virtual addresses.
    package var addresses: [IPAddress]

    /// Makes an advertisement.
    package init(virtualRouterIdentifier: UInt8, priority: UInt8, form: Form, addresses: [IPAddress]) {
        self.virtualRouterIdentifier = virtualRouterIdentifier
        self.priority = priority
        self.form = form
        self.addresses = addresses
    }

    /// The interval that the sender advertises in.
    package var interval: Interval {
        switch form {
        case .version2(let seconds, _): .seconds(Int64(seconds))
        case .version3(let centiseconds): .centiseconds(Int64(centiseconds))
        }
    }
}

extension Advertisement {
    /// The advertisement that a router of these settings sends.
    package init(of settings: VirtualRouterSettings, priority: UInt8) {
        let nanoseconds = settings.advertisementInterval.nanoseconds
        let form: Form =
            switch settings.version {
            case .version2:
                .version2(
                    advertisementInterval: UInt8(clamping: nanoseconds / Interval.seconds(1).nanoseconds),
                    authentication: settings.authentication
                )
            case .version3:
                .version3(maxAdvertiseInterval: UInt16(min(4095, nanoseconds / Interval.centiseconds(1).nanoseconds)))
            }
        self.init(
            virtualRouterIdentifier: settings.virtualRouterIdentifier,
            priority: priority,
            form: form,
            addresses: settings.addresses.map(\.address)
        )
    }
}
