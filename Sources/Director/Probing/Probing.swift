/// Placeholder.
package enum Probing {}
