/// What the holder of the keys says of a message's trailer, before its time is judged.
package enum AuthenticityVerdict: Hashable, Sendable {
    /// There was no trailer, or nobody looked.
    case absent
    /// The code is right.
    case verified(AuthenticityTrailer.Header)
    /// The code is wrong or cannot be judged.
    case failed(AuthenticityCause)
}
