/// Placeholder.
package enum Dataplane {}
