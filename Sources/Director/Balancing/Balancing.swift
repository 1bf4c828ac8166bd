/// Placeholder.
package enum Balancing {}
