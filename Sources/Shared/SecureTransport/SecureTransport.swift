/// Placeholder.
package enum SecureTransport {}
