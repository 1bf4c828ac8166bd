/// Placeholder.
package enum Control {}
