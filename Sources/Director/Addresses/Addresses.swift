/// Placeholder.
package enum Addresses {}
