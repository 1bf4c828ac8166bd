internal import CVersion

/// What `--version` says.
package enum Version {
    /// The release.
    package static let number = "0.1.0"

    /// The commit of the build, with a `+` if the checkout had changes, or `unknown`.
    package static var commit: String { unsafe String(cString: tandem_commit()) }

    /// Release and commit.
    package static var text: String { "\(number) (\(commit))" }
}
